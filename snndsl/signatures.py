"""What a function shows of the keywords that it hands to a record: their names and defaults, for help and completion."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["takes"]

Made = TypeVar("Made", bound=Callable[..., Any])


def takes(record: type) -> Callable[[Made], Made]:
    """Return a decorator of functions whose ``**keywords`` are fields of a record: these stand in their signature."""

    def shown(function: Made) -> Made:
        own = inspect.signature(function)
        named = [item for item in own.parameters.values() if item.kind is not item.VAR_KEYWORD]
        fields = [item.replace(kind=item.KEYWORD_ONLY) for item in inspect.signature(record).parameters.values()]
        function.__signature__ = own.replace(parameters=[*named, *fields])  # type: ignore[attr-defined]
        return function

    return shown
