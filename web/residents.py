"""The residents' pages: a link opens their check-in as a chat, without an account; and health codes for guards."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from bots.talks import Standing, Talks
from dialogs.events import Heard
from records.addresses import Linked, change_address, link, linked_at
from records.conversations import Kept, conversation_at, load_conversation
from records.health import default_rules
from records.health_code import CodeRefused, check_code, code_of, sign_code
from records.notices import PURPOSE, resident_of
from records.residents import load_members
from records.seal import SealError
from records.self_reports import awaited
from records.store import Tx
from reports.code import COLOUR_LABELS, REFUSED_LABELS, code_lines, masked_name
from reports.talk import read_lines
from reports.writers.picture import code_picture
from web.access import Rooms
from web.office import Office
from web.pages import go, language_of, page

CHANNEL = "web"
LONGEST = 1_000  # characters of what is said at once
CHAT_LANGUAGES = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}

router = APIRouter(include_in_schema=False)


def _talks(office: Office) -> Talks:
    return Talks(office.desk, CHANNEL, office.zone.key, takes_up=True)


def _resident(tx: Tx, office: Office, token: str) -> int:
    """Whom a link is for; 404 when we did not make it, or it is good no more."""
    try:
        (number,) = office.seal.read(PURPOSE, token)
    except (SealError, ValueError):
        raise HTTPException(404, "link") from None
    resident = resident_of(tx, number, office.clock())
    if resident is None:
        raise HTTPException(404, "link")
    return resident


@router.get("/r/{token}")
def chat(request: Request, office: Rooms, token: str, talk: int = 0) -> Response:
    """The chat as it stands: looking at it begins nothing, since programs look at links too."""
    with office.store.reading() as tx:
        resident = _resident(tx, office, token)
        linked = linked_at(tx, CHANNEL, str(resident))
        open_now = _open_today(tx, office, linked) if linked else None
        standing = Standing(open_now, *office.desk.standing(open_now.id, open_now.revision)) if open_now else None
        over = None if standing or not talk else _own(tx, talk, resident)
        values = _values(tx, office, resident, linked, standing, over)
    return _chat(request, token, values)


def _values(
    tx: Tx, office: Office, resident: int, linked: Linked | None, standing: Standing | None, over: Kept | None
) -> dict[str, Any]:
    """What the page of the chat shows: of the conversation that goes on, or of one that is over."""
    who = linked or load_members(tx, [resident])[0]
    talk = standing.talk if standing else over
    done, has_code = (False, False) if standing else _afterwards(tx, office, resident, linked)
    return {
        "language": standing.reply.language if standing else "",
        "own": who.language,
        "caller": office.name,
        "name": who.name,
        "taken_up": standing is not None and standing.turn == 1 and bool(standing.talk.memory.get("answers")),
        "lines": read_lines(tx, talk.id, office.zone) if talk else (),
        "reply": standing.reply if standing else None,
        "turn": f"{standing.talk.id}:{standing.turn}" if standing else "",
        "done": done,
        "has_code": has_code,
    }


def _chat(request: Request, token: str, values: dict[str, Any]) -> Response:
    own, spoken = values.pop("own"), values.pop("language")
    language = spoken or _language(request, own)
    return page(
        request, "chat.html", language=language, chat_languages=CHAT_LANGUAGES, here=f"/r/{token}", **values
    )  # fmt: skip


@router.post("/r/{token}")
def say(
    request: Request,
    office: Rooms,
    token: str,
    turn: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    button: Annotated[int, Form(ge=-1, lt=1000)] = -1,
    language: Annotated[str, Form()] = "",
) -> Response:
    """One turn of the chat, or its beginning. The link is the key: whoever has it speaks for the resident.

    A turn that has passed (sent twice, or from an old page) changes nothing. Our own script has the page at once
    (`X-Chat`), and is told its address; a form is sent on to it, so that reading it again sends nothing again.
    """
    now, talks, own_page = office.clock(), _talks(office), "x-chat" in request.headers
    with office.store.transaction() as tx:
        resident = _resident(tx, office, token)
        linked = _linked(tx, office, resident, language)
        standing = talks.now_open(tx, linked, now)
        if standing is None:
            standing = talks.begin(tx, linked, talks.round(tx, linked, now), now) if not turn else None
        elif turn == f"{standing.talk.id}:{standing.turn}" and (heard := _heard(standing, words, button)):
            standing = talks.hear(tx, linked, standing.talk, heard, now)
        over = standing.talk if standing and standing.reply.over else None
        values = _values(tx, office, resident, linked, None if over else standing, over) if own_page else {}
    there = go(f"/r/{token}", **({"talk": standing.talk.id} if standing else {}))
    if not own_page:
        return there
    answer = _chat(request, token, values)
    answer.headers["content-location"] = there.headers["location"]
    return answer


@router.get("/r/{token}/code")
def own_code(request: Request, office: Rooms, token: str) -> Response:
    """The resident's health code, to be shown to a guard."""
    now = office.clock()
    with office.store.reading() as tx:
        resident = _resident(tx, office, token)
        (member,) = load_members(tx, [resident])
        code = code_of(tx, default_rules(), resident, now)
    return page(
        request,
        "own_code.html",
        language=_language(request, member.language),
        here=f"/r/{token}",
        name=masked_name(member.name),
        colour=code.colour if code else "",
        lines=code_lines(code, now, office.zone) if code else (),
    )


