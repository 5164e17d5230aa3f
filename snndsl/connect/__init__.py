"""Connect rules, one file each: what stands under ``connect``, what it means, whom it connects, its line of documentation."""

from snndsl.kinds import Kinds
from snndsl.model.projection import ConnectRule

__all__ = ["CONNECT"]

CONNECT = Kinds(__name__, __path__, ConnectRule)  # type: ignore[type-abstract]
