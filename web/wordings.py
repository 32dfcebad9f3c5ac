"""The wordings of the dialogs: read, changed with the loader's own checks, tried out in a chat, then put to use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from dialogs.dialog import Dialog
from dialogs.events import Answered, Heard
from dialogs.rewording import faults, shipped, texts
from dialogs.script import Script, ScriptError, script_names
from records.seal import SealError
from reports.labels import ANSWER_LABELS
from web.access import Administrator, Rooms, Visitor, note, own_form
from web.office import Office
from web.pages import go, page

PURPOSE = "trial"
LONGEST = 500  # characters of a text
MOST_TURNS = 60
TRIED = {"zh-Hans": "王芳", "en": "Mary Brown"}  # who is asked in a trial

router = APIRouter(include_in_schema=False)


def _known(visitor: Visitor, name: str) -> None:
    """The words are the same in all places: only who may see all of them may change them. 404, 403."""
    if name not in script_names():
        raise HTTPException(404, "nothing")
    if visitor.member.place:
        raise HTTPException(403, "place")


@router.get("/dialogs")
def dialogs(request: Request, office: Rooms, visitor: Administrator) -> Response:
    """All scripts, and which edition of each is in use."""
    found = {name: (office.scripts(name), office.scripts.in_use(name)) for name in script_names()}
    return page(request, "dialogs.html", found=found)


@router.get("/dialogs/{name}")
def show(request: Request, office: Rooms, visitor: Administrator, name: str, edition: int = 0) -> Response:
    """The texts of a script to be changed: those in use, or of one edition; and its editions."""
    _known(visitor, name)
    try:
        data = office.scripts.data(name, edition or office.scripts.in_use(name))
    except ScriptError:
        raise HTTPException(404, "nothing") from None
    return _page(request, office, name, {text.place: text.words for text in texts(data)}, {})


def _page(
    request: Request, office: Office, name: str, words: Mapping[str, str], wrong: Mapping[str, str], status: int = 200
) -> Response:
    base = list(texts(shipped(name)))
    steps = [(step, list(found)) for step, found in groupby(base, key=lambda text: text.step)]
    return page(
        request, "dialog.html", status=status, name=name, script=office.scripts(name), steps=steps, words=words,
        wrong=wrong, longest=LONGEST, editions=office.scripts.editions(name), in_use=office.scripts.in_use(name),
        whens={each.version: datetime.fromisoformat(each.at) for each in office.scripts.editions(name)},
    )  # fmt: skip


async def _words(request: Request) -> dict[str, str]:
    """The texts of the form, by their place."""
    form = await request.form()
    return {place: str(said)[:LONGEST] for place, said in form.items() if "/" in place}


Words = Annotated[dict[str, str], Depends(_words)]


def _changed(name: str, words: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts that differ from the shipped ones."""
    base = {text.place: text.words for text in texts(shipped(name))}
    return {place: said for place, said in words.items() if base.get(place, "").split() != said.split()}


FAULTS = (  # what the loader says of a text, and the same in Chinese
    (r"says (\{.*\}), which nothing fills in", r"写了 \1，但没有内容可以填进去"),
    (r"`\w+`: no wording in .*", "这里不能空着"),
    (r"`\w+`: .*('\}'|'\{') (encountered|before end).*", "花括号 { } 没有成对"),
)


def _wrong(visitor: Visitor, name: str, words: Mapping[str, str]) -> dict[str, str]:
    try:
        found = faults(name, shipped(name), _changed(name, words), 1)
    except KeyError:
        raise HTTPException(422, "input") from None
    return {place: _in_words(fault, visitor.language) for place, fault in found.items()}


def _in_words(fault: str, language: str) -> str:
    """A fault in the language of who makes it, where it is one that a text alone can have."""
    if language.startswith("zh"):
        for known, zh in FAULTS:
            if re.fullmatch(known, fault, re.DOTALL):
                return re.sub(known, zh, fault, flags=re.DOTALL)
    return fault


@router.post("/dialogs/{name}/check", dependencies=[Depends(own_form)])
def check(visitor: Administrator, name: str, words: Words) -> dict[str, str]:
    """What is wrong with the texts, by their place, while they are being typed."""
    _known(visitor, name)
    return _wrong(visitor, name, words)