@router.get("/r/{token}/code.png")
def picture(request: Request, office: Rooms, token: str) -> Response:
    """The health code as a picture, whose QR code leads a guard's telephone to its check."""
    now = office.clock()
    with office.store.reading() as tx:
        resident = _resident(tx, office, token)
        (member,) = load_members(tx, [resident])
        code = code_of(tx, default_rules(), resident, now)
    if code is None:
        raise HTTPException(404, "nothing")
    language = _language(request, member.language)
    lines = [label.read(language) for label in code_lines(code, now, office.zone)]
    there = request.url_for("check", token=sign_code(office.seal, resident, code, now))
    return Response(code_picture(str(there), code.colour, lines), media_type="image/png")


@router.get("/code")
def ask_code(request: Request, token: str = "") -> Response:
    """Where a guard enters a code that their telephone has read."""
    return (
        go(f"/code/{token.strip().rsplit('/', 1)[-1]}") if token.strip() else page(request, "code.html", refused=None)
    )


@router.get("/code/{token}", name="check")
def check(request: Request, office: Rooms, token: str) -> Response:
    """Whether a code that somebody shows is true: its colour, and a name to compare, of which most is hidden."""
    now = office.clock()
    try:
        with office.store.reading() as tx:
            shown = check_code(tx, office.seal, default_rules(), token, now)
    except CodeRefused as error:
        return page(request, "code.html", status=404, refused=REFUSED_LABELS[error.why])
    return page(
        request,
        "code_shown.html",
        colour=shown.colour,
        label=COLOUR_LABELS[shown.colour],
        name=masked_name(shown.name),
        shown_at=shown.shown_at.astimezone(office.zone),
        at=now.astimezone(office.zone),
    )


def _linked(tx: Tx, office: Office, resident: int, language: str) -> Linked:
    """The resident at this channel. It is marked as stopped: nothing can be sent there, we can only be asked."""
    address, now = str(resident), office.clock()
    linked = linked_at(tx, CHANNEL, address)
    if linked and language not in CHAT_LANGUAGES:
        return linked
    if linked is None:
        link(tx, CHANNEL, address, resident, now)
        change_address(tx, CHANNEL, address, stopped_at=now)
    if language in CHAT_LANGUAGES:
        change_address(tx, CHANNEL, address, language=language)
    found = linked_at(tx, CHANNEL, address)
    assert found is not None
    return found


def _afterwards(tx: Tx, office: Office, resident: int, linked: Linked | None) -> tuple[bool, bool]:
    """Whether today's report is in, and whether there is a health code; asked only where no question stands open."""
    today = office.clock().astimezone(_talks(office).zone_of(linked) if linked else office.zone).date()
    round = awaited(tx, resident, today, CHANNEL)
    return round is not None and round.done, code_of(tx, default_rules(), resident, office.clock()) is not None


def _open_today(tx: Tx, office: Office, linked: Linked) -> Kept | None:
    """The conversation that goes on; one of an earlier day does not, as its questions were about that day."""
    talk, zone = conversation_at(tx, CHANNEL, linked.address), _talks(office).zone_of(linked)
    if talk is None or talk.opened_at.astimezone(zone).date() < office.clock().astimezone(zone).date():
        return None
    return talk


def _own(tx: Tx, number: int, resident: int) -> Kept | None:
    """A conversation that this resident had here; None when it is another's."""
    try:
        kept = load_conversation(tx, number)
    except (KeyError, OverflowError):
        return None
    return kept if (kept.channel, kept.address) == (CHANNEL, str(resident)) else None


def _heard(standing: Standing, words: str, button: int) -> Heard | None:
    """What was said: a button of this turn, or words; None when it is neither."""
    buttons = standing.reply.buttons
    if 0 <= button < len(buttons):
        return Heard(keys=buttons[button][0], how="keys")
    return Heard(words=words.strip()[:LONGEST]) if words.strip() else None


def _language(request: Request, own: str) -> str:
    """As asked for in the address, else the resident's."""
    asked = request.query_params.get("language", "")
    return asked if asked in CHAT_LANGUAGES else own or language_of(request)
