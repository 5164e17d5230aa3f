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

from snndsl.errors import Fault, FaultList, ModelError, TooManyFaults
from snndsl.locations import Location, Path, SourceMap

__all__ = ["MAX_ALIASES", "MAX_BYTES", "MAX_DEPTH", "MAX_KEYS", "MAX_NODES", "read_yaml"]

MAX_BYTES = 4 * 2**20
MAX_NODES = 40_000
MAX_KEYS = 10_000
MAX_DEPTH = 32
MAX_ALIASES = 1000
_MAX_EXPANSION = 10
_MAX_NUMBER = 40
_LOOKED_AT = 200
_QUOTED = ("'", '"', "|", ">")

_NULL = ("~", "null", "Null", "NULL")
_FLAGS = ("true", "True", "TRUE", "false", "False", "FALSE")
_NO_NAMES = (*_NULL, *_FLAGS)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LIKE_NUMBER = re.compile(r"[-+]?[0-9][0-9A-Fa-fxXo_.:+-]*")
_AMBIGUOUS = re.compile(r"[-+]?0[0-9]+|[-+]?[0-9]+(:[0-5]?[0-9])+|[-+]?[0-9]+(_[0-9]+)+(\.[0-9_]*)?|0[xob][0-9a-fA-F_]+")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# control characters, line breaks that only YAML knows, characters that reorder what a reader sees, lone surrogates
_STRANGE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028-\u202e\u2066-\u2069]")
_KEY = re.compile(r"[ ]*[A-Za-z0-9_.]+:(?: |\Z)")
_KEY_WITH_VALUE = re.compile(r"[ ]*[A-Za-z0-9_.]+: +[^ #|>]")
_LONG_ROW = 400
_NO_VALUE = re.compile(r":\s*[,}\]]")
_SELECTION = re.compile(r"""(?<!["'\w.])[A-Za-z][\w.]*\[[^\]\s]*\]""")


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
        raw = _check_events(content, file)
        documents = list(yaml.compose_all(content, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise _syntax(error, content, file) from None
    if not documents:
        raise ModelError(Fault("file-empty", "the file is empty", file, 1, 1, "a mapping that begins with snndsl: 1"))
    if len(documents) > 1:
        mark = documents[1].start_mark
        raise ModelError(
            Fault("two-documents", "a second document begins here", file, mark.line + 1, mark.column + 1, "one document")
        )
    reader = _Reader(file, content, raw)
    try:
        data = reader.value(documents[0], (), ())
    except TooManyFaults as error:
        raise ModelError(error.faults) from None
    if not isinstance(data, dict) and not reader.faults:
        raise ModelError(
            Fault("not-a-mapping", "the file holds no mapping", file, 1, 1, "a mapping that begins with snndsl: 1")
        )
    if reader.faults:
        raise ModelError(reader.faults)
    return data, SourceMap(file, reader.keys, reader.values, reader.lines)


def _decoded(text: bytes | str, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise ModelError(
            Fault("file-too-large", f"{len(text)} bytes", file, 1, 1, f"at most {MAX_BYTES}", "data in a file of its own")
        )
    if isinstance(text, bytes):
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ModelError(Fault("not-utf8", "the file is UTF-16", file, 1, 1, "UTF-8"))
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            before, byte = error.object[: error.start], error.object[error.start]
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
            raise ModelError(Fault("not-utf8", f"byte {byte:#04x} is no UTF-8", file, line, column, "UTF-8")) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    strange = _STRANGE.search(text)
    if strange is not None:
        place = strange.start()
        line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        raise ModelError(Fault("control-character", f"U+{ord(strange[0]):04X} in the file", file, line, column, "plain text"))
    return text


def _check_events(content: str, file: str) -> int:
    """Bound depth, nodes and aliases and refuse tags on the event stream, before a tree is built; return the nodes."""
    aliases = nodes = keys = 0
    places: list[int] = []  # in each open collection: how many parts came before; below 0 in a list
    for event in yaml.parse(content, Loader=_LOADER):
        if isinstance(event, yaml.CollectionEndEvent):
            places.pop()
            continue
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
        elif not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            continue
        elif event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _fault_at(event, file, "yaml-tag", f"the tag {tag[:60]!r}", "plain values without tags")
        nodes += 1
        if places and places[-1] >= 0:
            keys += places[-1] % 2 == 0
            places[-1] += 1
        if isinstance(event, yaml.CollectionStartEvent):
            places.append(0 if isinstance(event, yaml.MappingStartEvent) else -1)
        if keys > MAX_KEYS:
            raise _too_many_keys(event, file)
        if len(places) > MAX_DEPTH:
            raise _fault_at(event, file, "too-deep", f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH}")
        if aliases > MAX_ALIASES:
            raise _fault_at(event, file, "too-many-aliases", f"more than {MAX_ALIASES} aliases", f"at most {MAX_ALIASES}")
        if nodes > MAX_NODES:
            what, hint = f"more than {MAX_NODES} values", "numbers in a data file"
            raise _fault_at(event, file, "too-many-values", what, f"at most {MAX_NODES}", hint)
    return nodes


def _too_many_keys(where: Any, file: str) -> ModelError:
    what, hint = f"more than {MAX_KEYS} definitions", "lists, or arrays in a data file"
    return _fault_at(where, file, "too-many-definitions", what, f"at most {MAX_KEYS}", hint)


def _fault_at(where: Any, file: str, code: str, what: str, expected: str = "", try_: str = "") -> ModelError:
    mark = where.start_mark
    return ModelError(Fault(code, what, file, mark.line + 1, mark.column + 1, expected, try_))


def _syntax(error: yaml.YAMLError, content: str, file: str) -> ModelError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    problem = str(getattr(error, "problem", None) or error).split("\n")[0]
    source = content.split("\n")[line - 1] if line <= content.count("\n") + 1 else ""
    if "\t" in source[: column + 1]:
        return ModelError(Fault("yaml-syntax", "a tab in the indentation", file, line, column, "spaces"))
    if "undefined alias" in problem:
        return ModelError(Fault("yaml-alias", problem, file, line, column, "an anchor defined before"))
    above = next((row for row in reversed(content.split("\n")[: line - 1]) if row.strip()), "")
    if (fault := _layout(problem, source, above, error)) is not None:
        what, expected, hint = fault
        return ModelError(Fault("yaml-syntax", what, file, line, column, expected, hint))
    hint = ""
    selection = _SELECTION.search(source)
    if selection is not None and ("{" in source or source.count("[") > 1):
        hint = f'quote it: "{selection[0]}"'
    elif source.count("(") != source.count(")") or ("{" in source and "(" in source):
        hint = 'quote it: "..."'
    elif source[column - 1 : column] in ("%", "@", "`"):
        hint = f'quote it: "{re.split("[,}]", source[column - 1 :])[0].strip()[:40]}"'
    elif _NO_VALUE.search(source):
        hint = "a value behind the ':'"
    begun = getattr(error, "context_mark", None)
    if begun is not None and problem.startswith("did not find expected"):
        problem += f" in what begins in line {begun.line + 1}, column {begun.column + 1}"
    return ModelError(Fault("yaml-syntax", problem, file, line, column, "YAML 1.2", hint))


def _layout(problem: str, source: str, above: str, error: yaml.YAMLError) -> tuple[str, str, str] | None:
    """Return what is wrong with indentation, or with a ': ' inside a text; None if it is something else."""
    indent, begun = len(source) - len(source.lstrip()), getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None)
    if problem == "did not find expected key" and begun is not None and mark is not None and mark.column == indent:
        what = (
            f"this line begins in column {indent + 1}, the keys above it in column {begun.column + 1} (line {begun.line + 1})"
        )
        return what, "keys of one mapping in one column", f"column {begun.column + 1}"
    if problem != "mapping values are not allowed in this context" or len(source) > _LONG_ROW:
        return None
    if _KEY.match(source) and _KEY_WITH_VALUE.match(above) and indent > len(above) - len(above.lstrip()):
        key = above.strip().partition(":")[0]
        what = f"this line is indented below {key!r}, which has a value in its own line"
        return what, "keys of one mapping in one column", f"column {len(above) - len(above.lstrip()) + 1}"
    text = source.strip().partition(": ")[2]
    if text.startswith("if "):
        return "': ' inside a text", "expressions: there is no 'if'", "where(condition, a, b)"
    unit = "; no unit stands behind an equation" if "=" in text else ""
    return "': ' inside a text", f"text with ': ' in quotes{unit}", text.rpartition(": ")[0].strip(" \"'") if unit else ""


@dataclass
class _Reader:
    file: str
    content: str
    raw: int
    keys: dict[Path, Location] = field(default_factory=dict)
    values: dict[Path, Location] = field(default_factory=dict)
    lines: dict[Path, tuple[Location, ...]] = field(default_factory=dict)
    faults: FaultList = field(default_factory=FaultList)
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
        self._check_size(node, path, above)
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        self._unbalanced(node)
        if isinstance(node, SequenceNode):
            items = [self.value(item, (*path, k), (*above, id(node))) for k, item in enumerate(node.value)]
            starts = [self.lines.get((*path, k), ()) if isinstance(item, str) else () for k, item in enumerate(items)]
            self.lines[path] = tuple(lines[0] if lines else self.values[(*path, k)] for k, lines in enumerate(starts))
            return items
        assert isinstance(node, MappingNode)
        return self.mapping(node, path, above)

    def _check_size(self, node: Node, path: Path, above: tuple[int, ...]) -> None:
        if id(node) in above:
            raise _fault_at(node, self.file, "cycle", "an alias contains itself", "values written out")
        if self.size > _MAX_EXPANSION * self.raw + 100:
            what = "aliases expand the file more than tenfold"
            raise _fault_at(node, self.file, "too-many-aliases", what, "definitions that are used by name")
        if self.size > MAX_NODES:
            raise _fault_at(node, self.file, "too-many-values", f"more than {MAX_NODES} values", f"at most {MAX_NODES}")
        if len(path) > MAX_DEPTH:
            raise _fault_at(node, self.file, "too-deep", f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH}")

    def mapping(self, node: MappingNode, path: Path, above: tuple[int, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, Node] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode) or (not key_node.value and key_node.style not in _QUOTED):
                self.fault("key-not-text", "a key that is no text", key_node, "a name")
                continue
            key = key_node.value
            if key == "<<" and key_node.style not in _QUOTED:
                self.fault("merge-key", "merge keys are not part of the language", key_node, "the keys written out")
                continue
            if key in first:
                line = first[key].start_mark.line + 1
                self.fault(
                    "duplicate-key", f"{key!r} is already given in line {line}", key_node, "each key once", "another name"
                )
                continue
            first[key] = key_node
            if len(self.keys) >= MAX_KEYS:
                raise _too_many_keys(key_node, self.file)
            if key_node.style not in _QUOTED and key in _NO_NAMES:
                self.fault("key-not-text", f"the key {key} is no text", key_node, "a name", f'quote it: "{key}"')
                continue
            mark = key_node.start_mark
            self.keys[(*path, key)] = Location(self.file, mark.line + 1, mark.column + 1)
            result[key] = self.value(value_node, (*path, key), (*above, id(node)))
        return result

    def scalar(self, node: ScalarNode, path: Path) -> Any:
        text: str = node.value
        if node.style in _QUOTED:
            self.lines[path] = self._text_lines(node)
            return text
        if text == "" or text in _NULL:
            return None
        if text in _FLAGS:
            return text.lower() == "true"
        if len(text) > _MAX_NUMBER:
            if _LIKE_NUMBER.fullmatch(text):
                self.fault("number-too-long", f"a number of {len(text)} characters", node, f"at most {_MAX_NUMBER}")
        elif _AMBIGUOUS.fullmatch(text):
            what = f"{text} means different numbers to different readers"
            self.fault("number-ambiguous", what, node, "a decimal number", f'quote it if it is a text: "{text}"')
        elif _NOT_FINITE.fullmatch(text):
            self.fault("not-finite", f"{text} is no finite number", node, "a finite number")
        return text

    def _unbalanced(self, node: Node) -> None:
        """Find flow items that a comma cut inside brackets: ``{V: uniform(1, 2)}`` reads as two items."""
        if not getattr(node, "flow_style", False):
            return
        for item in node.value:
            for scalar in item if isinstance(item, tuple) else (item,):
                plain = isinstance(scalar, ScalarNode) and scalar.style not in _QUOTED
                if plain and scalar.value.count("(") > scalar.value.count(")"):
                    what = f"{scalar.value[:60]!r} has an open bracket: in {{ }} and [ ] a comma ends an item"
                    self.fault("quote-it", what, scalar, "text with commas in quotes", f'quote it: "{self._balanced(scalar)}"')

    def _balanced(self, node: ScalarNode) -> str:
        """Return what was probably meant: the text up to the bracket that closes the first one."""
        begin = node.start_mark.column
        row = self.rows[node.start_mark.line][begin : begin + _LOOKED_AT]
        depth = 0
        for place, character in enumerate(row):
            depth += (character == "(") - (character == ")")
            if depth == 0 and character == ")":
                rest = re.match(r"[^,{}\[\]()]*", row[place + 1 :])
                return (row[: place + 1] + (rest[0] if rest else "")).rstrip()
        return f"{node.value[:60]}, ..."

    def _text_lines(self, node: ScalarNode) -> tuple[Location, ...]:
        """Return the place of each line of a text: of its first character behind indentation and quotes."""
        if node.style not in ("|", ">"):
            return (Location(self.file, node.start_mark.line + 1, node.start_mark.column + 2),)
        texts = node.value.removesuffix("\n").split("\n")
        first = node.start_mark.line + 1
        rows = self.rows[first : max(first, node.end_mark.line + 1)]
        shift = next((_blanks(row) for row in rows if row.strip()), 0) - next(
            (_blanks(text) for text in texts if text.strip()), 0
        )
        found, place = [], 0
        for text in texts:
            if node.style == ">" and text.strip():  # several rows became one line: it begins with the first of them
                while place < len(rows) - 1 and not rows[place].strip():
                    place += 1
            found.append(Location(self.file, first + place + 1, shift + 1))
            taken = len(rows[place].strip()) if place < len(rows) else 0
            place += 1
            while node.style == ">" and place < len(rows) and taken < len(text.strip()):
                taken += len(rows[place].strip()) + 1
                place += 1
        return tuple(found)


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
