"""Pictures of groups and catalogues: figures, and pages in HTML."""
