"""The command ``discover``: searches of a run, a table or a model's own section, with their nulls, as words and as JSON."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import load
from snndsl.cli.progress import Line, counted, duration
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.groups.sources import free_catalogue, network_of, neurons_from
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import Activated
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.nulls import NULLS, Significance, significance
from snndsl.polychrony.reasons import why_none
from snndsl.polychrony.recordings.detect import SpikeTrains, trains_of
from snndsl.polychrony.search import discover, predict
from snndsl.polychrony.section import Search, chosen_definition, judge, search_of
from snndsl.results import read_run, single

__all__ = [
    "How",
    "check_options",
    "has_section",
    "own_searches",
    "pairs_of",
    "plan_of",
    "print_search",
    "search",
    "section_and_options",
    "trains_for",
]

MOST_NULLS = 100_000
"""Repetitions of a null."""


@dataclass(frozen=True, slots=True)
class How:
    """Options of a search that do not change what is found, and the seed of its nulls.

    Parameters
    ----------
    workers : int
        Processes.
    scheduler : str or None
        Address of a Dask scheduler.
    seed : int or None
        Of the nulls; None: that of the model for analyses, else 0.
    quiet : bool
        No progress.
    resume : bool
        Go on with a search that was stopped.
    limit_s : float
        A search predicted to take longer, in s, is refused.
    """

    workers: int = 1
    scheduler: str | None = None
    seed: int | None = None
    quiet: bool = False
    resume: bool = False
    limit_s: float = 86_400.0


def search(network: Network, plan: Search, out: Path, how: How, trains: SpikeTrains | None = None) -> Iterator[tuple[str, Any]]:
    """Yield lines of text and, last, the facts of one search.

    Parameters
    ----------
    network : Network
        To be searched.
    plan : Search
        What to look for.
    out : Path
        Folder of the catalogue.
    how : How
        Options.
    trains : SpikeTrains, optional
        The recording for ``activated`` groups.
    """
    predicted = predict(network.table, plan.definition, network.neurons, plan.mothers)
    inhibitory = int(np.count_nonzero(network.table.inhibitory))
    yield "text", f"network    {network.table.neurons:,} neurons, {inhibitory:,} inhibitory, {network.table.rows:,} synapses"
    about = _about(predicted.seconds / how.workers, how.workers) if how.scheduler is None else "on a cluster"
    yield "text", f"probes     {predicted.probes:,} combinations of strong inputs of {predicted.mothers:,} neurons, {about}"
    _affordable(predicted.seconds / how.workers, sum(plan.nulls.values()), how)
    arguments: dict[str, Any] = {
        "neurons": network.neurons,
        "mothers": plan.mothers,
        "workers": how.workers,
        "trains": trains,
        "step_ms": float(network.step_ms),
        "limit_s": how.limit_s,
    }
    found: dict[str, Any] = {"out": out, "resume": how.resume, "scheduler": how.scheduler, "progress": _searching(how.quiet)}
    with _stoppable(out):
        catalogue = discover(network.table, plan.definition, **found, **arguments)
    facts: dict[str, Any] = {"catalogue": str(out), **catalogue.summary(), "definition": catalogue.definitions[0], "nulls": {}}
    yield "text", f"search     {counted(facts['groups'], 'groups')}{_spread(facts, float(network.step_ms))}"
    if not facts["groups"]:
        facts["reasons"] = _reasons(network, plan, catalogue)
        yield from (("text", f"{'' if k else 'why':<11}{line}") for k, line in enumerate(facts["reasons"]))
    for name, times in plan.nulls.items():
        drawn: dict[str, Any] = {"repetitions": times, "rows": plan.rows.get(name), "seed": how.seed or 0}
        drawn["observed"] = catalogue
        shuffling = _shuffling(name, how.quiet)
        tested = significance(network.table, plan.definition, null=name, progress=shuffling, **drawn, **arguments)
        facts["nulls"][name] = tested.to_dict()
        catalogue.folder.write_null(name, facts["nulls"][name])
        yield from (("text", line) for line in _null_lines(tested, float(network.step_ms)))
    if not plan.nulls:
        yield "text", "null       none was run: the count alone says nothing about chance    try: --null weights=19"
    look = f"    look: snndsl plot {shlex.quote(str(out))} --group 0" if facts["groups"] else ""
    yield "text", f"catalogue  {out}{look}"
    yield "facts", facts


def _reasons(network: Network, plan: Search, catalogue: Catalogue) -> list[str]:
    """Return in words why nothing was found."""
    unit = network.weight_units[0] if network.weight_units else "1"
    probes = int(catalogue.manifest["probes"])
    return list(why_none(network.table, plan.definition, probes, catalogue.ended, unit))


def check_options(source: Path, resume: Path | None, limit: float, wrong: dict[str, bool]) -> None:
    """Refuse options that do not fit together, a limit that is none, and a search that was never begun.

    Parameters
    ----------
    source : Path
        What is searched.
    resume : Path or None
        Folder to go on in.
    limit : float
        Hours.
    wrong : dict of str to bool
        Combinations in words, and whether they were asked for.
    """
    for words, asked in wrong.items():
        if asked:
            raise ModelError(Fault("usage", f"{words}: {source}", expected="options that the source has"))
    if not limit > 0:
        raise ModelError(Fault("usage", f"--limit {limit}", expected="hours, more than 0"))
    if resume is not None and not resume.is_dir():
        raise ModelError(Fault("catalogue-missing", "nothing to go on with", str(resume), expected="the folder of a search"))


def _affordable(seconds: float, nulls: int, how: How) -> None:
    """Refuse nulls that would take longer than the limit; the search itself refuses itself."""
    whole = seconds * (1 + nulls)
    if how.scheduler is None and nulls and whole > how.limit_s:
        what = f"{nulls:,} nulls would take about {duration(whole)} with {counted(how.workers, 'workers')}"
        expected = f"at most {duration(how.limit_s)}"
        raise ModelError(Fault("search-too-long", what, expected=expected, try_="fewer nulls, more workers, or --limit HOURS"))


def _about(seconds: float, workers: int) -> str:
    """Return a predicted time in words."""
    return f"{'less than 1 s' if seconds < 1 else f'about {duration(seconds)}'} on {counted(workers, 'cores')}"


def _null_lines(tested: Significance, step_ms: float) -> Iterator[str]:
    """Yield what a null says about the number of groups, and about the longest, largest and latest one."""
    groups = tested.shuffled["groups"]
    spread = f"{np.median(groups):g} ({groups.min():g}-{groups.max():g})"
    verdict = f"p = {tested.p['groups']:.3g}, family-wise {tested.adjusted['groups']:.3g}"
    how = tested.null if tested.null == "rewired" else f"with {tested.null} shuffled"
    yield f"null       {spread} groups {how}, {len(groups)} times    {verdict}"
    parts = []
    for name, unit, scale in (("longest_path", "layers", 1.0), ("size", "spikes", 1.0), ("span", "ms", step_ms)):
        values = tested.shuffled[name]
        against = f"{values.min() * scale:g}-{values.max() * scale:g}"
        parts.append(f"{tested.observed[name] * scale:g} {unit} against {against} (p = {tested.adjusted[name]:.3g})")
    yield f"           greatest group: {', '.join(parts)}, family-wise"


def _spread(facts: dict[str, Any], step_ms: float) -> str:
    """Return sizes, spans and paths in words."""
    if not facts["groups"]:
        return ""
    size, path, span = (facts[name] for name in ("size", "longest_path", "span"))
    length = f"{span[2] * step_ms:g} ms ({span[1] * step_ms:g}-{span[3] * step_ms:g})"
    text = f"   size {size[2]:g} ({size[1]:g}-{size[3]:g})   span {length}   path {path[0]:g}-{path[4]:g}"
    return text + f"   {facts['avalanches']} avalanches"


def print_search(events: Iterator[tuple[str, Any]], quiet: bool) -> dict[str, Any]:
    """Print what a search says, unless its facts are all that is wanted; return them."""
    facts: dict[str, Any] = {}
    for kind, content in events:
        if kind == "facts":
            facts = content
        elif not quiet:
            print(f"  {content}", flush=True)
    return facts


def own_searches(source: Path, settings: dict[str, Any], out: Path | None, how: How, as_json: bool) -> int:
    """Run the searches of a model's section `discover`; return 1 if an expectation is not met."""
    failed, base = False, out or free_catalogue(source)
    everything = {}
    for name, network, plan, entry, seed in _searches_of_model(source, settings):
        drawn = how if how.seed is not None else replace(how, seed=seed)
        facts = print_search(search(network, plan, base / name, drawn), quiet=as_json)
        verdicts = _verdicts(entry, facts)
        everything[name] = facts | {"expect": [{"met": met, "text": text} for met, text in verdicts]}
        for met, text in verdicts:
            failed |= not met
            if not as_json:
                print(f"{'pass' if met else 'FAIL'}  {name}: {text}")
    if as_json:
        print(json.dumps(everything, indent=1))
    return 1 if failed else 0


