"""The roster in a chat: a resident is added or moved, one question after another, each answer checked as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bots.telegram.letters import Button, Letter
from bots.telegram.office.errands import Done, Errand, button
from records.places import communities, grids_of, place_of
from records.residents import Listed, load_members, search
from records.roster import Rejected, Row, check_cell, check_row, enrol, move
from reports.labels import LANGUAGE_LABELS
from reports.line_list import masked

FOUND = 8  # residents to choose from
WHERE = ("community", "building", "unit", "grid")
STEPS = {"add": ("name", "phone", *WHERE, "birth_year", "language"), "move": ("who", *WHERE)}
MAY_SKIP = ("building", "unit", "grid", "birth_year")
Values = Mapping[str, str]


def add(e: Errand) -> Done:
    """Begins to add a resident."""
    return _ask(e, "add", {})


def begin_move(e: Errand) -> Done:
    """Begins to move one."""
    return _ask(e, "move", {})


def take(e: Errand) -> Done:
    """An answer in words."""
    assert e.draft is not None
    return _answer(e, str(e.draft["form"]), str(e.draft["step"]), dict(e.draft["values"]), e.words)


def choose(e: Errand) -> Done:
    """An answer by a button: `rest` is the form, the step, and what is chosen (or nothing: it is skipped)."""
    draft = e.draft or {}
    form, step, *chosen = (*e.rest, "", "")
    if form not in STEPS or (draft.get("form"), draft.get("step")) != (form, step):
        return Done(notice=e.say("gone"))
    if not chosen[0] and step not in MAY_SKIP:
        return Done(notice=e.say("gone"))
    done = _answer(e, form, step, dict(draft["values"]), chosen[0])
    return Done(done.letters, chosen=_label(e, step, chosen[0]), notice=done.notice)


def confirm(e: Errand) -> Done:
    """Does what was asked, once all of it is checked again."""
    draft = e.draft or {}
    form = e.rest[0] if e.rest else ""
    if form not in STEPS or (draft.get("form"), draft.get("step")) != (form, "confirm"):
        return Done(notice=e.say("gone"))
    row = _row(e, form, draft["values"])
    if isinstance(row, Rejected):
        return Done(notice=_why(e, row), alert=True)
    if not e.member.sees(_place(row)):
        return Done(notice=e.say("not_your_place"), alert=True)
    e.drop()
    if form == "add":
        resident, new = enrol(e.tx, row, e.at)
        e.note("added resident" if new else "updated resident", f"resident {resident}")
        return Done((e.letter("added" if new else "updated", name=row.name, number=resident),), chosen=e.say("yes"))
    resident = int(draft["values"]["who"])
    here = place_of(e.tx, "resident", resident)
    if here is None or not e.member.sees(here):
        return Done(notice=e.say("not_your_place"), alert=True)
    move(e.tx, resident, row)
    e.note("moved resident", f"resident {resident}")
    return Done((e.letter("moved", name=row.name, where=_where(row)),), chosen=e.say("yes"))


def places_of(e: Errand) -> list[dict[str, str]]:
    """The communities of which the member may see a part."""
    return [place for place in communities(e.tx) if e.member.touches(place)]


def _answer(e: Errand, form: str, step: str, values: dict[str, str], text: str) -> Done:
    if step == "who":
        return _who(e, values, text)
    if step == "community":
        return _community(e, form, values, text)
    if step == "confirm":
        return _ask(e, form, values)
    bad = check_cell(step, text, e.at.year) if text else None
    if bad or not (text.strip() or step in MAY_SKIP):
        return Done((e.letter("bad_cell", *_buttons(e, form, step), why=_why(e, bad) if bad else e.say("empty")),))
    values[step] = text.strip()
    return _ask(e, form, values)


def _ask(e: Errand, form: str, values: dict[str, str]) -> Done:
    """The next question; what is known already is not asked, and at the end all is shown to be confirmed."""
    _fill_in(e, values)
    step = next((step for step in STEPS[form] if step not in values), "confirm")
    e.keep(form, step=step, values=values)
    if step != "confirm":
        return Done((e.letter(f"ask_{step}" if form == "add" else f"ask_new_{step}", *_buttons(e, form, step)),))
    row = _row(e, form, values)
    if isinstance(row, Rejected):
        e.drop()
        return Done((Letter(_why(e, row)),))
    lines = [e.say(f"confirm_{form}"), f"{row.name} {masked(row.phone)}", _where(row)]
    if form == "add":
        language = LANGUAGE_LABELS[row.language].read(e.language)
        lines.append(" · ".join(part for part in (str(row.birth_year or ""), language) if part))
    buttons = button(e.say("yes"), "enrol", form), button(e.say("drop_button"), "drop")
    return Done((Letter("\n".join(lines), buttons),))


def _fill_in(e: Errand, values: dict[str, str]) -> None:
    """What need not be asked: the only community, the grid of a building that is known, or the member's own grid."""
    mine = places_of(e)
    if "community" not in values and len(mine) == 1:
        values.update(mine[0])
    if "grid" in values or "building" not in values or "community" not in values:
        return
    known = grids_of(e.tx, values, values["building"])
    own = e.member.narrowed({}).get("grid", [])
    grids = [own] if isinstance(own, str) else own or known
    if len(grids) == 1:
        values["grid"] = grids[0]


