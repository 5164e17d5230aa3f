"""Write the parts of the reference pages that are made from tables: ``python tests/reference/write.py``."""

from tables import PAGES, made

if __name__ == "__main__":
    for page in PAGES:
        page.write_text(made(page.read_text(encoding="utf-8")), encoding="utf-8")
