"""A right or wrong file with random mistakes in it is right, or refused with a place and with what would fit.

Never a traceback, never more than two seconds. ``SNNDSL_MUTATIONS=3x1500`` tries other seeds, from 0, and another number.
"""

from __future__ import annotations

import copy
import io
import os
import random
import re
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import yaml
from hostile.files import ARCHIVES, ARRAYS, npy, with_data

from snndsl.errors import Fault, SnndslError, printed
from snndsl.frontend.loader import read_source
from snndsl.frontend.yaml import read_yaml
from snndsl.graph.elaboration import elaborate
from snndsl.graph.settled import most_synapses
from snndsl.pipeline import judge, lower
from snndsl.semantics.check import check

ROOT = Path(__file__).parents[2]
SEEDS, NUMBER = (int(part) for part in os.environ.get("SNNDSL_MUTATIONS", "1x1500").split("x"))
CHUNK = 50
SECONDS = 2.0
SMALL = 2000
"""Neurons and synapses of a model that is lowered too."""


def small(path: Path) -> str:
    """Return a shipped model with at most twenty neurons in a population."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"size: (\d+)", lambda match: f"size: {min(int(match[1]), 20)}", text)
    return re.sub(r"(fixed_\w+): \d+", r"\1: 3", text)


SHIPPED = [(small(path), path.parent) for path in sorted(ROOT.glob("models/*/model.yaml"))]
LIBRARY = [(path.read_text(encoding="utf-8"), path.parent) for path in sorted(ROOT.glob("snndsl/library/*.yaml"))]
INVALID = [
    (path.read_text(encoding="utf-8"), path.parent)
    for path in sorted(ROOT.glob("tests/invalid/*/model.yaml"))
    if path.parent.name not in ("13_latin1", "13_utf16")
]
_VALUE = re.compile(r": ([^,{}\[\]\n#]+)")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*|\d+(?:\.\d+)?|[-+*/(){}\[\],:=<>]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
WORDS = [
    "0", "1", "-1", "2.5", "nan", "1e400", "true", "null", "[]", "{}", "[1, 2]", "exc", "x", "V", "i", "j", "uniform()", "1 ms",
    "5 mV", "3 pA", "1/0", "t", "exp(1000)", "log(-1)", '"a b"', "rank", "row", "pre.a", "post.V", "block", "-5 ms", "0.05 ms",
    "1e30", "trial", "N", '"normal(1, 2)"', "xi()", "D(i)", "begins(1 ms)", "i == 1", "not 1", "x += 1", "deliver(w)", "w",
    "since_pre", "", "~", "spike", "rk4", "euler", "exact", "[V]", "{a: 1}", "2**-32", "9**99", "all_to_all", "{bernoulli: 2}",
    "{pairs: {i: [0], j: [0]}}", "1e9 ms", "steps(1 ms)", "tick(0 ms)", "sum_by_target(w)", "i % 0", "floor(i/2)", "1 step",
    "step", "tv", "snndsl:lif", "../x.yaml", "x.npy", "*a", "&a 1", "<<", "!!str x", "|", ">", "'", '"', "exc[0:5]", "exc[-1]",
    "exc[0:1e9]", "0x10", "1_000", "010", "\t", "\u00b5s", "\u0430", "a" * 70, "(" * 70, "1 + " * 90 + "1", "2147483647", "5e7",
    "[[1, 2], [3]]", "min()", "where(1, 2, 3)", "dt", "dV/dt = 1", "V = V", "1e-320 ms", "1e308 mV", "0 ms", "weight",
    "[exc, exc]",
]  # fmt: skip


def exchanged(text: str, dice: random.Random) -> str:
    """Exchange a value, a word or a number for another."""
    pattern, group = dice.choice(((_VALUE, 1), (_VALUE, 1), (_TOKEN, 0), (_NUMBER, 0)))
    places = [match.span(group) for match in pattern.finditer(text)]
    if not places:
        return text
    start, end = dice.choice(places)
    other = dice.choice(places)
    word = dice.choice(WORDS) if dice.random() < 0.8 else text[other[0] : other[1]]
    return text[:start] + word + text[end:]


def relined(text: str, dice: random.Random) -> str:
    """Leave a line out, repeat it, move it or indent it otherwise."""
    lines = text.split("\n")
    place, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(other, lines[place])
        case 2:
            lines[place], lines[other] = lines[other], lines[place]
        case 3:
            lines[place] = " " * dice.randrange(6) + lines[place].lstrip()
        case _:
            lines[place:other] = lines[place:other] * 2
    return "\n".join(lines)


def retyped(text: str, dice: random.Random) -> str:
    """Drop, repeat or mistype a few characters, or the rest of the file."""
    place = dice.randrange(len(text) + 1)
    length = dice.choice((1, 1, 2, 5, 20))
    match dice.randrange(5):
        case 0:
            return text[:place] + text[place + length :]
        case 1:
            return text[:place] + text[place : place + length] * dice.choice((2, 3, 50)) + text[place + length :]
        case 2:
            typed = chr(dice.choice((dice.randrange(32, 127), dice.randrange(1, 0x3000))))
            return text[:place] + typed + text[place:]
        case 3:
            return text[:place] + dice.choice(WORDS) + text[place:]
        case _:
            return text[:place] if dice.random() < 0.3 else text[:place] + "\n" + text[place:]


Parts = list[tuple[Any, Any]]


def parts_of(node: Any) -> Parts:
    """Return every (container, key or place) below a node."""
    found: Parts = []
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        found.append((node, key))
        if isinstance(node[key], dict | list):
            found += parts_of(node[key])
    return found


def rebuilt(text: str, dice: random.Random) -> str:
    """Change values, names and places of what a file says; it stays a file in YAML, and often a model."""
    data, _ = read_yaml(text, "model.yaml")
    for _ in range(dice.choice((1, 1, 2, 3))):
        parts = parts_of(data)
        leaves = [part for part in parts if isinstance(part[0][part[1]], str)]
        node, key = dice.choice(leaves)
        other, its = dice.choice(leaves)
        change = dice.random()
        if change < 0.35:
            node[key] = retold(node[key], other[its], dice)
        elif change < 0.5:
            node[key] = other[its]
        elif change < 0.6:
            node[key] = dice.choice(WORDS)
        elif change < 0.7:
            node[key] = _NUMBER.sub(lambda _: dice.choice(("0", "1", "-3", "1e-9", "1e9", "0.05", "7.3", "1e300")), node[key])
        else:
            node, key = dice.choice(parts)
            other, its = dice.choice(parts)
            if change < 0.8:
                del node[key]
            elif change < 0.9:
                node[key] = copy.deepcopy(other[its])
            elif isinstance(node, dict):
                node[str(its)] = node.pop(key) if change < 0.95 else copy.deepcopy(other[its])
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)


def retold(text: str, other: str, dice: random.Random) -> str:
    """Exchange one word of a text for one of another."""
    places = [match.span() for match in _TOKEN.finditer(text)]
    words = [match[0] for match in _TOKEN.finditer(other)]
    if not places or not words:
        return other
    start, end = dice.choice(places)
    return text[:start] + dice.choice(words) + text[end:]


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (exchanged, exchanged, exchanged, relined, retyped)


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Change bits and bytes, cut, or put in bytes from elsewhere."""
    found = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(found)) if found else 0
        match dice.randrange(6):
            case 0 if found:
                found[place] ^= 1 << dice.randrange(8)
            case 1 if found:
                found[place] = dice.choice((0, 1, 9, 10, 13, 32, 34, 39, 44, 45, 46, 48, 57, 69, 101, 127, 128, 255))
            case 2:
                del found[place:]
            case 3:
                del found[place : place + dice.randint(1, 8)]
            case 4:
                found[place:place] = found[: dice.randint(1, 40)]
            case _:
                found[place : place + 4] = dice.choice((b"\xff\xff\xff\x7f", b"\0\0\0\0", b"9999", b"\n1,2", b"'|O'"))
    return bytes(found)


