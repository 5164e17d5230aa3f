"""Dataclasses whose methods come when first used are those of the standard library in every other respect."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import pytest

from snndsl.deferred import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A point."""

    dimensions: ClassVar[int] = 2
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def far(self) -> bool:
        return self.x > 9


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """A point."""

    dimensions: ClassVar[int] = 2
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def far(self) -> bool:
        return self.x > 9


@dataclass(frozen=True, slots=True)
class Deep(Point):
    """Inherits from one of its kind."""

    z: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Has methods of its own, and no equality."""

    x: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", self.x + 1)

    def __repr__(self) -> str:
        return f"<{self.x}>"


FIRST: dict[str, Callable[[type], Any]] = {
    "object": lambda cls: cls(1),
    "signature": inspect.signature,
    "fields": dataclasses.fields,
    "match": lambda cls: cls.__match_args__,
    "restored": lambda cls: cls.__reduce_ex__,
}


@pytest.mark.parametrize("first", FIRST)
def test_whatever_is_used_first(first: str) -> None:
    """Each time with a class that nothing was asked of."""
    body = {name: value for name, value in vars(sys.modules[__name__])["Point"].__dict__.items() if name == "far"}
    hints = {"__annotations__": {"x": "int", "y": "int"}, "y": 0, "__module__": __name__, **body}
    cls: Any = dataclass(frozen=True, slots=True)(type("Fresh", (), hints))
    FIRST[first](cls)
    made = cls(1)
    assert (made.x, made.y, made.far) == (1, 0, False) and made == cls(1, 0) != cls(2) and hash(made) == hash((1, 0))
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 2


def test_they_are_those_of_the_standard_library() -> None:
    mine, theirs = Point(3, tags=["a"]), Standard(3, tags=["a"])
    assert inspect.signature(Point) == inspect.signature(Standard)
    assert {name for name in vars(Standard) if name not in vars(Point)} <= {"__dict__", "__weakref__"}  # 3.11.2 keeps them
    assert repr(mine).replace("Point", "Standard") == repr(theirs) and hash(mine) == hash(theirs)
    assert mine == Point(3) and dataclasses.replace(mine, y=4) == Point(3, 4) and mine != theirs
    assert dataclasses.asdict(mine) == dataclasses.asdict(theirs) and dataclasses.is_dataclass(Point)
    assert not hasattr(mine, "__dict__") and Point.__slots__ == ("x", "y", "tags") == Standard.__slots__  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del mine.x  # type: ignore[misc]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    match mine:
        case Point(x, y):
            assert (x, y) == (3, 0)


def test_inheritance_copies_and_own_methods() -> None:
    deep = Deep(1, 2, ["t"], 3)
    assert (deep.x, deep.y, deep.z, Deep(1).z) == (1, 2, 3, 1) and Deep.__slots__ == ("z",)  # type: ignore[attr-defined]
    assert [item.name for item in dataclasses.fields(Deep)] == ["x", "y", "tags", "z"] and isinstance(deep, Point)
    assert copy.deepcopy(deep) == deep == pickle.loads(pickle.dumps(deep))
    assert repr(Own(1)) == "<2>" and Own(1) != Own(1) and len({Own(1), Own(1)}) == 2


def test_they_are_restored_where_none_was_made() -> None:
    """What is unpickled first in another process is whole."""
    text = pickle.dumps(__import__("snndsl.errors").errors.Fault("usage", "what"))
    code = f"import pickle; fault = pickle.loads({text!r}); print(fault == type(fault)('usage', 'what'), fault.code)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True usage\n", done.stderr


def test_none_is_made_at_the_start() -> None:
    """Of some 110 classes that the stages of `validate` load, few have compiled their methods when they are there."""
    code = """
import dataclasses
asked = []
compiled = dataclasses._process_class
def counted(cls, *arguments, **options):
    if cls.__module__.startswith("snndsl"):
        asked.append(cls.__qualname__)
    return compiled(cls, *arguments, **options)
dataclasses._process_class = counted
import snndsl.pipeline
print(len(asked), asked)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[0]) < 40, done.stdout
