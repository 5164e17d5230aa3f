"""YAML text to plain data and the place of everything in it.

YAML 1.2 core schema: ``on`` and ``no`` stay names, ``1e-3`` is a number. Numbers stay text (their exact decimals matter);
nothing is constructed but mappings with text keys, lists, text, true, false and null. Every size is bounded before any
work is done on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from snndsl.errors import Fault, ModelError
from snndsl.locations import Location, Path, SourceMap

__all__ = ["MAX_ALIASES", "MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "read_yaml"]

MAX_BYTES = 4 * 2**20
MAX_NODES = 200_000
MAX_DEPTH = 32
MAX_ALIASES = 1000
_MAX_EXPANSION = 10
_QUOTED = ("'", '"', "|", ">")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_AMBIGUOUS = re.compile(r"[-+]?0[0-9]+|[-+]?[0-9]+(:[0-5]?[0-9])+|[-+]?[0-9]+(_[0-9]+)+|0[xo][0-9a-fA-F_]+")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_yaml(text: bytes | str, file: str) -> tuple[Any, SourceMap]:
    """Read one document.

    Parameters
    ----------
    text : bytes or str
        UTF-8.
    file : str
        As the user named it.

    Returns
    -------
    data : Any
        Mappings with text keys, lists, text (numbers included), bool, None.
    locations : SourceMap
        Places of keys, values and lines.

    Raises
    ------
    ModelError
        With the place of what is wrong.
    """
    content = _decoded(text, file)
    try:
        _check_events(content, file)
        documents = list(yaml.compose_all(content, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise _syntax(error, content, file) from None
    except RecursionError:
        raise ModelError(Fault("too-deep", f"more than {MAX_DEPTH} levels", file, 1, 1, f"at most {MAX_DEPTH}")) from None
    if not documents or documents[0] is None:
        raise ModelError(Fault("file-empty", "the file is empty", file, 1, 1, "a mapping that begins with snndsl: 1"))
    if len(documents) > 1:
        mark = documents[1].start_mark
        raise ModelError(
            Fault("two-documents", "a second document begins here", file, mark.line + 1, mark.column + 1, "one document")
        )
    reader = _Reader(file, content)
    data = reader.value(documents[0], (), ())
    if not isinstance(data, dict) and not reader.faults:
        raise ModelError(
            Fault("not-a-mapping", "the file holds no mapping", file, 1, 1, "a mapping that begins with snndsl: 1")
        )
    if reader.faults:
        raise ModelError(reader.faults)
    return data, SourceMap(file, reader.keys, reader.values, reader.lines)


def _decoded(text: bytes | str, file: str) -> str:
    if isinstance(text, bytes):
        if len(text) > MAX_BYTES:
            raise ModelError(
                Fault("file-too-large", f"{len(text)} bytes", file, 1, 1, f"at most {MAX_BYTES}", "data in a file of its own")
            )
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ModelError(Fault("not-utf8", "the file is UTF-16", file, 1, 1, "UTF-8"))
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            raise ModelError(Fault("not-utf8", f"byte {text[error.start]:#04x} is no UTF-8", file, line, 1, "UTF-8")) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    for place, character in enumerate(text):
        if ord(character) < 32 and character not in "\n\t":
            line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
            raise ModelError(
                Fault("control-character", f"U+{ord(character):04X} in the file", file, line, column, "plain text")
            )
    return text


def _check_events(content: str, file: str) -> None:
    """Bound depth, nodes and aliases on the event stream, before a tree is built."""
    depth = aliases = 0
    for nodes, event in enumerate(yaml.parse(content, Loader=_LOADER)):
        mark = event.start_mark
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        for count, limit, what in (
            (depth, MAX_DEPTH, "levels"),
            (nodes, MAX_NODES, "nodes"),
            (aliases, MAX_ALIASES, "aliases"),
        ):
            if count > limit:
                code = {"levels": "too-deep", "nodes": "too-many-values", "aliases": "too-many-aliases"}[what]
                hint = "numbers in a data file" if what == "nodes" else ""
                raise ModelError(
                    Fault(code, f"more than {limit} {what}", file, mark.line + 1, mark.column + 1, f"at most {limit}", hint)
                )


def _syntax(error: yaml.YAMLError, content: str, file: str) -> ModelError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    problem = str(getattr(error, "problem", None) or error).split("\n")[0]
    source = content.split("\n")[line - 1] if line <= content.count("\n") + 1 else ""
    if "\t" in source[: column + 1]:
        return ModelError(Fault("yaml-syntax", "a tab in the indentation", file, line, column, "spaces"))
    if "undefined alias" in problem:
        return ModelError(Fault("yaml-alias", problem, file, line, column, "an anchor defined before"))
    hint = ""
    if source.count("(") != source.count(")") or ("{" in source and "(" in source):
        hint = 'quote the text: "..."'
    return ModelError(Fault("yaml-syntax", problem, file, line, column, "YAML 1.2", hint))


@dataclass
class _Reader:
    file: str
    content: str
    keys: dict[Path, Location] = field(default_factory=dict)
    values: dict[Path, Location] = field(default_factory=dict)
    lines: dict[Path, tuple[Location, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        self.rows = self.content.split("\n")

    def fault(self, code: str, what: str, node: Node, expected: str = "", try_: str = "") -> None:
        mark = node.start_mark
        self.faults.append(Fault(code, what, self.file, mark.line + 1, mark.column + 1, expected, try_))

    def value(self, node: Node, path: Path, above: tuple[int, ...]) -> Any:
        mark = node.start_mark
        self.values[path] = Location(self.file, mark.line + 1, mark.column + 1)
        self.size += 1
        if self.size > max(_MAX_EXPANSION * (len(self.content) + 100), MAX_NODES):
            raise ModelError(
                Fault(
                    "too-many-aliases", "aliases expand the file more than tenfold", self.file, mark.line + 1, mark.column + 1
                )
            )
        if self.size > MAX_NODES * 2:
            raise ModelError(
                Fault("too-many-values", f"more than {MAX_NODES} values", self.file, mark.line + 1, mark.column + 1)
            )
        if id(node) in above:
            raise ModelError(Fault("cycle", "an alias contains itself", self.file, mark.line + 1, mark.column + 1))
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        if not self._plain_tag(node):
            return None
        if isinstance(node, SequenceNode):
            self._unbalanced(node, path)
            items = [self.value(item, (*path, k), (*above, id(node))) for k, item in enumerate(node.value)]
            self.lines[path] = tuple(self._start(item) for item in node.value)
            return items
        assert isinstance(node, MappingNode)
        return self.mapping(node, path, above)

    def mapping(self, node: MappingNode, path: Path, above: tuple[int, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, Node] = {}
        self._unbalanced(node, path)
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault("key-not-text", "a key that is no text", key_node, "a name")
                continue
            key = key_node.value
            if key == "<<" and key_node.style not in _QUOTED:
                self.fault("merge-key", "merge keys are not part of the language", key_node, "the keys written out")
                continue
            if key_node.tag.startswith("tag:yaml.org,2002:python") or key_node.tag.startswith("!"):
                self._plain_tag(key_node)
                continue
            if key in first:
                line = first[key].start_mark.line + 1
                self.fault("duplicate-key", f"{key!r} is already given in line {line}", key_node, "each key once")
                continue
            first[key] = key_node
            mark = key_node.start_mark
            self.keys[(*path, key)] = Location(self.file, mark.line + 1, mark.column + 1)
            result[key] = self.value(value_node, (*path, key), (*above, id(node)))
        return result

    def scalar(self, node: ScalarNode, path: Path) -> Any:
        if not self._plain_tag(node):
            return None
        text: str = node.value
        self.lines[path] = self._text_lines(node)
        if node.style in _QUOTED:
            return text
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text.lower() == "true"
        if _AMBIGUOUS.fullmatch(text):
            self.fault(
                "number-ambiguous",
                f"{text[:40]} means different numbers to different readers",
                node,
                "a decimal number",
                f'"{text[:40]}"',
            )
        elif _NOT_FINITE.fullmatch(text):
            self.fault("not-finite", f"{text} is no finite number", node, "a finite number")
        elif _NUMBER.fullmatch(text) and len(text) > 40:
            self.fault("number-too-long", f"a number of {len(text)} characters", node, "at most 40")
        return text

    def _plain_tag(self, node: Node) -> bool:
        tag = node.tag
        core = "tag:yaml.org,2002:"
        known = {"null", "bool", "int", "float", "str", "seq", "map", "timestamp", "merge", "value", "binary"}
        explicit = self.rows[node.start_mark.line][node.start_mark.column :].startswith("!")
        if tag.startswith(core) and tag.removeprefix(core) in known and not explicit:
            return True
        self.fault("yaml-tag", f"the tag {tag.replace(core, '!!')!r}", node, "plain values without tags")
        return False

    def _unbalanced(self, node: Node, path: Path) -> None:
        """Find flow items that a comma cut inside brackets: ``{V: uniform(1, 2)}`` reads as two items."""
        if not getattr(node, "flow_style", False):
            return
        for item in node.value:
            scalar = item[1] if isinstance(item, tuple) else item
            plain = isinstance(scalar, ScalarNode) and scalar.style not in _QUOTED
            if plain and scalar.value.count("(") > scalar.value.count(")"):
                self.fault(
                    "quote-it",
                    f"a comma cuts {scalar.value!r} off inside its brackets",
                    scalar,
                    "text in quotes",
                    f'"{scalar.value}, ..."',
                )

    def _start(self, node: Node) -> Location:
        quoted = isinstance(node, ScalarNode) and node.style in ("'", '"')
        return Location(self.file, node.start_mark.line + 1, node.start_mark.column + 1 + int(quoted))

    def _text_lines(self, node: ScalarNode) -> tuple[Location, ...]:
        start = node.start_mark
        if node.style not in ("|", ">"):
            return (self._start(node),)
        found = []
        line = start.line + 1
        count = node.value.count("\n") + (0 if node.value.endswith("\n") else 1)
        indent = next((len(row) - len(row.lstrip(" ")) for row in self.rows[line:] if row.strip()), 0)
        for _ in range(count):
            if line >= len(self.rows):
                break
            found.append(Location(self.file, line + 1, indent + 1))
            line += 1
        return tuple(found)
