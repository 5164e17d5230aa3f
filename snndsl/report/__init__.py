"""Pages in HTML, each a single file that asks no network for anything."""
