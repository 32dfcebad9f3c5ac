"""Understands the stored words of a campaign again: shows whose answers and status would change, and applies it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select

from dialogs.events import Event, from_json
from dialogs.rereading import Otherwise, Reading, read_again
from dialogs.script import Script
from records.answers import Replacing, fold_conversation
from records.conversations import LOAD, Kept, keep_turns
from records.folds import Finding, find, fold, merge
from records.health import ASYMPTOMATIC, NON_REPORTING, SYMPTOMATIC, Rules, default_rules
from records.store import Store, Tx, batches, write_json
from records.tables import Attempt, Conversation, Record, Turn

Scripts = Callable[[str, int | None], Script]
AT_ONCE = 200  # conversations read in one go
_HEALTH = ("temperature_c", "fever", "present", "absent", "onset_on", "contact", "needs_help")


@dataclass(frozen=True, slots=True)
class Change:
    """What would change for one resident by one conversation: the answers, and the monitoring status of their record.

    `record` is the number of the record; `before` and `after` are its statuses, blank while the round is open.
    """

    record: int
    resident: int
    conversation: int
    answers: tuple[Otherwise, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Again:
    """What a second reading gives: the changes, and how many conversations were read, or could not be, and why.

    `gone` have lost their words by erasure or retention; `unlike` cannot be replayed, or their record says more than
    the words of its conversations; `strayed` would have gone on otherwise, so that only a part of them was compared.
    """

    changes: tuple[Change, ...] = ()
    read: int = 0
    gone: int = 0
    unlike: int = 0
    strayed: int = 0
    wished: int = 0

    @property
    def mark(self) -> str:
        """The same for the same changes: what was looked at is what is applied."""
        said = write_json([asdict(change) for change in self.changes])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation with its events, and how it is read today; None where it is not."""

    kept: Kept
    events: tuple[Event, ...]
    essential: tuple[str, ...] = ()
    reading: Reading | None = None

    @property
    def as_today(self) -> tuple[Event, ...]:
        added = self.reading.events if self.reading else ()
        return (*self.events, *(event for _, events in added for event in events))


@dataclass(slots=True)
class _Looking:
    """A round being read again: the scripts, the rules, and the counts so far."""

    tx: Tx
    scripts: Scripts
    rules: Rules
    counts: Counter[str] = field(default_factory=Counter)


def look_again(tx: Tx, scripts: Scripts, campaign: int, round: int, rules: Rules | None = None) -> Again:
    """Reads all conversations of a round again and says what would change; nothing is written."""
    looking = _Looking(tx, scripts, rules or default_rules())
    changes = [change for talks in _households(looking, campaign, round) for change in _changes(looking, talks)]
    return Again(tuple(sorted(changes, key=lambda each: (each.resident, each.conversation))), **looking.counts)


def conversations_of(tx: Tx, campaign: int, round: int) -> int:
    """How many conversations of a round have come to their end."""
    of_round = (Attempt.campaign_id == campaign, Attempt.round == round, Conversation.over)
    return int(tx.execute(select(func.count()).select_from(Conversation).join(Attempt).where(*of_round)).scalar_one())


def apply_again(
    store: Store, scripts: Scripts, campaign: int, round: int, mark: str, now: datetime, rules: Rules | None = None
) -> Again | None:
    """Writes what a second reading gives as new events, said when they were said and written down now.

    `mark` is that of what was looked at; None, and nothing is written, when something else would change by now.
    """
    rules = rules or default_rules()
    with store.transaction() as tx:
        again = look_again(tx, scripts, campaign, round, rules=rules)
        if again.mark != mark:
            return None
        looking = _Looking(tx, scripts, rules)
        changed = {change.conversation for change in again.changes}
        for talks in _households(looking, campaign, round):
            for talk in talks:
                if talk.kept.id in changed:
                    _write(looking, talk, talks, [c for c in again.changes if c.conversation == talk.kept.id], now)
    return again


def _households(looking: _Looking, campaign: int, round: int) -> Iterator[list[_Talk]]:
    """The conversations of each household in their order, read again."""
    query = LOAD.where(Attempt.campaign_id == campaign, Attempt.round == round, Conversation.over).order_by(
        Attempt.household_id, Conversation.id
    )
    rows = looking.tx.execute(query).all()
    events: dict[int, tuple[Event, ...]] = {}
    for batch in batches(row.id for row in rows):
        events |= _events(looking.tx, batch)
    for _, talks in groupby(rows, key=lambda row: row.household_id):
        found: list[_Talk] = []
        for row in talks:
            kept = Kept(**{**row._mapping, "residents": tuple(row.residents)})
            found.append(_read(looking, kept, events.get(kept.id, ()), found))
        yield found


