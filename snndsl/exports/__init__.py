"""Runs and catalogues in the files of other programs."""

from __future__ import annotations

from snndsl.exports.export import FORMATS, export

__all__ = ["FORMATS", "export"]
