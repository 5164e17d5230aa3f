"""The command ``discover``: searches of a run, a table or a model's own section, with their nulls, as words and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.pipeline import free_folder, load
from snndsl.polychrony.nulls import significance
from snndsl.polychrony.search import discover, predict
from snndsl.polychrony.section import Search, judge, search_of
from snndsl.polychrony.sources import Network, network_from_program, read_network
from snndsl.semantics.selection import resolve

__all__ = ["search", "searches_of_model"]

_NULLS = ("weights", "delays", "rewired")


def search(
    network: Network, plan: Search, out: Path, *, workers: int, resume: bool, min_path: int | None, seed: int, quiet: bool
) -> Iterator[tuple[str, Any]]:
    """Yield lines of text and, last, the facts of one search.

    Parameters
    ----------
    network : Network
        To be searched.
    plan : Search
        What to look for.
    out : Path
        Folder of the catalogue.
    workers : int
        Processes.
    resume : bool
        Go on with a search that was stopped.
    min_path : int or None
        Show only groups with a path at least this long.
    seed : int
        Of the nulls.
    quiet : bool
        No progress.
    """
    counted = predict(network.table, plan.definition)
    chosen = "" if plan.mothers is None else f" (before choosing {len(plan.mothers)} mothers)"
    text = (
        f"{counted.probes:,} combinations of strong inputs{chosen}, about {counted.seconds / workers:.0f} s on {workers} cores"
    )
    yield "text", text
    arguments: dict[str, Any] = {"neurons": network.neurons, "mothers": plan.mothers, "workers": workers}
    show = _shown(quiet)
    catalogue = discover(network.table, plan.definition, out=out, resume=resume, progress=show, **arguments)
    kept = catalogue if min_path is None else catalogue.filter(min_path=min_path)
    facts: dict[str, Any] = {"catalogue": str(out), **kept.summary(), "definition": catalogue.definitions[0]}
    steps = float(network.step_ms)
    size, path, span = (facts[name] for name in ("size", "longest_path", "span"))
    detail = ""
    if facts["groups"]:
        length = f"{span[2] * steps:g} ms ({span[1] * steps:g}-{span[3] * steps:g})"
        detail = f"   size {size[2]:g} ({size[1]:g}-{size[3]:g})   span {length}   path {path[0]:g}-{path[4]:g}"
        detail += f"   {facts['avalanches']} avalanches"
    yield "text", f"search     {facts['groups']:,} groups{detail}"
    facts["nulls"] = {}
    for name, times in plan.nulls.items():
        found = significance(
            network.table, plan.definition, null=name, repetitions=times, seed=seed, progress=_counted(name, quiet), **arguments
        )
        groups = found.shuffled["groups"]
        facts["nulls"][name] = {
            "repetitions": times,
            "groups": groups.tolist(),
            "p": found.p["groups"],
            "adjusted": found.adjusted,
        }
        spread = f"{np.median(groups):g} ({groups.min():g}-{groups.max():g})"
        verdict = f"p = {found.p['groups']:.3g}, family-wise {found.adjusted['groups']:.3g}"
        yield "text", f"null       {spread} groups with {name} shuffled, {times} times    {verdict}"
    if not plan.nulls:
        yield "text", "null       none was run: the count alone says nothing about chance    try: --null weights=19"
    yield "text", f"catalogue  {out}    look: snndsl plot {out} --group 0"
    yield "facts", facts


def searches_of_model(file: Path, settings: dict[str, Any]) -> Iterator[tuple[str, Network, Search, Any]]:
    """Yield name, network, search and specification of every entry of a model's section.

    Raises
    ------
    ModelError
        nothing-to-discover.
    """
    model = load(file, settings)
    spec = model.checked.spec
    if not spec.discover:
        what, expected = f"{file} has no 'discover'", "a section 'discover', or a run folder"
        raise ModelError(Fault("nothing-to-discover", what, expected=expected))
    network = network_from_program(model.program)
    for name, entry in spec.discover.items():
        mothers = None
        if entry.mothers is not None:
            place = model.checked.place("discover", name, "mothers")
            chosen = resolve(entry.mothers, model.checked.sizes, spec.groups, place, "mothers are")
            parts = [np.arange(block.start, block.stop) + network.first[block.population] for block in chosen.blocks]
            mothers = np.concatenate(parts)
        yield name, network, search_of(entry, network, mothers), entry


def nulls_of(items: list[str]) -> dict[str, int]:
    """Return ``weights=200`` texts as a mapping."""
    found = {}
    for item in items:
        name, _, times = item.partition("=")
        if name not in _NULLS or not times.isdigit() or int(times) < 1:
            raise ModelError(
                Fault("usage", f"--null {item}", expected=f"NAME=TIMES with {', '.join(_NULLS)}", try_="--null weights=19")
            )
        found[name] = int(times)
    return found


def network_of(source: Path, step: int | None, step_ms: Fraction | None = None, population: str | None = None) -> Network:
    """Return the network of a run folder or a table."""
    return read_network(source, step, step_ms=step_ms, population=population)


def free_catalogue(source: Path) -> Path:
    """Return a new folder for a catalogue: in the run folder, else below ``runs``."""
    if (source / "manifest.json").exists():
        return next(path for path in (source / f"groups{k or ''}" for k in range(10_000)) if not path.exists())
    return free_folder(f"groups-{source.stem}")


def verdicts(entry: Any, facts: dict[str, Any]) -> list[tuple[bool, str]]:
    """Return what came of the expectations of a search."""
    measured = {"groups": float(facts["groups"])}
    if facts["nulls"]:
        measured["p"] = max(null["p"] for null in facts["nulls"].values())
    return list(judge(entry.expect, measured))


def _shown(quiet: bool) -> Any:
    if quiet or not sys.stderr.isatty():
        return None

    def show(done: int, total: int, groups: int) -> None:
        print(
            f"\r  search   {done / max(total, 1):4.0%}  {groups:,} groups ",
            end="" if done < total else "\n",
            file=sys.stderr,
            flush=True,
        )

    return show


def _counted(name: str, quiet: bool) -> Any:
    if quiet or not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        print(f"\r  {name} shuffled {done}/{total} ", end="" if done < total else "\n", file=sys.stderr, flush=True)

    return show
