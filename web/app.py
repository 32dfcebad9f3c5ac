"""Builds the application of its pages, and serves it."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from web import (
    accounts,
    api,
    overview,
    planning,
    rehearsal,
    reports,
    rereading,
    residents,
    roster,
    signing_in,
    trail,
    wordings,
    work,
)
from web.access import SignInFirst
from web.guard import Guard
from web.office import Office
from web.pages import STYLE, go, page

STATIC = Path(__file__).with_name("static")
SWITCH_SECONDS = 0.001  # between threads, so that one who asks for a page need not wait for all who watch
GRACE = 3  # seconds that open streams have when the server is stopped


def make_app(office: Office) -> FastAPI:
    """The application over these rooms."""
    app = FastAPI(
        title="Wen'an 问安",
        description="The figures, lists, follow-ups and campaigns of the console, for whoever is signed in.",
        version="1",
        docs_url=None,  # the page that it would make is fetched from the internet
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_warmed,
    )
    app.state.office, app.state.failures = office, signing_in.Failures()
    for room in (
        residents,
        signing_in,
        overview,
        work,
        rehearsal,
        rereading,
        planning,
        reports,
        roster,
        trail,
        accounts,
        wordings,
        api,
    ):
        app.include_router(room.router)
    app.add_api_route("/static/report.css", _style, include_in_schema=False)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)  # browsers ask for it, whatever a page says
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Guard)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(HTTPException, _problem)
    app.add_exception_handler(RequestValidationError, _unprocessable)
    return app


@asynccontextmanager
async def _warmed(app: FastAPI) -> AsyncIterator[None]:
    """Counts the newest round before the first visitor comes, who would have to wait for it."""
    sys.setswitchinterval(SWITCH_SECONDS)
    await run_in_threadpool(overview.look_ahead, app.state.office)
    yield


def serve(office: Office, host: str, port: int) -> None:
    """Serves the application until a signal says stop. Paths are not logged: those of residents hold their tokens."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    uvicorn.run(
        make_app(office), host=host, port=port, access_log=False, log_level="warning", server_header=False,
        timeout_graceful_shutdown=GRACE,
    )  # fmt: skip


def _icon() -> Response:
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


def _style() -> Response:
    return Response(STYLE.read_bytes(), media_type="text/css; charset=utf-8")


def _sign_in_first(request: Request, error: Exception) -> Response:
    if _for_programs(request):
        return JSONResponse({"detail": "sign in first"}, 401)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go(f"/sign-in?next={quote(here)}" if request.method == "GET" and here != "/" else "/sign-in")


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _for_programs(request):
        return JSONResponse({"detail": HTTPStatus(error.status_code).phrase.lower()}, error.status_code, error.headers)
    answer = page(request, "problem.html", status=error.status_code, code=error.status_code, why=error.detail)
    answer.headers.update(error.headers or {})
    return answer


def _unprocessable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _for_programs(request):  # where and what, never what was given
        return JSONResponse({"detail": [{"where": e["loc"], "what": e["type"]} for e in error.errors()]}, 422)
    return page(request, "problem.html", status=422, code=422, why="input")


def _for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")