def _searches_of_model(file: Path, settings: dict[str, Any]) -> Iterator[tuple[str, Network, Search, Any, int]]:
    """Yield name, network, search, specification and seed of every entry of a model's section."""
    model = load(file, settings)
    seed = model.checked.seeds.analysis or 0
    for name, entry in model.checked.searches.items():
        network = network_of(model, inhibitory=entry.inhibitory)
        yield name, network, search_of(model.checked, model.program, name, network), entry, seed


def _verdicts(entry: Any, facts: dict[str, Any]) -> list[tuple[bool, str]]:
    """Return what came of the expectations of a search."""
    measured = {"groups": float(facts["groups"])}
    if facts["nulls"]:
        measured["p"] = max(null["p"]["groups"] for null in facts["nulls"].values())
    return list(judge(entry.expect, measured))


def has_section(source: Path, settings: dict[str, Any]) -> bool:
    """Tell whether a model says what to search for."""
    return bool(load(source, settings).checked.searches)


def section_and_options() -> ModelError:
    """Return the error of a search that is described twice."""
    what = "options of a definition for a model that has a section 'discover'"
    hint = "--definition NAME to search with options, or --set discover... to change the section"
    return ModelError(Fault("usage", what, expected="either", try_=hint))


def pairs_of(items: list[str], option: str) -> dict[str, str]:
    """Return ``name=value`` texts as a mapping."""
    found = {}
    for item in items:
        name, sign, value = item.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ModelError(Fault("usage", f"{option} {item}", expected="NAME=VALUE", try_=f"{option} jitter=2"))
        found[name.strip()] = value.strip()
    return found


