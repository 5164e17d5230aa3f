"""What a code of a message means, and how something is written."""

from __future__ import annotations

import json
from typing import Annotated

from snndsl.cli.options import Json
from snndsl.cli.parsing import Argument

__all__ = ["explain"]


def explain(
    code: Annotated[list[str] | None, Argument(metavar="[CODE|RECIPE]", help="as in error[CODE], or a recipe")] = None,
    as_json: Json = False,
) -> int:
    """Explain a code of a message, with an example, or print a recipe of the cookbook; without a name, list both."""
    from snndsl.explained import codes, recipes
    from snndsl.explained import explain as explained

    if code:
        found = explained(" ".join(code))
        print(json.dumps(found.to_dict(), indent=1) if as_json else "\n".join(found.lines()))
    elif as_json:
        print(json.dumps({"codes": [*codes()], "recipes": [*recipes()]}, indent=1))
    else:
        width = max(map(len, (*codes(), *recipes())))
        print("\n".join(f"{name:<{width}}  {item.title}" for name, item in recipes().items()), end="\n\n")
        print("\n".join(f"{name:<{width}}  {item.means}" for name, item in codes().items()))
    return 0
