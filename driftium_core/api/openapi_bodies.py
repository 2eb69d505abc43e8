"""How bodies that are read by hand are told in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from driftium_core.api.bodies import FILE_TYPES, MULTIPART

__all__ = ["file_request", "json_request"]

Document = dict[str, Any]


def json_request(model: type[BaseModel], *, required: bool = True) -> Document:
    """A JSON body of this model."""
    schema = model.model_json_schema()
    models = schema.pop("$defs", {})
    schema = _inlined(schema, models)
    examples = schema.pop("examples", [])
    content = {"schema": schema, **({"example": examples[0]} if examples else {})}
    return {"requestBody": {"required": required, "content": {"application/json": content}}}


def _inlined(value: Any, models: Document) -> Any:
    """The schema with the models that it refers to in their places."""
    if isinstance(value, dict):
        if "$ref" in value:
            return _inlined(models[value["$ref"].rpartition("/")[2]], models)
        return {name: _inlined(item, models) for name, item in value.items()}
    return [_inlined(item, models) for item in value] if isinstance(value, list) else value


def file_request(description: str) -> Document:
    """A table as the body itself, or as the field ``file`` of a form."""
    binary = {"type": "string", "format": "binary"}
    content: Document = {kind: {"schema": binary} for kind in FILE_TYPES if "json" not in kind}
    content["application/json"] = {"schema": {"type": "array", "items": {"type": "object"}}}
    content["application/x-ndjson"] = {"schema": {"type": "string"}}
    content["text/csv"] = {"schema": {"type": "string"}, "example": "age,job\n31,admin\n58,retired\n"}
    content[MULTIPART] = {
        "schema": {"type": "object", "required": ["file"], "properties": {"file": binary}},
    }
    return {"requestBody": {"description": description, "required": True, "content": content}}
