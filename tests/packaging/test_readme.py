"""What the first page shows is true: its model is valid, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from snndsl.frontend.loader import load_source

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_first_model_is_valid(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "pair.yaml"
    path.write_text(text)
    model = load_source(path).model
    assert set(model.populations) == {"cells"}
    assert set(model.projections) == {"late"}


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake ([a-z]+)$", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
