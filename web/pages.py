"""Makes pages of templates: in one language, with tables, charts and the token for forms at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote_plus, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from campaigns.plan import Plan
from dialogs.wording import traditional
from records.residents import masked
from reports.community import LEVEL_LABELS
from reports.labels import CHANNEL_LABELS, KIND_LABELS
from reports.table import Chart, Label, Ratio, Table, shown, warmth
from reports.writers.bilingual import parts
from reports.writers.charts import draw
from web.access import LANGUAGE, form_token, office_of

LANGUAGES = {"zh-Hans": "中文", "en": "English"}

_PAGES = Environment(
    loader=PackageLoader("web"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class _Token:
    """The token of a form, made when a template asks for it: the pages of residents have none."""

    def __init__(self, request: Request) -> None:
        self._request, self._made = request, ""

    def __str__(self) -> str:
        self._made = self._made or form_token(self._request)
        return self._made


def page(request: Request, name: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the template `name`, for whoever is signed in, in the language they read."""
    return HTMLResponse(fragment(request, name, **values), status)


def fragment(request: Request, name: str, /, **values: Any) -> str:
    """The text of a template."""
    visitor = getattr(request.state, "visitor", None)
    common = {
        "request": request,
        "path": request.url.path,
        "member": visitor.member if visitor else None,
        "csrf": _Token(request),
        "languages": LANGUAGES,
    }
    return render(name, values.pop("language", "") or language_of(request), **common, **values)


def render(name: str, language: str, /, **values: Any) -> str:
    """The text of a template in a language; `say(zh, en)` and `read(label)` pick theirs."""
    return _PAGES.get_template(name).render(
        language=language, chinese=language.startswith("zh"), say=_say(language), read=_read(language), **values
    )


def language_of(request: Request) -> str:
    """The language of whoever is signed in, else as chosen at this browser, else as the browser asks for."""
    visitor = getattr(request.state, "visitor", None)
    if visitor:
        return str(visitor.language)
    chosen = request.query_params.get("language") or request.cookies.get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    return "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh-Hans"


def go(path: str, **query: Any) -> RedirectResponse:
    """Sends the browser on to a page of ours after a form."""
    return RedirectResponse(f"{path}?{urlencode(query, doseq=True)}" if query else path, 303)


def local(request: Request, path: str) -> str:
    """A path of ours as given in a form, else the first page: nobody is sent on to another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else "/"


def _say(language: str) -> Callable[[str, str], str]:
    if language == "zh-Hant":
        return lambda zh, en: traditional(zh)
    return lambda zh, en: zh if language.startswith("zh") else en


def _read(language: str) -> Callable[[Any], str]:
    def read(value: Label | str | None) -> str:
        return value.read(language) if isinstance(value, Label) else value or ""

    return read


def _address(path: str, query: Mapping[str, Any], **more: Any) -> str:
    """A path with these parameters; blank ones are left out."""
    pairs = [
        f"{_quoted(name)}={_quoted(str(each))}"
        for name, value in {**query, **more}.items()
        if value not in (None, "", [])
        for each in (value if isinstance(value, list | tuple) else (value,))
    ]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return quote_plus(text)  # a table has a thousand addresses of the same few parts


def _chart(table: Table, chart: Chart) -> Markup:
    return Markup(draw(table, chart))  # our own drawing, which escapes what it is given


def _moment(at: datetime, request: Request) -> str:
    return f"{at.astimezone(office_of(request).zone):%Y-%m-%d %H:%M}"


def _plan_words(plan: Plan, say: Callable[[str, str], str]) -> str:
    """When a plan calls, in a few words."""
    spans = {span for spans in plan.windows.values() for span in spans}
    hours = ", ".join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in sorted(spans, key=lambda span: span[0]))
    days = say(f"{plan.days} 天", f"{plan.days} day{'s' if plan.days > 1 else ''}")
    tries = say(f"最多 {plan.max_attempts} 次", f"{plan.max_attempts} tries at most")
    return say("，", ", ").join([hours, days, tries])


_PAGES.globals.update(
    plan_words=_plan_words,
    shown=shown, warmth=warmth, parts=parts, chart=_chart, address=_address, moment=_moment, masked=masked, Ratio=Ratio,
    channel=lambda code: CHANNEL_LABELS.get(code, Label(code, code)),
    is_share=lambda cell: isinstance(cell, Ratio), levels=LEVEL_LABELS, kinds=KIND_LABELS,
)  # fmt: skip
STYLE = files("reports.writers").joinpath("page.css")