def plan_of(network: Network, definition: str, given: dict[str, Any], mothers: str | None, nulls: list[str]) -> Search:
    """Return the search that options describe."""
    chosen = None if mothers is None else neurons_from(mothers, network.table.neurons)
    return Search(chosen_definition(definition, given, network), chosen, _nulls(nulls))


def _nulls(items: list[str]) -> dict[str, int]:
    """Return ``weights=200`` texts as a mapping."""
    found = {}
    for item in items:
        name, _, times = item.partition("=")
        if name not in NULLS or not times.isdigit() or not 1 <= int(times) <= MOST_NULLS:
            expected = f"NAME=TIMES with {', '.join(NULLS)}, 1 to {MOST_NULLS:,} times"
            raise ModelError(Fault("usage", f"--null {item}", expected=expected, try_="--null weights=19"))
        found[name] = int(times)
    return found


def trains_for(plan: Search, source: Path, network: Network) -> SpikeTrains | None:
    """Return the spikes of a run, for a definition that asks for them."""
    if not isinstance(plan.definition, Activated):
        return None
    if not (source / "manifest.json").exists():
        what = f"{source} has no spikes"
        raise ModelError(Fault("recording-missing", what, expected="a run folder with the spikes of all neurons"))
    return trains_of(single(read_run(source)), network.first)


@contextmanager
def _stoppable(out: Path) -> Iterator[None]:
    """Say where a stopped search can go on; a termination signal is taken like Ctrl-C, with its own exit status."""

    def terminate(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, terminate) if here else None
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        print(f"\n  stopped; what was found is in {out}    go on: the same command with --resume {out}", file=sys.stderr)
        raise
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _searching(quiet: bool) -> Callable[[int, int, int], None]:
    """Return a listener of the search."""
    line = Line(quiet)
    return lambda done, total, groups: line(f"search   {done / max(total, 1):4.0%}  {groups:,} groups", done >= total)


def _shuffling(name: str, quiet: bool) -> Callable[[int, int], None]:
    """Return a listener of the nulls."""
    line = Line(quiet)
    return lambda done, total: line(f"{name} shuffled {done}/{total}", done >= total)
