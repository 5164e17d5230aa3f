"""The command ``robustness``: the same search with another step, integrator, threshold or seed."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snndsl.cli.actions import parsed_settings, step_ms_of, steps_of
from snndsl.cli.discover_command import At, Definition, Inhibitory, Mode, Parameters, TableStep, Threshold, Workers
from snndsl.cli.options import Json, Output, Quiet, Settings
from snndsl.errors import Fault, ModelError, nearest

if TYPE_CHECKING:
    from snndsl.polychrony.robustness import Survival, Variant

__all__ = ["robustness"]

MODEL = ("step", "integrator", "seed")
"""What is varied in the model; all else is of the definition."""


def robustness(
    source: Annotated[Path, typer.Argument(metavar="RUN|TABLE|MODEL", help="as for `discover`")],
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=VALUE,VALUE", help="step='0.5 ms,0.1 ms', integrator=heun,rk4, threshold=9,9.8, seed=1,2, or -p names"
        ),
    ] = [],
    definition: Definition = None,
    mode: Mode = None,
    threshold: Threshold = None,
    parameter: Parameters = [],
    mothers: Annotated[str | None, typer.Option(metavar="NEURONS", help="as 3,5,10:20; default: all")] = None,
    inhibitory: Inhibitory = [],
    at: At = None,
    table_step: TableStep = None,
    jitter: Annotated[float, typer.Option(min=0.0, metavar="MS", help="by which spikes of shifted groups may differ")] = 2.0,
    workers: Workers = 1,
    out: Output = None,
    settings: Settings = [],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Search again with one thing changed at a time, and count the groups that survive."""
    from snndsl.cli import discover as groups
    from snndsl.polychrony.robustness import draw_robustness, write_table
    from snndsl.polychrony.robustness import robustness as compare

    if not vary:
        raise ModelError(Fault("usage", "nothing to vary", expected="--vary NAME=VALUE,VALUE", try_="--vary threshold=9,9.8"))
    given: dict[str, Any] = {"mode": mode, "threshold": threshold} | groups.pairs_of(parameter, "--parameter")
    chosen = {name: value for name, value in given.items() if value is not None}
    step = None
    if at is not None:
        from snndsl.results import read_run

        step = steps_of(at, read_run(source).step_length)
    made = _Maker(source, definition or "izhikevich2006", parsed_settings(settings), chosen, mothers, inhibitory)
    made.step, made.table_step = step, step_ms_of(table_step)
    base = made.variant({}, {})
    varied = groups.pairs_of(vary, "--vary")
    is_table = not groups.is_model(source) and not source.is_dir()
    _check_names(varied, base, source if is_table else None)
    folder = out or groups.free_catalogue(source)
    rows = compare(
        base,
        list(made.variants(varied)),
        folder,
        mothers=made.mothers,
        jitter_ms=jitter,
        workers=workers,
        progress=None if as_json else _show,
    )
    write_table(rows, folder / "robustness.csv")
    draw_robustness(rows).savefig(folder / "robustness.png", dpi=150)
    if as_json:
        print(json.dumps([row.to_dict() for row in rows], indent=1))
    elif not quiet:
        print(f"  table {folder / 'robustness.csv'}    picture {folder / 'robustness.png'}", file=sys.stderr)
    return 2 if any(row.problem for row in rows) else 0


def _check_names(varied: dict[str, str], base: Variant, table_of: Path | None) -> None:
    """Refuse what cannot be varied."""
    of_model = [name for name in varied if name in MODEL]
    if of_model and table_of is not None:
        what = f"--vary {of_model[0]}: the table {table_of} has none"
        raise ModelError(Fault("usage", what, expected="a model or a run, or parameters of the definition"))
    known = [*MODEL, *(field.name for field in fields(base.definition))]
    for name in varied:
        if name not in known:
            near = nearest(name, known)
            hint = f"--vary {near}=.." if near else ""
            raise ModelError(Fault("usage", f"--vary {name}", expected=", ".join(known), try_=hint))


