"""Write what is made from tables of the code: ``python tests/reference/write.py``."""

from sections import modules
from tables import PAGES, made

if __name__ == "__main__":
    for page in PAGES:
        page.write_text(made(page.read_text(encoding="utf-8")), encoding="utf-8")
    for file, text in modules().items():
        file.write_text(text, encoding="utf-8")
