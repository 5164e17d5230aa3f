"""The page of all keys: a section for each piece of a model file, with its keys and an example that runs.

What a key is stands in the schema. Examples are cut out of the files that other tests run: models, cases, recipes, the library.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from snndsl.connect import CONNECT
from snndsl.schema import ModelSpec
from snndsl.schema.projection import ConnectSpec
from snndsl.schema.stimulus import StimulusSpec, _of_any
from snndsl.spec import LIST, SCALAR, TEXT, As, Spec, Written
from snndsl.stimuli import STIMULI

__all__ = ["Section", "examples", "keys", "section_keys", "sections", "shown"]

_ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = (
    "tests/reference",
    "snndsl/templates/*",
    "snndsl/explained/recipes",
    "snndsl/testing/cases",
    "models/*",
    "snndsl/library",
)
_LINES, _WIDTH = 22, 120
"""An example longer or wider than this is shown only if no other has a key."""
_SHORT = ((SCALAR, "value"), (LIST, "list"), (TEXT, "name"), ({"type": "integer"}, "whole number"))
_WHOLE = _ROOT / "snndsl" / "templates" / "pair" / "model.yaml"


@dataclass(frozen=True)
class Section:
    """A piece of a model file: where it stands, its keys, and what describes them."""

    paths: list[str] = field(hash=False)
    spec: type[Spec]

    @property
    def title(self) -> str:
        """The first place where it stands."""
        return self.paths[0] or "the file"


@dataclass(frozen=True)
class Block:
    """A piece in a file: the text of it under the keys that lead to it, and its own keys."""

    file: Path
    text: str
    keys: frozenset[str]

    @property
    def unwieldy(self) -> bool:
        """Whether it is long or wide."""
        lines = self.text.splitlines()
        return len(lines) > _LINES or max(map(len, lines)) > _WIDTH


def section_keys(spec: type[Spec]) -> dict[str, FieldInfo]:
    """Return the keys of a piece as they are written."""
    fields = _of_any(STIMULI.all).model_fields if spec is StimulusSpec else spec.known()
    return {info.alias or name: info for name, info in fields.items()}


@cache
def sections() -> tuple[Section, ...]:
    """Return all pieces, in the order of the file."""
    found: dict[type[Spec], Section] = {}

    def look(spec: type[Spec], path: str) -> None:
        if spec in found:
            found[spec].paths.append(path)
            return
        found[spec] = Section([path], spec)
        for key, info in section_keys(spec).items():
            for inner, below in _pieces(info.annotation, f"{path}.{key}".lstrip(".")):
                look(inner, below)

    look(ModelSpec, "")
    return tuple(found.values())


def _pieces(annotation: Any, path: str) -> Iterator[tuple[type[Spec], str]]:
    """Yield the pieces that a value may hold, with their places."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation, path
    elif get_origin(annotation) is not Literal:
        named = ".NAME" if _mapping(annotation) else ""
        for part in get_args(annotation)[1 if named else 0 :]:
            yield from _pieces(part, path + named)


def _mapping(annotation: Any) -> bool:
    return get_origin(annotation) in (Mapping, dict) or get_origin(annotation) is types.MappingProxyType


