"""Words that a variable of Brian2 cannot be called: those of Brian2, of the C++ that it writes, and of the generated script."""

from __future__ import annotations

import re

from snndsl.backend.names import c_reserved, python_reserved

__all__ = ["object_reserved", "reserved"]

_WORDS = frozenset(
    {
        # functions and constants of abstract code
        "abs", "arccos", "arcsin", "arctan", "arctan2", "arg", "ceil", "clip", "conj", "cos", "cosh", "diff", "e", "exp",
        "expm1", "exprel", "floor", "imag", "inf", "int", "log", "log10", "log1p", "max", "mean", "min", "mod", "nan", "ones",
        "pi", "poisson", "prod", "rand", "randn", "real", "round", "sign", "sin", "sinh", "sqrt", "std", "sum", "tan", "tanh",
        "timestep", "var", "where", "zeros",
        # variables of a group
        "N", "N_incoming", "N_outgoing", "N_post", "N_pre", "delay", "dt", "i", "j", "k", "lastspike", "lastupdate",
        "multisynaptic_index", "neuron_index", "not_refractory", "refractory", "spike_number", "spike_time", "t",
        "t_in_timesteps", "unless_refractory", "xi",
        # variables of the generated script
        "carried", "dendritic", "due", "fires", "lag", "row", "tv", "weight",
    }
)  # fmt: skip

_UNIT = re.compile(
    r"(da|[EGMPTYZacdfhkmnpuyz])?(amp|ampere|becquerel|candle|coulomb|farad|gram|gramme|gray|henry|hertz|joule|katal|kelvin|kilogram"
    r"|kilogramme|liter|litre|lumen|lux|meter|metre|molar|mol|mole|newton|ohm|pascal|radian|second|siemens|sievert|steradian|tesla"
    r"|volt|watt|weber)[23]?|[kMG]?Hz|[munp][AFMSVsm][23]?|cm[23]?|metre|celsius"
)

_BEGINNING = re.compile(r"(xi_(?!_)|brian)\w*")
_ENDING = re.compile(r"\w+_(pre|post)")

_OBJECT = re.compile(
    r"\w+_(update|thresholder|resetter|stateupdater|subexpression_update|pre|post|carrying|codeobject|every)(_\d+)?"
)
"""Names that Brian2, or the generated script, gives to the parts of an object."""


def reserved(name: str) -> bool:
    """Tell whether a variable cannot have a name."""
    if name in _WORDS or python_reserved(name) or c_reserved(name):
        return True
    if _BEGINNING.fullmatch(name) or _ENDING.fullmatch(name):
        return True
    return "__" not in name and _UNIT.fullmatch(name) is not None


def object_reserved(name: str) -> bool:
    """Tell whether a group or its synapses cannot have a name."""
    return name in ("recorder", "injections", "snapshots", "recording", "carried", "network", "brian") or (
        "__" not in name and _OBJECT.fullmatch(name) is not None
    )
