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

__all__ = [
    "DEFINITIONS",
    "Activated",
    "Catalogue",
    "Definition",
    "EventTriggered",
    "Families",
    "Group",
    "GroupComparison",
    "Izhikevich2006",
    "Prediction",
    "Probabilistic",
    "Significance",
    "Structural",
    "SynapseTable",
    "compare_catalogues",
    "definition_of",
    "discover",
    "families",
    "merge",
    "predict",
    "read_catalogue",
    "significance",
    "write_csv",
    "write_graphml",
    "write_npz",
    "write_parquet",
]

_PLACES = {
    "DEFINITIONS": "definitions",
    "Activated": "definitions",
    "Catalogue": "catalogue",
    "Definition": "definitions",
    "EventTriggered": "definitions",
    "Families": "family",
    "Group": "group",
    "GroupComparison": "compare",
    "Izhikevich2006": "definitions",
    "Prediction": "search",
    "Probabilistic": "definitions",
    "Significance": "nulls",
    "Structural": "definitions",
    "SynapseTable": "network.table",
    "compare_catalogues": "compare",
    "definition_of": "definitions",
    "discover": "search",
    "families": "family",
    "merge": "export",
    "predict": "search",
    "read_catalogue": "catalogue",
    "significance": "nulls",
    "write_csv": "export",
    "write_graphml": "export",
    "write_npz": "export",
    "write_parquet": "export",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'snndsl.polychrony' has no attribute {name!r}")
    value = getattr(import_module(f"snndsl.polychrony.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
