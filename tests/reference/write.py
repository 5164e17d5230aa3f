"""Write what is made from tables of the code: ``python tests/reference/write.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference.explained import EXAMPLES, examples  # noqa: E402
from reference.sections import modules  # noqa: E402
from reference.tables import PAGES, made  # noqa: E402

if __name__ == "__main__":
    EXAMPLES.write_text(examples(), encoding="utf-8")
    for page in PAGES:
        page.write_text(made(page.read_text(encoding="utf-8")), encoding="utf-8")
    for file, text in modules().items():
        file.write_text(text, encoding="utf-8")
