"""The documentation: an OpenAPI document, and a page on it that loads nothing from elsewhere."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from driftium_core.errors import UnavailableError

__all__ = ["add_docs", "openapi_document"]

OPENAPI = "3.0.3"
"""What the bundled Swagger UI reads; the one of FastAPI is 3.1."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

TEMPLATES = Path(__file__).parent / "templates"

OURS = ("docs.css", "docs.js")
BUNDLED = ("swagger-ui.css", "swagger-ui-bundle.js")

TOKEN_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of DRIFTIUM_API_TOKEN. Needed once it is set, or other machines can reach the app.",
}

Document = dict[str, Any]


def add_docs(api: FastAPI) -> None:
    """Serve the page at ``/docs`` and its files below it."""

    @api.get("/docs", include_in_schema=False)
    def page() -> Response:
        headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
        return FileResponse(TEMPLATES / "docs.html", media_type="text/html", headers=headers)

    @api.get("/docs/{name}", include_in_schema=False)
    def part(name: str) -> Response:
        if name in OURS:
            return FileResponse(TEMPLATES / name)
        if name in BUNDLED:
            return FileResponse(_bundle() / name)
        raise HTTPException(404)


def openapi_document(api: FastAPI) -> Document:
    """The OpenAPI document, made once."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            tags=api.openapi_tags,
            routes=api.routes,
        )
        document["components"]["securitySchemes"] = {"token": TOKEN_SCHEME}
        document["security"] = [{"token": []}, {}]
        document["paths"]["/health"]["get"]["security"] = [{}]
        api.openapi_schema = {**_as_3_0(document), "openapi": OPENAPI}
    return api.openapi_schema


def _bundle() -> Path:
    """The folder of Swagger UI's files; the package is not imported, as it brings a template engine along."""
    found = find_spec("swagger_ui_bundle")
    for folder in found.submodule_search_locations or () if found else ():
        for script in sorted(Path(folder).glob(f"vendor/*/{BUNDLED[1]}")):
            return script.parent
    raise UnavailableError("The package swagger-ui-bundle is not installed. Run `pip install -r requirements.txt`.")


def _as_3_0(schema: Any) -> Any:
    """What 3.1 writes as JSON Schema does, in the words of 3.0."""
    if isinstance(schema, list):
        return [_as_3_0(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    values = {name: item if name == "example" else _as_3_0(item) for name, item in schema.items()}
    choices = values.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        values |= _nullable(values.pop("anyOf"))
    if "const" in values:
        values["enum"] = [values.pop("const")]
    if isinstance(values.get("examples"), list):
        values["example"] = values.pop("examples")[0]
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(values.get(name), int | float) and not isinstance(values.get(name), bool):
            values[bound], values[name] = values[name], True
    return values


def _nullable(choices: list[Document]) -> Document:
    """Those of the choices that are not null, and that null is one."""
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(others) == 1 and "$ref" not in others[0]:
        return {**others[0], "nullable": True}
    if len(others) == 1:
        return {"allOf": others, "nullable": True}
    return {"anyOf": others, "nullable": True}