def _bare(annotation: Any) -> Any:
    """Return an annotation without what is said of it, and without None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        [inner] = [item for item in get_args(annotation) if item is not type(None)]
        return _bare(inner)
    return annotation


def shown(annotation: Any, said: tuple[Any, ...] = ()) -> As:
    """Return how a value is written, and what it measures."""
    marks = [mark for mark in said if isinstance(mark, As)]
    if get_origin(annotation) is Annotated:
        return shown(get_args(annotation)[0], (*annotation.__metadata__, *said))
    if marks:
        return marks[-1]
    if get_origin(annotation) in (Union, types.UnionType):
        [inner] = [item for item in get_args(annotation) if item is not type(None)]
        return shown(inner, said)
    if get_origin(annotation) is Literal:
        return As(", ".join(f"`{word}`" for word in get_args(annotation)))
    if _mapping(annotation):
        key, inner = (shown(part) for part in get_args(annotation))
        return As(f"{key.written if key.written != 'text' else 'name'}: {inner.written}", inner.of)
    if get_origin(annotation) is tuple:
        parts = [shown(part) for part in get_args(annotation) if part is not Ellipsis]
        many = Ellipsis in get_args(annotation)
        return As(f"list: {parts[0].written}" if many else f"[{', '.join(part.written for part in parts)}]", parts[0].of)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        [section] = [item for item in sections() if item.spec is annotation]
        words = [f"`{rule.name}`" for rule in CONNECT.all if rule.form is None] if annotation is ConnectSpec else _short(said)
        return As(", ".join([*words, f"[{section.title}](#{_anchor(section.title)})"]))
    return As({int: "whole number", bool: "`true` or `false`", str: "text", Any: "any"}[annotation])


def _short(said: tuple[Any, ...]) -> list[str]:
    """Return the short forms that a file may use instead of a piece."""
    forms = [form for mark in said if isinstance(mark, Written) for form in mark.forms]
    return [word for form, word in _SHORT if form in forms]


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")


def _default(spec: type[Spec], info: FieldInfo) -> str:
    if info.is_required():
        return "one of these" if spec is ConnectSpec else "required"
    value = info.default
    if value is PydanticUndefined or value in (None, "", ()) or isinstance(value, Spec):
        return ""
    return f"`{str(value).lower()}`"


def keys() -> str:
    """Return a section for each piece."""
    return "\n" + "\n".join(_section(section) for section in sections())


def _section(section: Section) -> str:
    lines = [f"{'#' * min(4, 2 + section.title.count('.') - section.title.count('.NAME'))} {section.title}", ""]
    lines += [(section.spec.__doc__ or "").strip().splitlines()[0], ""]
    if section.paths[1:]:
        lines += [f"The same stands at {', '.join(f'`{path}`' for path in section.paths[1:])}.", ""]
    lines += ["| key | written | of | default | what it is |", "|---|---|---|---|---|"]
    for key, info in section_keys(section.spec).items():
        way = shown(info.annotation, tuple(info.metadata))
        cells = (f"`{key}`", way.written, way.of, _default(section.spec, info), info.description or "")
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    for block in examples()[section.spec]:
        file = block.file.relative_to(_ROOT)
        name = file.parent.name if file.name == "model.yaml" else file.name
        lines += ["", f"From [{name}](../../{file.as_posix()}):", "", "```yaml", block.text.rstrip("\n"), "```"]
    return "\n".join([*lines, ""])


@cache
def examples() -> dict[type[Spec], list[Block]]:
    """Return for each piece as few short blocks as show every key of it that some file uses."""
    blocks: dict[type[Spec], list[Block]] = {section.spec: [] for section in sections()}
    for folder in _FOLDERS:
        for file in sorted(_ROOT.glob(f"{folder}/*.yaml")):
            source = file.read_text(encoding="utf-8")
            for spec, block in _Blocks(file, source).of(yaml.compose(source), ModelSpec):
                blocks[spec].append(block)
    chosen = {spec: _cover(found) for spec, found in blocks.items()}
    chosen[ModelSpec] = [Block(_WHOLE, _WHOLE.read_text(encoding="utf-8"), frozenset())]
    return chosen


def _cover(blocks: list[Block]) -> list[Block]:
    """Return few short blocks that have all keys."""
    left = {key for block in blocks for key in block.keys}
    chosen = []
    while left:
        best = min(
            (block for block in blocks if block.keys & left),
            key=lambda block: (block.unwieldy, -len(block.keys & left), len(block.text)),
        )
        chosen.append(best)
        left -= best.keys
    return chosen


class _Blocks:
    """Finds the pieces of one file."""

    def __init__(self, file: Path, source: str) -> None:
        self.file, self.source = file, source

    def of(
        self, node: yaml.Node, annotation: Any, above: tuple[str, ...] = (), begin: int = 0
    ) -> Iterator[tuple[type[Spec], Block]]:
        """Yield what a node holds; `above` are the keys that lead to it, and its text begins at `begin`."""
        kind = _bare(annotation)
        if isinstance(kind, type) and issubclass(kind, Spec):
            if isinstance(node, yaml.MappingNode):
                known = section_keys(kind)
                yield kind, self._block(node, known.keys(), above, begin)
                for key, value in node.value:
                    if key.value in known:
                        yield from self.of(value, known[key.value].annotation, (*above, key.value), key.start_mark.index)
        elif _mapping(kind) and isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield from self.of(value, get_args(kind)[1], (*above, key.value), key.start_mark.index)
        elif get_origin(kind) is tuple:
            several = isinstance(node, yaml.SequenceNode)
            for item in node.value if several else [node]:
                place = ((*above, "-"), item.start_mark.index) if several else (above, begin)
                yield from self.of(item, get_args(kind)[0], *place)

    def _block(self, node: yaml.MappingNode, known: Set[str], above: tuple[str, ...], begin: int) -> Block:
        """Return a piece as text, with the keys above it and without what stands beside it."""
        column = begin - (self.source.rfind("\n", 0, begin) + 1)
        text = self.source[begin : node.end_mark.index].rstrip()
        own = [line.rstrip() for line in text.split("\n")]
        own = [own[0], *(line[min(column, len(line) - len(line.lstrip())) :] for line in own[1:])]
        lines, indent, item = [], "", ""
        for key in above[:-1]:
            if key != "-":
                lines.append(f"{indent}{item}{key}:")
                indent += " " * len(item) + "  "
            item = "- " if key == "-" else ""
        item += "- " if above[-1:] == ("-",) else ""
        lines += [
            f"{indent}{item if number == 0 else ' ' * len(item)}{line}" if line else "" for number, line in enumerate(own)
        ]
        return Block(self.file, "\n".join(lines) + "\n", frozenset(key.value for key, _ in node.value) & known)
