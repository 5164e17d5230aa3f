"""Write the golden files anew: ``python tests/golden/write.py``; then read the difference before committing it."""

import shutil
from pathlib import Path

import tree_texts

from snndsl.api import load
from snndsl.ir.dump import dump
from snndsl.testing.conformance import case_file, cases

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for case in cases():
        (FOLDER / f"{case}.txt").write_text(dump(load(case_file(case)).program), encoding="utf-8")
    shutil.rmtree(tree_texts.FOLDER, ignore_errors=True)
    for model in tree_texts.MODELS:
        for name in tree_texts.BACKENDS:
            for path, text in tree_texts.texts(name, model).items():
                file = tree_texts.FOLDER / model / name / f"{path}.txt"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
