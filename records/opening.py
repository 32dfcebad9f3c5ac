"""Opens follow-ups by the rules: by what a conversation asks for, and by fevers that gather in one building."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, true, update

from records.conversations import Kept
from records.folds import Wanted
from records.health import Cluster, Rules
from records.statements import among, never_back
from records.tables import Community, FollowUp, FollowUpEvent, Record

REPORTED = "reported"
_ADD = insert(FollowUp)
_CHANGE = (
    update(FollowUp).where(FollowUp.id == bindparam("of_follow_up")).values(changed_at=never_back(FollowUp.changed_at))
)
_NOTE = insert(FollowUpEvent)
_COLUMNS: tuple[Any, ...] = (
    FollowUp.id, FollowUp.campaign_id, FollowUp.round, FollowUp.resident_id, FollowUp.kind, FollowUp.words,
    FollowUp.opened_at, FollowUp.closed_at, FollowUp.conversation_id,
)  # fmt: skip
_SO_FAR = select(*_COLUMNS).where(among(FollowUp.resident_id, "of_residents")).order_by(FollowUp.id)
_HOME = select(Record.community_id, Record.building).where(
    Record.campaign_id == bindparam("of_campaign"),
    Record.round == bindparam("of_round"),
    Record.resident_id == bindparam("of_resident"),
)
_ONE_AT_A_TIME = (
    select(Community.id).where(Community.id == bindparam("of_community")).with_for_update(key_share=True)
)  # on SQLite there is one writer anyway
_FEVERS = select(
    func.count(Record.resident_id.distinct()),
    func.count(Record.household_id.distinct()),
    func.count().filter(Record.resident_id == bindparam("of_resident")),
).where(
    Record.fever == true(),
    Record.community_id == bindparam("of_community"),
    Record.building == bindparam("of_building"),
    Record.reported_at > bindparam("after"),
)
_OF_BUILDING = (
    select(*_COLUMNS)
    .join(
        Record,
        (Record.campaign_id == FollowUp.campaign_id)
        & (Record.round == FollowUp.round)
        & (Record.resident_id == FollowUp.resident_id),
    )
    .where(
        FollowUp.kind == bindparam("of_kind"),
        Record.community_id == bindparam("of_community"),
        Record.building == bindparam("of_building"),
    )
    .order_by(FollowUp.id.desc())
    .limit(1)
)


def open_follow_ups(
    tx: Connection, talk: Kept, work: Sequence[Wanted], reporters: Collection[str], now: datetime, rules: Rules
) -> None:
    """Opens the work that a conversation asks for; what is there is told of it, or opened again if it was closed.

    `reporters` are the residents (ids as text) who reported: what was opened because nobody reached them is closed.
    The same conversation, folded again, changes nothing.
    """
    if not (work or reporters):
        return
    there = list(tx.execute(_SO_FAR, {"of_residents": list(talk.residents)}))
    same = {(str(row.resident_id), row.kind): row for row in there if row.campaign_id == talk.campaign_id}
    new = []
    for item in work:
        found = same.get((item.who, item.kind))
        if found is None or _forgotten(found, now, rules):
            new.append(item)
        elif _is_news(found, talk):
            _tell(tx, found, talk, item.words, now, rules)
    if new:
        tx.execute(_ADD, [_row(talk, item, now, rules) for item in new])
    _close_unreached(tx, there, talk, reporters, now, rules)


def ask_for(tx: Connection, resident: int, campaign: int, round: int, kind: str, now: datetime, rules: Rules) -> None:
    """Opens work that a resident wished outside of any conversation, unless it is open already."""
    there = select(FollowUp.id).where(
        FollowUp.resident_id == resident, FollowUp.kind == kind, FollowUp.closed_at.is_(None)
    )
    if tx.execute(there).first() is None:
        rule = rules.due(kind)
        row = {
            "campaign_id": campaign, "round": round, "resident_id": resident, "kind": kind, "urgent": rule.urgent,
            "state": "open", "opened_at": now, "due_at": now + rule.within,
        }  # fmt: skip
        tx.execute(_ADD, row)


def open_clusters(tx: Connection, talk: Kept, feverish: Sequence[int], now: datetime, rules: Rules) -> None:
    """Opens work on buildings where the fevers of these residents, known since now, make a cluster.

    It is one task for a building, about the resident who made it a cluster; further fevers are told to it.
    """
    for kind, rule in rules.follow_ups.items():
        for resident in feverish if rule.cluster else ():
            assert rule.cluster is not None
            _cluster(tx, talk, resident, kind, rule.cluster, now, rules)


def _cluster(
    tx: Connection, talk: Kept, resident: int, kind: str, cluster: Cluster, now: datetime, rules: Rules
) -> None:
    of_round = {"of_campaign": talk.campaign_id, "of_round": talk.round, "of_resident": resident}
    home = tx.execute(_HOME, of_round).one()
    if not home.building:
        return
    place = {"of_community": home.community_id, "of_building": home.building}
    tx.execute(_ONE_AT_A_TIME, {"of_community": home.community_id})
    fevers, households, own = tx.execute(
        _FEVERS, {**place, "of_resident": resident, "after": now - cluster.within}
    ).one()
    if own > 1 or fevers < cluster.fevers or households < cluster.households:
        return
    found = tx.execute(_OF_BUILDING, {**place, "of_kind": kind}).one_or_none()
    if found is None or _forgotten(found, now, rules):
        tx.execute(_ADD, _row(talk, Wanted(str(resident), kind), now, rules))
    else:
        _tell(tx, found, talk, "", now, rules, moved=False)


def _forgotten(found: Row[Any], now: datetime, rules: Rules) -> bool:
    """Whether it was closed so long ago that a new report is another matter."""
    return found.closed_at is not None and now - found.closed_at > rules.reopened_within


def _is_news(found: Row[Any], talk: Kept) -> bool:
    """Whether the conversation is later than the one that last asked for this work."""
    if found.conversation_id is None:
        return bool(talk.opened_at > found.opened_at)
    return bool(talk.id > found.conversation_id)


def _tell(
    tx: Connection, found: Row[Any], talk: Kept, words: str, now: datetime, rules: Rules, moved: bool = True
) -> None:
    """Tells a follow-up of a new report: open, it goes on; closed, it is opened and due again."""
    closed = found.closed_at is not None
    values: dict[str, Any] = {"conversation_id": talk.id, "words": words or found.words, "now": now}
    if moved:
        values["round"] = max(found.round, talk.round)
    if closed:
        values |= reopened(found.kind, now, rules)
    tx.execute(_CHANGE, {"of_follow_up": found.id, **values})
    note_event(tx, [found.id], "reopened" if closed else REPORTED, "", words, now)


def reopened(kind: str, now: datetime, rules: Rules) -> dict[str, Any]:
    """The columns of a follow-up that is opened again."""
    due_at = now + rules.due(kind).within
    return {"state": "open", "closed_at": None, "outcome": None, "escalated_to": "", "due_at": due_at}


def note_event(tx: Connection, follow_ups: Iterable[int], what: str, by: str, words: str, now: datetime) -> None:
    """Writes one line into the history of each of these follow-ups."""
    rows = [{"follow_up_id": id, "what": what, "by": by, "words": words, "happened_at": now} for id in follow_ups]
    if rows:
        tx.execute(_NOTE, rows)


def _close_unreached(
    tx: Connection, there: Sequence[Row[Any]], talk: Kept, reporters: Collection[str], now: datetime, rules: Rules
) -> None:
    done = [
        row.id
        for row in there
        if row.kind in rules.unreached
        and row.closed_at is None
        and str(row.resident_id) in reporters
        and row.opened_at <= talk.opened_at
    ]
    if done:
        values = {"state": "closed", "outcome": REPORTED, "closed_at": talk.opened_at, "now": now}
        tx.execute(_CHANGE, [{"of_follow_up": id, **values} for id in done])
        note_event(tx, done, "closed", "", REPORTED, talk.opened_at)


def _row(talk: Kept, item: Wanted, now: datetime, rules: Rules) -> dict[str, Any]:
    rule = rules.due(item.kind)
    return {
        "campaign_id": talk.campaign_id, "round": talk.round, "resident_id": int(item.who), "kind": item.kind,
        "urgent": rule.urgent, "words": item.words, "state": "open", "note": "", "assignee": "", "escalated_to": "",
        "conversation_id": talk.id, "opened_at": now, "due_at": now + rule.within,
    }  # fmt: skip
