"""Writes what a conversation was folded into: answers, records, and the wish not to be called again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from dialogs.events import Event, Requested
from records.conversations import Kept
from records.folds import FINAL, Finding, Fold, better, dispositions, find, fold, merge, wanted
from records.health import ASYMPTOMATIC, NON_REPORTING, SYMPTOMATIC, Rules, default_rules
from records.opening import open_clusters, open_follow_ups
from records.statements import among, never_back
from records.store import missing_only
from records.tables import Answer, DoNotCall, Record

FINDING = tuple(field.name for field in fields(Finding))
OF_ROUND = (
    Record.campaign_id == bindparam("of_campaign"),
    Record.round == bindparam("of_round"),
    among(Record.resident_id, "of_residents"),
)
READ = select(
    Record.id, Record.resident_id, Record.disposition, Record.reason, Record.final, Record.conversation_id,
    Record.reported_at, Record.status, *(getattr(Record, name) for name in FINDING),
).where(*OF_ROUND)  # fmt: skip
WRITE = update(Record).where(Record.id == bindparam("of_record")).values(changed_at=never_back(Record.changed_at))
HOLDS = Answer.replaced_at.is_(None)
FORGET = delete(Answer).where(
    among(Answer.resident_id, "of_residents"),
    Answer.conversation_id == bindparam("of_conversation"),
    HOLDS,
)
ADD = insert(Answer)
BEFORE = (
    select(Answer.resident_id, Answer.conversation_id, Answer.name, Answer.value)
    .where(among(Answer.resident_id, "of_residents"), Answer.happened_at < bindparam("before"), HOLDS)
    .order_by(Answer.happened_at.desc(), Answer.id.desc())
)


@dataclass(frozen=True, slots=True)
class Replacing:
    """What a second reading replaces, by resident: all that is known of them in the round, and which answers."""

    findings: Mapping[int, Finding]
    answers: Mapping[int, Collection[str]]


@dataclass(frozen=True, slots=True)
class _Writing:
    """What all parts of one writing need to know."""

    tx: Connection
    conversation: Kept
    folded: Fold
    rules: Rules
    now: datetime
    again: Replacing | None = None

    @property
    def keys(self) -> dict[str, Any]:
        talk = self.conversation
        return {"of_campaign": talk.campaign_id, "of_round": talk.round, "of_residents": list(talk.residents)}


def fold_conversation(
    tx: Connection,
    conversation: Kept,
    events: Iterable[Event],
    *,
    essential: Collection[str],
    now: datetime,
    rules: Rules | None = None,
    again: Replacing | None = None,
) -> dict[int, str]:
    """Folds all events of a conversation into the store; may be repeated, and then changes nothing.

    With `again` only what a second reading replaces is written; answers that held until now stay as replaced.

    `essential` names the answers that make a report complete. Returns the disposition, as far as this conversation
    gives one, of each resident its attempt was made for; those in `folds.FINAL` are final.
    """
    writing = _Writing(tx, conversation, fold(events), rules or default_rules(), now, again)
    people = [str(resident) for resident in conversation.residents]
    given = {int(who): d for who, d in dispositions(writing.folded, people, essential).items()}
    if again:
        given = {who: disposition for who, disposition in given.items() if who in again.findings}
    _write_answers(writing)
    findings, feverish = _write_records(writing, given)
    if people:
        work = wanted(writing.folded, findings, people[0], writing.rules)
        open_follow_ups(tx, conversation, work, findings, now, writing.rules)
        open_clusters(tx, conversation, feverish, now, writing.rules)
    _write_stop(writing)
    return given


def last_answers(tx: Connection, residents: Sequence[int], before: datetime) -> dict[int, dict[str, Any]]:
    """What each resident answered in their last conversation before a moment, by name; the silent are left out."""
    last: dict[int, int] = {}
    result: dict[int, dict[str, Any]] = {}
    for resident, conversation, name, value in tx.execute(BEFORE, {"of_residents": residents, "before": before}):
        if last.setdefault(resident, conversation) == conversation:
            result.setdefault(resident, {})[name] = value
    return result


def _write_answers(writing: _Writing) -> None:
    talk, again = writing.conversation, writing.again
    rows = [
        {
            "campaign_id": talk.campaign_id, "round": talk.round, "conversation_id": talk.id, "resident_id": resident,
            "name": name, "value": noted.answer.value, "reporter": noted.answer.reporter,
            "words": noted.answer.words, "confidence": noted.answer.confidence, "how": noted.answer.how,
            "confirmed": noted.answer.confirmed, "recorded_at": writing.now,
            "happened_at": talk.opened_at + timedelta(seconds=noted.seconds),
        }
        for resident in talk.residents
        for name, noted in writing.folded.answers.get(str(resident), {}).items()
        if again is None or (name in again.answers.get(resident, ()) and noted.answer.value is not None)
    ]  # fmt: skip
    if again is None:
        writing.tx.execute(FORGET, {"of_residents": list(talk.residents), "of_conversation": talk.id})
    for resident, names in again.answers.items() if again else ():
        old = update(Answer).where(Answer.conversation_id == talk.id, Answer.resident_id == resident, HOLDS)
        writing.tx.execute(old.where(Answer.name.in_(names)).values(replaced_at=writing.now))
    if rows:
        writing.tx.execute(ADD, rows)


def _write_records(writing: _Writing, given: Mapping[int, str]) -> tuple[dict[str, Finding], list[int]]:
    """Merges what is new into the records; returns what is now known of those whom the conversation told about.

    Also returned are the residents who have a fever since now.
    """
    findings: dict[str, Finding] = {}
    feverish = []
    rows = []
    for record in writing.tx.execute(READ, writing.keys):
        if writing.again and record.resident_id not in writing.again.findings:
            continue
        finding = _finding(writing, record)
        if finding is not None:
            findings[str(record.resident_id)] = finding
            if finding.fever and not record.fever:
                feverish.append(record.resident_id)
        if finding is not None or record.resident_id in given:
            rows.append(_row(writing, record, finding, given.get(record.resident_id)))
    if rows:
        writing.tx.execute(WRITE, rows)
    return findings, feverish


def _finding(writing: _Writing, record: Any) -> Finding | None:
    who = str(record.resident_id)
    answers = writing.folded.answers.get(who, {})
    concluded = writing.folded.conclusions.get(who)
    strangers = _strangers(writing) if record.resident_id == writing.conversation.residents[0] else {}
    if not answers and concluded is None and not strangers:
        return None
    old = Finding(**{name: getattr(record, name) for name in FINDING})
    if writing.again:
        known = writing.again.findings[record.resident_id]
        return replace(known, other={**old.other, **known.other})
    new = find(answers, concluded, writing.rules)
    return merge(old, replace(new, other={**new.other, **strangers}), writing.rules)


def _strangers(writing: _Writing) -> dict[str, Any]:
    """Answers about people who are not on the attempt's list: kept with the person called, under the words used."""
    known = {str(resident) for resident in writing.conversation.residents}
    people = writing.folded.answers.items()
    return {who: {n: a.answer.value for n, a in answers.items()} for who, answers in people if who not in known}


