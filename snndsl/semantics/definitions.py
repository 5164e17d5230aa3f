"""Definitions by name: in a file, or in one that it imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import ModelError, nearest
from snndsl.frontend.loader import LIBRARY, ModelSource, shipped_files
from snndsl.frontend.yaml import read_yaml
from snndsl.locations import Path
from snndsl.model.text import Place

__all__ = ["find"]

_ALIKE = 0.8
_ELSEWHERE = {  # NEST and PyNN: the library
    "iaf_psc_exp": "lif_exp", "iaf_psc_alpha": "lif_alpha", "iaf_psc_delta": "lif_delta", "iaf_cond_exp": "lif_cond_exp",
    "IF_curr_exp": "lif_exp", "IF_curr_alpha": "lif_alpha", "IF_cond_exp": "lif_cond_exp", "aeif_cond_exp": "adex",
    "EIF_cond_exp_isfa_ista": "adex", "hh_psc_alpha": "hh", "hh_cond_exp_traub": "traub_miles", "mat2_psc_exp": "mat",
    "stdp": "pair_stdp", "stdp_synapse": "pair_stdp", "stdp_pl_synapse_hom": "power_law_stdp",
    "stdp_triplet_synapse": "triplet_stdp", "vogels_sprekeler_synapse": "inhibitory_stdp", "clopath_synapse": "clopath_stdp",
    "tsodyks_synapse": "tsodyks_markram", "tsodyks2_synapse": "tsodyks_markram", "stp": "tsodyks_markram",
}  # fmt: skip


def find(source: ModelSource, section: str, name: str, at: Place, what: str) -> tuple[Any, ModelSource, Path]:
    """Return a definition, the file it stands in and its path there.

    Raises
    ------
    ModelError
        If there is none, with the nearest name.
    """
    owner, local = source, name
    if "." in name:
        alias, _, local = name.partition(".")
        if alias in source.imports:
            owner = source.imports[alias]
    table: Mapping[str, Any] = getattr(owner.spec, section)
    if local in table and ("." not in name or owner is not source):
        return table[local], owner, (section, local)
    known = [*getattr(source.spec, section)]
    known += [f"{alias}.{key}" for alias, item in source.imports.items() for key in getattr(item.spec, section)]
    near = nearest(name, known, _ALIKE) or _shipped(source, section, name) or nearest(name, known)
    expected = ", ".join(known) or f"a definition in the section {section!r}, or one that `snndsl library` lists"
    raise ModelError(at.problem("name-unknown", f"there is no {what} {name!r}", expected, near))


def _shipped(source: ModelSource, section: str, name: str) -> str:
    """Return how a definition of the library is used that has this name, or does what another simulator calls so."""
    alias, _, local = name.removeprefix(LIBRARY).rpartition(".")
    wanted = _ELSEWHERE.get(local, local)
    for file, entry in shipped_files().items():
        raw, _locations = read_yaml(entry.read_bytes(), file)
        if wanted in (raw.get(section) or {}) and alias in ("", file):
            mine = next((key for key, item in source.imports.items() if item.locations.file == f"{LIBRARY}{file}"), "")
            return f"{mine}.{wanted}" if mine else f"{file}.{wanted}, with imports: {{{file}: {LIBRARY}{file}}}"
    return ""
