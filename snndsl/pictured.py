"""Objects that draw themselves; the drawing is loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snndsl.deferred import Deferred

if TYPE_CHECKING:
    drawing: Any
else:
    drawing = Deferred("snndsl.drawing")

__all__ = ["Pictured"]


class Pictured:
    """What `snndsl.plot` can draw."""

    __slots__ = ()

    def plot(self, *args: Any, **chosen: Any) -> Any:
        """Draw it.

        Parameters
        ----------
        *args, **chosen
            Of `snndsl.plot`.

        Returns
        -------
        matplotlib.figure.Figure
            It shows itself in a notebook; its `savefig` writes it.
        """
        return drawing.plot(self, *args, **chosen)