def _row(writing: _Writing, record: Any, finding: Finding | None, given: str | None) -> dict[str, Any]:
    """The new values of a record, as `WRITE` wants them."""
    talk = writing.conversation
    told = finding is not None
    known = finding or Finding(**{name: getattr(record, name) for name in FINDING})
    disposition = better(record.disposition, given)
    ended = writing.folded.ended
    improved = disposition != record.disposition
    reported = told and (known.status is not None or disposition == "complete")
    values = {
        **{name: getattr(known, name) for name in FINDING},
        "disposition": disposition,
        "final": record.final or disposition in FINAL,
        "reason": ended.reason if improved and ended else record.reason,
        "status": known.status or _without_health(writing, record, disposition),
        "conversation_id": talk.id if told or record.conversation_id is None else record.conversation_id,
        "reporter": known.reporter if reported else record.reporter,
        "reported_at": _reported_at(writing, record) if reported else record.reported_at,
        "recorded_at": writing.now,
        "now": writing.now,
        "channel": talk.channel,
    }
    return {"of_record": record.id, **values}


def _without_health(writing: _Writing, record: Any, disposition: str | None) -> str | None:
    """The status of somebody of whose health nothing is known."""
    if writing.again and record.final and disposition != "complete":
        known: str | None = record.status
        return NON_REPORTING if known in (SYMPTOMATIC, ASYMPTOMATIC) else known
    return NON_REPORTING if disposition == "refused" else None


def _reported_at(writing: _Writing, record: Any) -> datetime | None:
    answers = writing.folded.answers.get(str(record.resident_id), {})
    seconds = max((noted.seconds for noted in answers.values()), default=None)
    if seconds is None:
        reported: datetime | None = record.reported_at
        return reported
    return writing.conversation.opened_at + timedelta(seconds=seconds)


def _write_stop(writing: _Writing) -> None:
    stop: Requested | None = next((r for r in writing.folded.requests if r.what == "stop"), None)
    if stop is not None:
        row = {"phone": writing.conversation.phone, "reason": stop.words, "since": writing.now}
        writing.tx.execute(missing_only(writing.tx, DoNotCall), row)