def _show(row: Survival) -> None:
    name = f"{row.axis} {row.value}".strip()
    if row.problem:
        print(f"  {name:<22} not searched: {row.problem}", flush=True)
    elif row.axis == "base":
        print(f"  {name:<22} {row.groups:>7,} groups", flush=True)
    else:
        counts = f"{row.same:,} same, {row.shifted:,} shifted, {row.lost:,} lost, {row.new:,} new"
        share = "" if math.isnan(row.survived) else f"   {row.survived:>6.1%} survive"
        print(f"  {name:<22} {row.groups:>7,} groups{share}   {counts}", flush=True)


class _Maker:
    """Makes variants of a network.

    Parameters
    ----------
    source : Path
        Model, run folder or table.
    definition : str
        Name.
    settings : dict
        Of the model.
    chosen : dict
        Parameters of the definition, as text.
    mothers : str or None
        Neurons.
    inhibitory : list of str
        Populations.
    """

    def __init__(
        self,
        source: Path,
        definition: str,
        settings: dict[str, Any],
        chosen: dict[str, Any],
        mothers: str | None,
        inhibitory: list[str],
    ) -> None:
        self.source, self.definition, self.settings = source, definition, settings
        self.chosen, self.chosen_mothers, self.inhibitory = chosen, mothers, inhibitory
        self.step: int | None = None
        self.table_step: Fraction | None = None
        self.mothers: Any = None

    def variants(self, vary: dict[str, str]) -> Iterator[tuple[str, str, Callable[[], Variant]]]:
        """Yield what is changed, into what, and the function that makes the variant."""
        for axis, values in vary.items():
            for value in (item.strip() for item in values.split(",")):
                yield axis, value, self._later(axis, value)

    def _later(self, axis: str, value: str) -> Callable[[], Variant]:
        if axis in MODEL:
            return lambda: self.variant({axis: value}, {})
        return lambda: self.variant({}, {axis: value})

    def variant(self, changed: dict[str, str], parameters: dict[str, str]) -> Variant:
        """Return the network with another model, or the definition with other parameters."""
        from snndsl.cli import discover as groups
        from snndsl.polychrony.robustness import Variant

        network = self._network(changed)
        plan = groups.plan_of(network, self.definition, self.chosen | parameters, self.chosen_mothers, [])
        self.mothers = plan.mothers
        return Variant(network, plan.definition)

    def _network(self, changed: dict[str, str]) -> Any:
        from snndsl.cli import discover as groups

        if groups.is_model(self.source):
            model = self.source / "model.yaml" if self.source.is_dir() else self.source
            return groups.network_of_model(model, self.settings | _settings(model, self.settings, changed), self.inhibitory)
        network = groups.network_of(self.source, self.step, self.table_step, None, self.inhibitory)
        if not changed:
            return network
        model = self.source / "model.yaml"
        if "seed" in changed:
            raise ModelError(Fault("usage", "the weights of a run belong to its seed", expected="--vary seed of a model"))
        other = groups.network_of_model(model, _settings(model, {}, changed), self.inhibitory)
        ratio = network.step_ms / other.step_ms
        delay = [Fraction(int(steps)) * ratio for steps in network.table.delay]
        if any(steps.denominator != 1 for steps in delay):
            what = f"delays are no multiples of {float(other.step_ms):g} ms"
            raise ModelError(Fault("off-grid", what, expected="a step that divides that of the run"))
        return replace(other, table=network.table.replace(delay=[int(steps) for steps in delay]))


def _settings(model: Path, settings: dict[str, Any], changed: dict[str, str]) -> dict[str, Any]:
    """Return what has to be set in a model for another step, integrator or seed."""
    from snndsl.api import load

    found: dict[str, Any] = {}
    if "step" in changed:
        found["time.step"] = changed["step"]
    if "seed" in changed:
        found["seed"] = int(changed["seed"]) if changed["seed"].isdigit() else changed["seed"]
    if "integrator" in changed:
        loaded = load(model, settings)
        names = [name for name, population in loaded.checked.populations.items() if population.element.groups]
        if not names:
            raise ModelError(Fault("usage", "no neuron of the model has an integrator", expected="neurons given by equations"))
        for name in names:
            given = loaded.source.raw["populations"][name]["neuron"]
            use = given if isinstance(given, dict) else {"use": given}
            found[f"populations.{name}.neuron"] = use | {"integrator": changed["integrator"]}
    return found
