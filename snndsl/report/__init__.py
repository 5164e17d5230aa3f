"""Pages in HTML, each a single file that asks no network for anything."""

from snndsl.report.pages import catalogue_page, group_page

__all__ = ["catalogue_page", "group_page"]