def _events(tx: Connection, conversations: Sequence[int]) -> dict[int, tuple[Event, ...]]:
    query = select(Turn.conversation_id, Turn.events).where(Turn.conversation_id.in_(conversations))
    rows = tx.execute(query.order_by(Turn.conversation_id, Turn.number))
    return {
        number: tuple(from_json(event) for _, events in turns for event in events)
        for number, turns in groupby(rows, key=lambda row: row.conversation_id)
    }


def _read(looking: _Looking, kept: Kept, events: tuple[Event, ...], earlier: Sequence[_Talk]) -> _Talk:
    """Counts a conversation among those read, or those that cannot be: one that fails stops no other."""
    facts = kept.memory.get("facts")
    if not events or not facts:
        looking.counts["gone"] += 1
        return _Talk(kept, events)
    try:
        script = looking.scripts(kept.script, kept.script_version)
        reading = read_again(script, facts, events, earlier[-1].kept.memory if earlier else None)
    except Exception:  # a script that is no more, a memory of long ago: whatever it is, the others are read
        looking.counts["unlike"] += 1
        return _Talk(kept, events)
    looking.counts["read"] += 1
    looking.counts["strayed"] += reading.strayed
    looking.counts["wished"] += len(reading.wished)
    return _Talk(kept, events, script.essential, reading)


def _changes(looking: _Looking, talks: Sequence[_Talk]) -> Iterator[Change]:
    for talk in talks:
        answers = sorted((*talk.reading.otherwise, *_wishes(talk)) if talk.reading else (), key=_who)
        for who, theirs in groupby(answers, key=_who):
            record = _record(looking.tx, talk.kept, who)
            if record is None:
                continue
            if _health(_known(talks, who, looking.rules, today=False)) != _health(record):
                looking.counts["unlike"] += 1
                continue
            status = _known(talks, who, looking.rules, today=True).status
            after = status or (_silent(record) if record.status in (SYMPTOMATIC, ASYMPTOMATIC) else record.status)
            yield Change(record.id, int(who), talk.kept.id, tuple(theirs), record.status, after)


def _wishes(talk: _Talk) -> Iterator[Otherwise]:
    """What the person called wished and was not heard then, as a change of theirs."""
    if talk.reading and talk.kept.residents:
        called = str(talk.kept.residents[0])
        for each in talk.reading.wished:
            yield Otherwise(called, each.what, each.words, None, each.at or True, 0.0, "")


def _who(answer: Otherwise) -> str:
    return answer.who


def _silent(record: Row[Any]) -> str | None:
    """The status of a record of which nothing is known after all."""
    return NON_REPORTING if record.final and record.disposition != "complete" else None


def _record(tx: Tx, talk: Kept, who: str) -> Row[Any] | None:
    """The record of somebody in the round of a conversation; None where they have none, as somebody not on the list."""
    if not who.isdecimal():
        return None
    of_round = (Record.campaign_id == talk.campaign_id, Record.round == talk.round, Record.resident_id == int(who))
    return tx.execute(select(Record.__table__).where(*of_round)).one_or_none()


def _health(known: Any) -> tuple[Any, ...]:
    """What is known of somebody's health, of a record or a finding."""
    return tuple(getattr(known, name) for name in _HEALTH)


def _known(talks: Iterable[_Talk], who: str, rules: Rules, *, today: bool) -> Finding:
    """What the conversations of a round tell about somebody, as understood then or today."""
    known = Finding()
    for talk in talks:
        folded = fold(talk.as_today if today else talk.events)
        answers, concluded = folded.answers.get(who, {}), folded.conclusions.get(who)
        if answers or concluded:
            known = merge(known, find(answers, concluded, rules), rules)
    return known


def _write(looking: _Looking, talk: _Talk, talks: Sequence[_Talk], changes: Sequence[Change], now: datetime) -> None:
    """Adds the new events to a conversation, and works out the records of those whom they concern."""
    assert talk.reading is not None
    kept = talk.kept
    turns = [(kept.opened_at + timedelta(seconds=seconds), events) for seconds, events in talk.reading.events]
    keep_turns(looking.tx, kept.id, kept.revision, kept.memory, kept.over, turns, now)
    anew = {each.resident: _known(talks, str(each.resident), looking.rules, today=True) for each in changes}
    replaced = {each.resident: [answer.name for answer in each.answers] for each in changes}
    fold_conversation(
        looking.tx, kept, talk.as_today, essential=talk.essential, now=now, rules=looking.rules,
        again=Replacing(anew, replaced),
    )  # fmt: skip
