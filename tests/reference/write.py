"""Write the parts of the reference page that are made from tables: ``python tests/reference/write.py``."""

from tables import PAGE, made

if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