def _community(e: Errand, form: str, values: dict[str, str], text: str) -> Done:
    mine = places_of(e)
    place = mine[int(text)] if text.isdecimal() and int(text) < len(mine) else None
    place = place or next((one for one in mine if one["community"] == text.strip()), None)
    if place is None:
        return Done((e.letter("bad_cell", *_buttons(e, form, "community"), why=e.say("no_such_community")),))
    values.update(place)
    return _ask(e, form, values)


def _who(e: Errand, values: dict[str, str], text: str) -> Done:
    """The resident meant: by the button of one, else those who go by these words."""
    number = int(text.removeprefix("id")) if text.startswith("id") and text[2:].isdecimal() and len(text) < 12 else None
    if number is not None:
        place = place_of(e.tx, "resident", number)
        if place is None or not e.member.sees(place):
            return Done(notice=e.say("gone"))
        values["who"] = str(number)
        return _ask(e, "move", values)
    found = search(e.tx, text, e.member.narrowed({}), FOUND)
    e.note("searched residents", "residents", f"{len(found)} found")
    choices = [button(_listed(one), "choose", "move", "who", f"id{one.id}") for one in found]
    drop = button(e.say("drop_button"), "drop")
    return Done((e.letter("found" if found else "found_none", *choices, drop),))


def _buttons(e: Errand, form: str, step: str) -> tuple[Button, ...]:
    choices: Sequence[Button] = ()
    if step == "community":
        choices = [button(p["community"], "choose", form, step, n) for n, p in enumerate(places_of(e)[:20])]
    if step == "language":
        choices = [
            button(label.read(e.language), "choose", form, step, code) for code, label in LANGUAGE_LABELS.items()
        ]
    skip = [button(e.say("skip"), "choose", form, step)] if step in MAY_SKIP else []
    return (*choices, *skip, button(e.say("drop_button"), "drop"))


def _label(e: Errand, step: str, chosen: str) -> str:
    """What stays below the question."""
    if not chosen:
        return e.say("skip")
    if step == "community":
        return places_of(e)[int(chosen)]["community"] if chosen.isdecimal() else chosen
    return LANGUAGE_LABELS[chosen].read(e.language) if chosen in LANGUAGE_LABELS else e.say("chosen")


def _row(e: Errand, form: str, values: Values) -> Row | Rejected:
    cells: dict[str, Any] = {key: value for key, value in values.items() if key != "who"}
    if form == "move":
        (person,) = load_members(e.tx, [int(values["who"])])
        cells |= {"name": person.name, "phone": person.phone}
    return check_row(cells, e.at.year)


def _place(row: Row) -> dict[str, str]:
    names = {"district": row.district, "subdistrict": row.subdistrict, "community": row.community}
    return {**names, "grid": row.grid, "building": row.building}


def _where(row: Row) -> str:
    return " ".join(part for part in (row.community, row.grid, row.building, row.unit) if part)


def _listed(one: Listed) -> str:
    where = " ".join(part for part in (one.building, one.unit) if part)
    return f"{one.name} {masked(one.phone)} {where}".strip()


def _why(e: Errand, bad: Rejected) -> str:
    return bad.zh if e.language.startswith("zh") else bad.en


DEEDS = {
    "add": ("staff", add), "move": ("staff", begin_move), "choose": ("staff", choose), "enrol": ("staff", confirm),
}  # fmt: skip
FORMS = {"add": take, "move": take}
