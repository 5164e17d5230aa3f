"""Kinds of stimuli, one file each: what stands under its word, what that means, what it does, and its line of documentation."""

from snndsl.kinds import Kinds
from snndsl.model.stimulus import StimulusKind

__all__ = ["STIMULI"]

STIMULI = Kinds(__name__, __path__, StimulusKind)  # type: ignore[type-abstract]
