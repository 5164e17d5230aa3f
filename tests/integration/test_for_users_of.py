"""The pages for users of Brian2 and NEST: the programs beside each other on them have the same spikes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from snndsl.api import load, run_model
from snndsl.backend import REFERENCE

PAGES = Path(__file__).parents[2] / "docs" / "how-to"

WRITTEN = {
    "brian2": "prefs.codegen.target = 'numpy'\n{script}\nfound = [(spikes.t/defaultclock.dt).round() + 1, spikes.i]",
    "nest": "{script}\nfound = [recorder.events['times'], recorder.events['senders'] - 1]",
}
"""A script and what it finds: stamps and neurons, as they are counted here."""

SAID = "\nimport json\nprint('\\n' + json.dumps([[int(x) for x in part] for part in found]))\n"


@pytest.mark.parametrize("simulator", WRITTEN)
def test_both_programs_of_the_page_have_the_same_spikes(simulator: str, tmp_path: Path) -> None:
    pytest.importorskip(simulator)
    page = (PAGES / f"for-{simulator}-users.md").read_text(encoding="utf-8")
    script, model = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL).group(1) for kind in ("python", "yaml"))  # type: ignore[union-attr]
    imports, _, rest = script.partition("\n")
    text = f"{imports}\n" + WRITTEN[simulator].format(script=rest) + SAID
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=tmp_path, check=True)
    theirs = sorted(zip(*json.loads(done.stdout.splitlines()[-1]), strict=True))
    file = tmp_path / "model.yaml"
    file.write_text(model, encoding="utf-8")
    spikes = run_model(load(file), REFERENCE, tmp_path / "run").recording.spikes["cells"]
    ours = list(zip(spikes.step.tolist(), spikes.neuron.tolist(), strict=True))
    assert len(ours) > 50 and len(np.unique(spikes.neuron)) > 10
    assert ours == [(stamp, neuron) for stamp, neuron in theirs if stamp <= 2000]
