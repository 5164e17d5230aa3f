"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from snndsl.cli.parsing import Option

__all__ = ["Backends", "Duration", "Force", "Json", "Output", "Quiet", "Seed", "Settings", "Threads", "Workers"]

Settings = Annotated[list[str], Option("--set", metavar="PATH=VALUE", help="replaces a value: constants.J=45pA")]
Backends = Annotated[list[str], Option("-b", "--backend", metavar="NAME", help="reference, brian2, nest ...")]
Quiet = Annotated[bool, Option("-q", "--quiet", help="no progress")]
Json = Annotated[bool, Option("--json", help="the result as JSON")]
Duration = Annotated[str | None, Option(metavar="TIME", help='length of the run, as "10 s"')]
Seed = Annotated[int | None, Option(metavar="N", help="replaces all seeds of the file")]
Threads = Annotated[int, Option(min=1, max=1024, metavar="N", help="of the simulator; the numbers do not depend on them")]
Workers = Annotated[int, Option(min=1, max=1024, metavar="N", help="trials simulated at a time")]
Output = Annotated[Path | None, Option("-o", "--out", metavar="PATH")]
Force = Annotated[bool, Option("--force", help="replace what is there")]
