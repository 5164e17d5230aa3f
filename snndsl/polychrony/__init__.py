"""Polychronous groups: search, catalogue, significance, pictures. Reads arrays; the neuron that answers is an argument."""

from snndsl.polychrony.catalogue import Catalogue, read_catalogue
from snndsl.polychrony.compare import GroupComparison, compare_catalogues
from snndsl.polychrony.definitions import (
    DEFINITIONS,
    Activated,
    Definition,
    EventTriggered,
    Izhikevich2006,
    Probabilistic,
    Structural,
    definition_of,
)
from snndsl.polychrony.export import merge, write_csv, write_graphml, write_npz, write_parquet
from snndsl.polychrony.families import Families, families
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.nulls import Significance, significance
from snndsl.polychrony.search import Prediction, discover, predict

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
