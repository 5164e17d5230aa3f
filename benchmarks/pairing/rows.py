"""The pairs: which model, which script, how long, and what has to agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pairing.same import Identical, Rates

ROOT = Path(__file__).resolve().parents[2]
RECORDED = "models/izhikevich2006_recorded"
PAIRS = "benchmarks/models/pair_stdp.yaml"

Extent = Literal["tiny", "usual", "full"]


@dataclass(frozen=True)
class Row:
    """A pair.

    Parameters
    ----------
    name : str
        In tables and on the command line.
    model : str
        Path below the root.
    backend : str
        On which `snndsl` runs it.
    script : str
        File in `handwritten`.
    ms : int
        Simulated time.
    check : Identical or Rates
        What has to agree.
    changes : tuple of str
        ``--set`` of the model.
    given : tuple of str
        Options of the script.
    """

    name: str
    model: str
    backend: str
    script: str
    ms: int
    check: Identical | Rates
    changes: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def rows(extent: Extent) -> list[Row]:
    """Return the rows of `make bench` (usual), of `make bench-full`, or small ones for a test."""
    made = _rows(extent)
    if extent == "full":
        made = [with_strict for row in made for with_strict in (row, *_strict(row))]
    return made


def _strict(row: Row) -> list[Row]:
    if not row.script.startswith("brian2_"):
        return []
    return [replace(row, name=f"{row.name}_strict", given=(*row.given, "--strict"))]


def _rows(extent: Extent) -> list[Row]:
    full = extent == "full"
    long = {"tiny": 0.05, "usual": 1.0, "full": 3.0}[extent]

    def ms(usual: int) -> int:
        return max(round(usual * long), 20)

    recorded = min(ms(30_000), 30_000)  # the stimulus is 60 s long
    inputs = 1000 if full else 100
    brunel = ("constants.order=2500", f"constants.C_E={inputs}")
    brunel_given = ("--order", "2500", "--inputs", str(inputs))
    cells, each = (5000, 500) if full else (1000, 100)
    stdp = (f"constants.size={cells}", f"constants.inputs={each}")
    stdp_given = ("--size", str(cells), "--inputs", str(each))
    dendritic = ("constants.there=0 ms", "constants.back=1.5 ms")
    scaled = ("constants.neurons=0.1", "constants.inputs=0.1")
    irregular = Rates(0.6 if extent == "tiny" else 0.1)
    network = ("--network", str(ROOT / RECORDED / "seed0_inputs.npz"))
    exact = Identical(min(recorded, 10_000))
    return [
        Row("izhikevich2006_cpp", RECORDED, "brian2", "izhikevich2006.cpp", recorded, exact),
        Row("izhikevich2006_cpp_nest", RECORDED, "nest", "izhikevich2006.cpp", recorded, exact),
        Row("izhikevich2006_brian2", RECORDED, "brian2", "brian2_izhikevich2006.py", recorded, exact, given=network),
        Row("cuba_brian2", "models/brette_cuba", "brian2", "brian2_cuba.py", ms(10_000), irregular),
        Row("cuba_nest", "models/brette_cuba", "nest", "nest_cuba.py", ms(2000), irregular),
        Row("hh_brian2", "models/brette_hh", "brian2", "brian2_hh.py", ms(200), irregular),
        Row("hh_nest", "models/brette_hh", "nest", "nest_hh.py", ms(200), irregular),
        Row("brunel_brian2", "models/brunel2000", "brian2", "brian2_brunel.py", ms(500), irregular, brunel, brunel_given),
        Row("brunel_nest", "models/brunel2000", "nest", "nest_brunel.py", ms(500), irregular, brunel, brunel_given),
        Row("pair_stdp_brian2", PAIRS, "brian2", "brian2_pair_stdp.py", ms(1000), irregular, stdp, stdp_given),
        Row("pair_stdp_nest", PAIRS, "nest", "nest_pair_stdp.py", ms(1000), irregular, (*stdp, *dendritic), stdp_given),
        Row("balanced_lif_brian2", "models/balanced_lif", "brian2", "brian2_balanced_lif.py", ms(500), irregular),
        Row("balanced_lif_nest", "models/balanced_lif", "nest", "nest_balanced_lif.py", ms(500), irregular),
        Row("microcircuit_nest", "models/microcircuit", "nest", "nest_microcircuit.py", ms(500), irregular, scaled,
            ("--neurons", "0.1", "--inputs", "0.1")),
    ]  # fmt: skip
