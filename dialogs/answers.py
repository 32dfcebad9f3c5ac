"""How answers become known: kept when plain, asked about when abnormal, improbable or uncertain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dialogs import confirming, household, listing, walking
from dialogs.events import Answered, Requested
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.readers import doubt
from dialogs.symptoms import both_symptoms, denies_all, more_symptoms

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_WRONG = re.compile(
    r"错了|錯了|^(嗯|哎|啊)*不对|\b(wrong|mistake|incorrect|misheard|misread|not right)\b", re.IGNORECASE
)
_NOT_SO = re.compile(r"(嗯|哎|啊|哦|不)*(不是|不是的|哪有)|(no )*(that's not|not what|not right|you misheard|not like)")


def accept(dialog: Dialog, question: Question, reading: Reading, ear: Ear, others: list[Item] | None = None) -> None:
    """Take the answer to the present question, with whatever else was said."""
    still = _still(dialog, question) if reading.meaning == "which" else None
    reading = still or reading
    if reading.meaning == "which":
        _ask_what(dialog, question)
        return
    items = list(others or ())
    if question.kind == "members":
        reading = household.as_known(dialog, reading)
        items = household.spread(dialog, reading, ear, items)
    one = item(question.name, dialog.about, reading, ear)
    if f"{dialog.about} {question.name}" in dialog.partly:
        _complete_partly(dialog, one)
    if still:
        dialog.confirmed.append(f"{dialog.about} {question.name}")
        dialog.answers.setdefault(dialog.about, {})[question.name] = one["value"]
    take(dialog, [one, *items], ear, None if still else question.name)


def _ask_what(dialog: Dialog, question: Question) -> None:
    """There are symptoms, but which? Asked openly at first, and one by one when that does not help."""
    key = f"{dialog.about} {question.name} what"
    if key in dialog.met:
        listing.list_symptoms(dialog, question)
        return
    dialog.met.append(key)
    dialog.manner = "wait"
    dialog.speak("which_symptoms")


def _complete_partly(dialog: Dialog, one: Item) -> None:
    """What is said now completes what was volunteered before."""
    old = dialog.answers.get(one["who"], {}).get(one["name"])
    if old and isinstance(one["value"], dict):
        one["value"] = more_symptoms(old, one["value"])


def _still(dialog: Dialog, question: Question) -> Reading | None:
    """A plain yes to "yesterday you coughed: still?" is the answer of the last round, with perhaps more to say."""
    before = dialog.before(question.name)
    if not before or not before.get("present") or dialog.value("volunteered"):
        return None
    return Reading("some", {"present": list(before["present"]), "absent": []}, partly=True)


def take(dialog: Dialog, items: list[Item], ear: Ear, asked: str | None = None) -> None:
    """Keep what is plain, say it again by phone, and ask about what is abnormal, improbable or uncertain."""
    doubtful: list[Item] = []
    plain: list[Item] = []
    items = [one for one in items if not _told_as_symptom(dialog, one, items)]
    for one in items:
        one["partly"] = bool(one["partly"]) and (one["name"] != asked or one["who"] != dialog.about)
        (doubtful if _doubt(dialog, one) else plain).append(one)
    ill = {one["who"] for one in doubtful if isinstance(one["value"], dict)}
    since = [one for one in plain if one["who"] in ill and dialog.script.questions[one["name"]].kind == "when"]
    doubtful += since  # "a cough, since yesterday: is that right?"
    plain = [one for one in plain if one not in since]
    for one in plain:
        keep(dialog, one)
    confirming.echo(dialog, plain)
    if doubtful:
        confirming.ask_to_confirm(dialog, doubtful)


def corrects(ear: Ear, said_again: bool = False) -> bool:
    """Whether the words take something back; a mere "it is not" does after something was `said_again`."""
    if said_again and _NOT_SO.match(ear.words.lower()):
        return True
    return ear.understood.act == "correction" or bool(_WRONG.search(ear.words))


def beside_known(dialog: Dialog, one: Item, ear: Ear) -> Item:
    """What was said by the way: of symptoms it adds to those known, and takes away only in words of correction."""
    known = dialog.answers.get(one["who"], {}).get(one["name"])
    if isinstance(one["value"], dict) and known:
        if corrects(ear) and not denies_all(one["value"]):
            return {**one, "value": both_symptoms(known, one["value"]), "partly": False}
        return {**one, "value": more_symptoms(known, one["value"]), "partly": one["partly"] and not known["present"]}
    return one


def _told_as_symptom(dialog: Dialog, one: Item, items: list[Item]) -> bool:
    """Whether a yes or no about fever comes with the symptoms anyway, and is kept when they are."""
    if dialog.script.questions[one["name"]].context != "fever" or dialog.question_name == one["name"]:
        return False
    symptoms = (o["value"] for o in items if isinstance(o["value"], dict) and o["who"] == one["who"])
    return any("fever" in [*value["present"], *value["absent"]] and not denies_all(value) for value in symptoms)


def _doubt(dialog: Dialog, one: Item) -> str | None:
    question = dialog.script.questions[one["name"]]
    if one["confidence"] < dialog.script.limits.uncertain:
        return "uncertain"
    if f"{one['who']} {one['name']}" in dialog.confirmed and _same(dialog, one):
        return None
    found = doubt(question, one["value"], dialog.before(question.name), float(dialog.value("fever_c")))
    if found == "abnormal" and question.kind == "symptoms" and not dialog.telephone:
        return None
    one["doubt"] = found
    return found


def is_partly(dialog: Dialog, name: str, who: str) -> bool:
    """Whether an answer was volunteered, so that there may be more to say."""
    return f"{who} {name}" in dialog.partly


def _same(dialog: Dialog, one: Item) -> bool:
    """Whether a value was confirmed already; of symptoms, whether none was added."""
    known, value = dialog.answers.get(one["who"], {}).get(one["name"]), one["value"]
    return known == value or (isinstance(known, dict) and {*value["present"]} <= {*known["present"]})


def _consistent(dialog: Dialog, one: Item) -> Any:
    """The value; whoever has a temperature of fever does not deny the fever by denying everything."""
    value = one["value"]
    if not isinstance(value, dict) or "fever" not in value.get("absent", ()):
        return value
    known = dialog.answers.get(one["who"], {})
    degrees = [known.get(q.name) for q in dialog.script.questions.values() if q.kind == "temperature"]
    feels = denies_all(value) and any(
        known.get(q.name) is True for q in dialog.script.questions.values() if q.context == "fever"
    )
    if feels or any(isinstance(c, (int, float)) and c >= float(dialog.value("fever_c")) for c in degrees):
        return {**value, "absent": [name for name in value["absent"] if name != "fever"]}
    return value


def keep(dialog: Dialog, one: Item, confirmed: bool = False) -> None:
    """An answer is known from now on."""
    name, who, value = one["name"], one["who"], _consistent(dialog, one)
    if (
        who == dialog.called
        and dialog.answers.get(who, {}).get(name, value) != value
        and not is_partly(dialog, name, who)
    ):
        dialog.rewind = name
    confirmed = confirmed or (f"{who} {name}" in dialog.confirmed and _same(dialog, one))
    dialog.answers.setdefault(who, {})[name] = value
    key = f"{who} {name}"
    if one["partly"] and key not in dialog.partly:
        dialog.partly.append(key)
    elif not one["partly"] and key in dialog.partly:
        dialog.partly.remove(key)
    if confirmed and key not in dialog.confirmed:
        dialog.confirmed.append(key)
    if [name, who] in dialog.order:
        dialog.order.remove([name, who])
    dialog.order.append([name, who])
    if dialog.script.questions[name].kind == "call_time":
        dialog.events.append(Requested("call_later", one["words"], value or None))
        return
    span = tuple(one["span"]) if one["span"] else None
    reporter = "proxy" if dialog.family or who != dialog.called else "self"
    dialog.events.append(Answered(name, value, who, reporter, one["words"], span,  # type: ignore[arg-type]
                                round(one["confidence"], 3), one["how"], confirmed))  # fmt: skip
    if isinstance(value, dict):
        _agree_on_fever(dialog, {**one, "value": value})


def _agree_on_fever(dialog: Dialog, one: Item) -> None:
    """Fever named among the symptoms is the answer about fever too; a symptom taken back is taken back there."""
    value, known = one["value"], dialog.answers[one["who"]]
    fever = "fever" in value["present"]
    if denies_all(value) or not (fever or "fever" in value["absent"]):
        return
    for question in dialog.script.questions.values():
        if question.context == "fever" and known.get(question.name) != fever:
            keep(dialog, {**one, "name": question.name, "value": fever, "partly": False})


def blank(dialog: Dialog, name: str, meaning: str) -> None:
    """The present question has no answer, and is not asked again."""
    dialog.answers.setdefault(dialog.about, {})[name] = None
    to = dialog.script.steps[dialog.step].next
    if meaning in to:
        walking.move(dialog, meaning)


def forget(dialog: Dialog, name: str, who: str) -> None:
    """A question is open again."""
    dialog.answers.get(who, {}).pop(name, None)
    if f"{who} {name}" in dialog.partly:
        dialog.partly.remove(f"{who} {name}")