def tables() -> dict[str, bytes]:
    """Return a right file of each form, with the array or the column that `with_data` reads."""
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": np.linspace(0, 1, 9), "b": np.arange(9)}), stream)
    rows = "".join(f"{k / 7!r},{k}\n" for k in range(9))
    archive = io.BytesIO()
    np.savez_compressed(archive, a=np.linspace(0, 1, 9), b=np.arange(9))
    return {
        "x.npy": npy(np.linspace(0, 1, 9)), "x.npz": archive.getvalue(), "x.csv": f"a,b\n{rows}".encode(),
        "x.parquet": stream.getvalue(), "more.npy": ARRAYS["long_double"], "more.npz": ARCHIVES["wrong_checksum"],
    }  # fmt: skip


class TooSlow(BaseException):
    """Raised in the middle of what takes more than `SECONDS`."""


@contextmanager
def in_time() -> Iterator[None]:
    """Interrupt what uses the processor for longer than is allowed."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(text: str, folder: Path) -> None:
    """Judge a file, and make the program of one that is right and small."""
    with in_time(), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            model = check(read_source(text, "model.yaml", folder, {}))
            judgement = judge(model)
            if judgement.errors:
                hold_all(judgement.errors)
            large = sum(model.sizes.values()) + sum(most_synapses(model, item) for item in model.projections.values())
            if not (judgement.waiting or judgement.refused or model.library) and large <= SMALL:
                lower(elaborate(model))
        except SnndslError as error:
            hold_all(error.faults)


def hold_all(faults: tuple[Fault, ...]) -> None:
    """Assert what holds for every fault."""
    for fault in faults:
        assert fault.file and fault.line >= 1 and fault.column >= 1, fault
        assert fault.expected, fault
        assert "\n" not in fault.what, fault
    assert sum(map(len, printed(faults))) < 30_000


def mutated(seed: int, number: int, folder: Path) -> tuple[str, Path]:
    """Return a text with mistakes, and the folder of its data."""
    dice = random.Random(f"{seed}.{number}")
    kind = dice.random()
    if kind < 0.2:
        name, content = dice.choice(sorted(tables().items()))
        place = folder / str(number)
        place.mkdir()
        with_data(place, f"x.{name.partition('.')[2]}", damaged(content, dice))
        return (place / "model.yaml").read_text(encoding="utf-8"), place
    text, home = dice.choice(SHIPPED if kind < 0.65 else INVALID if kind < 0.95 else LIBRARY)
    if dice.random() < 0.7:
        try:
            return rebuilt(text, dice), home
        except SnndslError:  # it is not in YAML
            pass
    for _ in range(dice.randint(1, 3)):
        text = dice.choice(CHANGES)(text, dice)
    return text, home


@pytest.mark.parametrize("begin", range(0, NUMBER, CHUNK))
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_mistake_is_never_a_traceback(seed: int, begin: int, tmp_path: Path) -> None:
    for number in range(begin, min(begin + CHUNK, NUMBER)):
        text, folder = mutated(seed, number, tmp_path)
        try:
            attempt(text, folder)
        except (Exception, TooSlow) as error:
            (tmp_path / "model.yaml").write_text(text, encoding="utf-8")
            what = f"mutation {number} of seed {seed} in {folder}: {type(error).__name__}: {error}"
            pytest.fail(f"{what}\n{tmp_path}", pytrace=False)


@pytest.mark.parametrize("folder", [folder for _, folder in SHIPPED], ids=lambda folder: folder.name)
def test_without_a_mistake_they_are_right(folder: Path) -> None:
    text = (folder / "model.yaml").read_text(encoding="utf-8")  # whole: some name neurons by number
    lower(elaborate(check(read_source(text, "model.yaml", folder, {}))))
