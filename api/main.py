"""The web application: the JSON API, the desks, health, and the reference page."""

import asyncio
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import errors
from api.envelope import Envelope
from api.gzipped import Gzipped
from api.open311 import router as open311
from api.pages import router as pages
from api.rate import Gate
from api.routes import api, health, metrics, reference_page
from api.short_way import ShortWay
from api.usage import Usage, written_down

TITLE = "12345优化营商环境专线 API"
ABOUT = (
    "Intake, life and events of tickets. Keys: `Authorization: Bearer <key>` or `X-API-Key`. "
    "Errors are application/problem+json (RFC 9457), in Chinese, with an English `code`. "
    "Everywhere: another method is answered with 405, and `Allow` names those there are; an "
    "address with a slash too many at its end with 307 to the one without."
)
VERSION = "1"
AT_ONCE = 16  # calls with a connection each: fewer than threads (40) and connections (30)
CONTRACT = "/api/v1/openapi.json"


def create_app() -> FastAPI:
    """Return the application; the database must be in use before the first request."""
    app = FastAPI(
        title=TITLE, description=ABOUT, version=VERSION, openapi_url=CONTRACT,
        docs_url=None, redoc_url=None, lifespan=written_down,
    )  # fmt: skip
    app.state.gate, app.state.usage = Gate(), Usage()
    app.state.places = asyncio.Semaphore(AT_ONCE)
    errors.install(app)
    app.include_router(api)
    app.include_router(open311)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(reference_page.router)
    app.include_router(pages)
    app.add_middleware(Gzipped)
    app.add_middleware(ShortWay)
    app.add_middleware(Envelope)
    app.openapi = lambda: contract(app)  # type: ignore[method-assign]
    return app


def contract(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI contract; every error is application/problem+json."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for operations in found["paths"].values():
            for operation in operations.values():
                _name_problems(operation["responses"])
        app.openapi_schema = found
    return app.openapi_schema


def _name_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):  # noqa: PLR2004
            response["content"] = {errors.MEDIA_TYPE: response["content"]["application/json"]}
