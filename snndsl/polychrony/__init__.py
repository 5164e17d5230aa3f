"""Polychronous groups: search, catalogue, significance, pictures. Reads arrays; the neuron that answers is an argument.

The names below are loaded when they are first used: nobody waits for a compiler who only asks what a definition is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snndsl.polychrony.catalogue import Catalogue as Catalogue
    from snndsl.polychrony.catalogue import read_catalogue as read_catalogue
    from snndsl.polychrony.compare import GroupComparison as GroupComparison
    from snndsl.polychrony.compare import compare_catalogues as compare_catalogues
    from snndsl.polychrony.definitions import DEFINITIONS as DEFINITIONS
    from snndsl.polychrony.definitions import Activated as Activated
    from snndsl.polychrony.definitions import Definition as Definition
    from snndsl.polychrony.definitions import EventTriggered as EventTriggered
    from snndsl.polychrony.definitions import Izhikevich2006 as Izhikevich2006
    from snndsl.polychrony.definitions import Probabilistic as Probabilistic
    from snndsl.polychrony.definitions import Structural as Structural
    from snndsl.polychrony.definitions import definition_of as definition_of
    from snndsl.polychrony.export import merge as merge
    from snndsl.polychrony.export import write_csv as write_csv
    from snndsl.polychrony.export import write_graphml as write_graphml
    from snndsl.polychrony.export import write_npz as write_npz
    from snndsl.polychrony.export import write_parquet as write_parquet
    from snndsl.polychrony.family import Families as Families
    from snndsl.polychrony.family import families as families
    from snndsl.polychrony.group import Group as Group
    from snndsl.polychrony.network.table import SynapseTable as SynapseTable
    from snndsl.polychrony.nulls import Significance as Significance
    from snndsl.polychrony.nulls import significance as significance
    from snndsl.polychrony.search import Prediction as Prediction
    from snndsl.polychrony.search import discover as discover
    from snndsl.polychrony.search import predict as predict

_PLACES = {
    "catalogue": ("Catalogue", "read_catalogue"),
    "compare": ("GroupComparison", "compare_catalogues"),
    "definitions": (
        "DEFINITIONS",
        "Activated",
        "Definition",
        "EventTriggered",
        "Izhikevich2006",
        "Probabilistic",
        "Structural",
        "definition_of",
    ),
    "export": ("merge", "write_csv", "write_graphml", "write_npz", "write_parquet"),
    "family": ("Families", "families"),
    "group": ("Group",),
    "network.table": ("SynapseTable",),
    "nulls": ("Significance", "significance"),
    "search": ("Prediction", "discover", "predict"),
}
_MODULE = {name: module for module, names in _PLACES.items() for name in names}

__all__ = sorted(_MODULE)  # noqa: PLE0605 - the imports above name them for checkers


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'snndsl.polychrony' has no attribute {name!r}")
    value = getattr(import_module(f"snndsl.polychrony.{_MODULE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
