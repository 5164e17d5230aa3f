"""The dataclasses of `snndsl.sections`, made from the schema: one for each piece of a model file, with its keys."""

from __future__ import annotations

import re
import textwrap
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from snndsl.schema import ModelSpec
from snndsl.schema.projection import ConnectSpec
from snndsl.schema.stimulus import StimulusSpec, _of_any
from snndsl.spec import Spec
from snndsl.stimuli import STIMULI

__all__ = ["FOLDER", "modules"]

FOLDER = Path(__file__).resolve().parents[2] / "snndsl" / "sections"
_HEAD = "made by python tests/reference/write.py from the schema"
_WORDS = {"from", "self", "in", "for", "while"}
_GROUPS = {  # module: what its classes are, and from which modules of the schema
    "definitions": ("Neurons, parts, signals and rules", ("neuron", "plasticity", "spec")),
    "networks": ("Populations, projections and data", ("model", "population", "projection")),
    "inputs": ("Stimuli and motifs", ("stimulus", "stimuli")),
    "outputs": ("What is recorded, expected, swept and searched", ("observation",)),
}


def modules() -> dict[Path, str]:
    """Return the text of each module by its file."""
    by_group: dict[str, dict[str, str]] = {name: {} for name in _GROUPS}
    names = {spec: _named(spec) for spec in _specs()}
    for spec, name in names.items():
        by_group[_group(spec)][name] = _class(spec, name, names)
    texts = {FOLDER / f"{group}.py": _module(group, classes, by_group) for group, classes in by_group.items()}
    texts[FOLDER / "__init__.py"] = _package(by_group)
    return texts


def _specs() -> list[type[Spec]]:
    """Return the pieces that a file is made of, without the file itself."""
    found: dict[type[Spec], None] = {}

    def look(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, Spec):
            spec = annotation
            if spec in found or spec is ConnectSpec:
                return
            found[spec] = None
            for field in _fields(spec).values():
                look(field.annotation)
        for part in get_args(annotation):
            look(part)

    for field in ModelSpec.model_fields.values():
        look(field.annotation)
    return list(found)


def _fields(spec: type[Spec]) -> Mapping[str, FieldInfo]:
    return _of_any(STIMULI.all).model_fields if spec is StimulusSpec else spec.known()


def _named(spec: type[Spec]) -> str:
    return spec.__name__.removesuffix("Spec")


def _group(spec: type[Spec]) -> str:
    if spec.__name__ == "MotifSpec":
        return "inputs"
    parts = spec.__module__.split(".")
    return next(group for group, (_, homes) in _GROUPS.items() if set(homes) & set(parts[1:]))


def _class(spec: type[Spec], name: str, names: Mapping[type[Spec], str]) -> str:
    known = _fields(spec)
    wanted = [key for key, field in known.items() if field.is_required()]
    lines = ["@dataclass(kw_only=True)" if name not in ("Use", "NeuronUse", "PartUse") else "@dataclass", f"class {name}:"]
    lines += [f'    """{(spec.__doc__ or "").strip().splitlines()[0]}', "", "    Parameters", "    ----------"]
    rows = []
    for key in [*wanted, *(key for key in known if key not in wanted)]:
        field = known[key]
        python = f"{word}_" if (word := field.alias or key) in _WORDS else word
        kind = _kind(field.annotation, field, names)
        lines += [f"    {python} : {_said(kind)}"]
        lines += textwrap.wrap(_description(spec, key, field), 120, initial_indent=" " * 8, subsequent_indent=" " * 8)
        rows.append(f"    {python}: {kind}" if key in wanted else f"    {python}: {kind} | None = None")
    return "\n".join([*lines, '    """', "", *rows])


def _description(spec: type[Spec], key: str, field: FieldInfo) -> str:
    text = field.description or ""
    assert text, f"{spec.__name__}.{key} has no description in the schema"
    return f"{text[0].upper()}{text[1:]}."


def _kind(annotation: Any, field: FieldInfo | None, names: Mapping[type[Spec], str]) -> str:
    """Return the type that is written in Python."""
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0], field, names)
    if get_origin(annotation) in (Union, types.UnionType):
        [inner] = [item for item in get_args(annotation) if item is not type(None)]
        return _kind(inner, field, names)
    if get_origin(annotation) is Literal:
        return f"Literal[{', '.join(map(repr, get_args(annotation)))}]".replace("'", '"')
    if get_origin(annotation) in (Mapping, dict) or annotation is Mapping:
        inner = _kind(get_args(annotation)[1], None, names)
        return "Mapping[str, Any]" if inner == "Any" else f"Mapping[str, {inner}]"
    if isinstance(annotation, type) and annotation in names:
        return f"{names[annotation]} | Any"
    return "bool" if annotation is bool else "Any"


def _said(kind: str) -> str:
    """Return a type in words."""
    if kind.startswith("Mapping"):
        inner = re.fullmatch(r"Mapping\[str, (.*)\]", kind)
        return "mapping" if inner is None or inner[1] == "Any" else f"mapping of str to {_said(inner[1])}"
    if kind.endswith(" | Any"):
        return f"{kind.removesuffix(' | Any')} or mapping"
    return {"Any": "value"}.get(kind, kind.replace("Literal", "").replace("[", "{").replace("]", "}"))


def _module(group: str, classes: Mapping[str, str], by_group: Mapping[str, Mapping[str, str]]) -> str:
    body = "\n\n\n".join(classes.values())
    elsewhere = {
        other: [name for name in found if re.search(rf"\b{name} \| Any", body)]
        for other, found in by_group.items()
        if other != group
    }
    typing = ", ".join(name for name in ("Any", "Literal") if re.search(rf"\b{name}\b", body))
    imports = [
        *(["from collections.abc import Mapping"] if "Mapping[" in body else []),
        "from dataclasses import dataclass",
        f"from typing import {typing}",
    ]
    own = [
        f"from snndsl.sections.{other} import {', '.join(sorted(names))}" for other, names in sorted(elsewhere.items()) if names
    ]
    own_text = "\n".join(own) + "\n\n" if own else ""
    exported = "".join(f'    "{name}",\n' for name in sorted(classes))
    head = f'"""{_GROUPS[group][0]}; {_HEAD}."""\n\nfrom __future__ import annotations\n\n'
    return head + "\n".join(imports) + f"\n\n{own_text}__all__ = [\n{exported}]\n\n\n{body}\n"


def _package(by_group: Mapping[str, Mapping[str, str]]) -> str:
    imports = "".join(
        f"from snndsl.sections.{group} import (\n{''.join(f'    {name},{chr(10)}' for name in sorted(classes))})\n"
        for group, classes in sorted(by_group.items())
    )
    exported = "".join(f'    "{name}",\n' for name in sorted(name for classes in by_group.values() for name in classes))
    head = f'"""Pieces of a model in Python, with the keys of a file as fields; {_HEAD}."""'
    return f"{head}\n\n{imports}\n__all__ = [\n{exported}]\n"