@router.post("/dialogs/{name}", dependencies=[Depends(own_form)])
def save(request: Request, office: Rooms, visitor: Administrator, name: str, words: Words) -> Response:
    """Keeps the texts as a new edition that is not in use yet, to be tried out."""
    _known(visitor, name)
    if wrong := _wrong(visitor, name, words):
        return _page(request, office, name, words, wrong, 422)
    edition = office.scripts.save(name, _changed(name, words), visitor.member.login, office.clock())
    note(office, visitor, "changed wording", f"dialog {name}", f"edition {edition.version}")
    return go(f"/dialogs/{name}/{edition.version}/try")


@router.post("/dialogs/{name}/use", dependencies=[Depends(own_form)])
def use(office: Rooms, visitor: Administrator, name: str, version: Annotated[int, Form(ge=0)] = 0) -> Response:
    """Puts an edition to use for what begins from now on; 0 takes all of them back."""
    _known(visitor, name)
    try:
        office.scripts.use(name, version or None)
    except ScriptError:
        raise HTTPException(404, "nothing") from None
    note(office, visitor, "put wording to use", f"dialog {name}", f"edition {version}" if version else "as shipped")
    return go(f"/dialogs/{name}", used=1)


def _edition(office: Office, name: str, version: int) -> Script:
    try:
        return office.scripts(name, version or None) if version else office.scripts(name, shipped(name)["version"])
    except ScriptError:
        raise HTTPException(404, "nothing") from None


@router.get("/dialogs/{name}/{version}/try")
def begin(
    request: Request, office: Rooms, visitor: Administrator, name: str, version: int, language: str = "", phone: int = 0
) -> Response:
    """A chat with a script: nobody is asked, nothing is kept."""
    _known(visitor, name)
    script = _edition(office, name, version)
    chosen = language if language in ("zh-Hans", "zh-Hant", "en") else visitor.language
    person = {"id": "1", "name": TRIED.get(chosen, TRIED["zh-Hans"]), "language": chosen}
    facts = {**office.desk.facts, "resident": person, "members": [person], "channel": "phone" if phone else "chat"}
    now = office.clock().astimezone(office.zone).isoformat()
    dialog = Dialog(script, {**facts, "now": now, "day": 1, "previous": None})
    dialog.open()
    return _trial(request, office, name, version, dialog, [])


@router.post("/dialogs/{name}/{version}/try", dependencies=[Depends(own_form)])
def turn(
    request: Request,
    office: Rooms,
    visitor: Administrator,
    name: str,
    version: int,
    state: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    button: Annotated[int, Form(ge=-1, lt=1_000)] = -1,
) -> Response:
    """One turn of it. The talk so far is in the form, signed, so that nothing of it need be kept."""
    _known(visitor, name)
    try:
        memory, lines = office.seal.read(PURPOSE, state)
        dialog = Dialog.recall(_edition(office, name, version), memory)
    except (SealError, ValueError, KeyError):
        raise HTTPException(422, "input") from None
    buttons = dialog.reply.buttons
    if 0 <= button < len(buttons):
        heard, said = Heard(keys=buttons[button][0], how="keys"), str(buttons[button][1])
    else:
        heard, said = Heard(words=words.strip()[:LONGEST] or None), words.strip()[:LONGEST]
    lines = [*lines, _we(dialog)]
    events = dialog.hear(heard) if len(lines) < 2 * MOST_TURNS else dialog.interrupt("too long")
    meant = [[event.name, str(event.value)] for event in events if isinstance(event, Answered)]
    return _trial(request, office, name, version, dialog, [*lines, ["they", said, meant]])


def _we(dialog: Dialog) -> list[Any]:
    reply = dialog.reply
    return ["we", reply.short if dialog.facts["channel"] == "phone" else reply.text, []]


def _trial(
    request: Request, office: Office, name: str, version: int, dialog: Dialog, lines: list[list[Any]]
) -> Response:
    state = "" if dialog.over else office.seal.sign(PURPOSE, dialog.memory(), lines)
    return page(
        request, "dialog_try.html", name=name, version=version, reply=dialog.reply, state=state,
        lines=[*lines, _we(dialog)], ended=dialog.disposition, labels=ANSWER_LABELS, spoken=dialog.language,
        phone=dialog.facts["channel"] == "phone", in_use=office.scripts.in_use(name),
        known=version in {each.version for each in office.scripts.editions(name)},
    )  # fmt: skip
