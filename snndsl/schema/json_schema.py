"""The JSON Schema of a model file, for editors; ``snndsl/schema/model.schema.json`` is this text."""

from __future__ import annotations

import json

from snndsl.schema.model import ModelSpec

__all__ = ["schema_text"]


def schema_text() -> str:
    """Return the schema as stable text."""
    schema = ModelSpec.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "snndsl model"}
    return json.dumps({**schema, **head}, indent=1, ensure_ascii=False) + "\n"
