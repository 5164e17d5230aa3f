"""Write the golden files anew: ``python tests/golden/write.py``; then read the difference before committing it."""

from pathlib import Path

from snndsl.api import load
from snndsl.ir.dump import dump
from snndsl.testing.conformance import case_file, cases

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for case in cases():
        (FOLDER / f"{case}.txt").write_text(dump(load(case_file(case)).program), encoding="utf-8")
