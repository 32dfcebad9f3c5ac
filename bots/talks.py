"""Talks by letter: the conversation that written words belong to, begun, gone on with, and closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bots.desk import Closed, Desk, Visit
from dialogs.events import Heard, Reply
from records.addresses import Linked, change_address
from records.answers import last_answers
from records.attempts import begin_attempt, end_attempt
from records.conversations import Kept, conversation_at, just_over, last_of, load_conversation
from records.residents import Member, load_members
from records.self_reports import SCRIPT, Awaited, await_self_report, awaited, covered, tries
from records.store import Tx

HEARD_BY = "answered_human"
CORRECTED = timedelta(minutes=15)  # after its end a conversation can be put right for so long


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as it stands: its turn so far, and what was said last."""

    talk: Kept
    turn: int
    reply: Reply


class Talks:
    """The conversations of one channel; `zone` is the local time of residents for whom the roster names none.

    With `takes_up`, a call of the round that broke off is gone on with, at the question where it stood.
    """

    def __init__(self, desk: Desk, channel: str, zone: str, *, takes_up: bool = False) -> None:
        self.desk, self.channel, self.zone, self.takes_up = desk, channel, zone, takes_up

    def now_open(self, tx: Tx, linked: Linked, at: datetime) -> Standing | None:
        """Today's conversation in this chat; one of an earlier day is closed, as its questions were about that day."""
        talk = conversation_at(tx, self.channel, linked.address)
        if talk is None:
            return None
        zone = self.zone_of(linked)
        if talk.opened_at.astimezone(zone).date() < at.astimezone(zone).date():
            self.close(tx, linked, talk, at)
            return None
        return Standing(talk, *self.desk.standing(talk.id, talk.revision))

    def round(self, tx: Tx, linked: Linked, at: datetime) -> Awaited:
        """The round that the resident reports in: one that waits for them, else today's of the standing campaign."""
        day = at.astimezone(self.zone_of(linked)).date()
        found = awaited(tx, linked.resident_id, day, self.channel)
        return found or await_self_report(
            tx, linked.resident_id, linked.household_id, day, self.channel, self._version, at
        )

    def begin(self, tx: Tx, linked: Linked, round: Awaited, at: datetime) -> Standing:
        """Opens a conversation in a round, for the resident and whoever of the household has not reported there."""
        people = covered(tx, round, linked.resident_id)
        attempt = begin_attempt(
            tx,
            campaign_id=round.campaign_id,
            round=round.round,
            household_id=round.household_id,
            residents=people,
            phone=linked.phone,
            channel=self.channel,
            number=tries(tx, round) + 1,
            started_at=at,
            now=at,
        )
        visit = self._visit(tx, linked, round, people, attempt, at.astimezone(self.zone_of(linked)))
        conversation, _ = self.desk.open(visit)
        return self._standing(load_conversation(tx, conversation))

    def hear(self, tx: Tx, linked: Linked, talk: Kept, heard: Heard, at: datetime) -> Standing:
        """One turn; a conversation that is over after it is closed."""
        self.desk.hear(talk.id, _timed(heard, talk, at))
        return self._heard(tx, linked, talk, at)

    def correctable(self, tx: Tx, linked: Linked, at: datetime) -> Kept | None:
        """The conversation that ended so lately that an answer in it can still be put right."""
        return just_over(tx, self.channel, linked.address, at - CORRECTED)

    def correct(self, tx: Tx, linked: Linked, talk: Kept, heard: Heard, at: datetime) -> Standing:
        """One more turn of a conversation that is over, which takes back what was said in it."""
        self.desk.reopen(talk.id, _timed(heard, talk, at))
        return self._heard(tx, linked, talk, at)

    def done_today(self, tx: Tx, linked: Linked, at: datetime) -> bool:
        """Whether today's report is in."""
        found = awaited(tx, linked.resident_id, at.astimezone(self.zone_of(linked)).date(), self.channel)
        return found is not None and found.done

    def close(self, tx: Tx, linked: Linked, talk: Kept, at: datetime) -> Closed:
        """Ends a conversation, over or not, with the attempt it belongs to and what the resident wished."""
        closed = self.desk.close(talk.id)
        later = closed.wished("call_later")
        end_attempt(
            tx,
            talk.attempt_id,
            outcome=HEARD_BY,
            answered_at=talk.opened_at,
            ended_at=max(at, talk.opened_at),
            talk_seconds=closed.seconds,
            call_later_at=self._local(linked, later.at) if later and later.at else None,
        )
        if closed.wished("stop"):
            change_address(tx, self.channel, linked.address, stopped_at=at)
        return closed

    def zone_of(self, linked: Linked) -> ZoneInfo:
        """The local time of a resident."""
        return ZoneInfo(linked.time_zone or self.zone)

    def _heard(self, tx: Tx, linked: Linked, talk: Kept, at: datetime) -> Standing:
        standing = self._standing(talk)
        spoken = standing.reply.language
        if spoken != linked.language:  # it was changed in so many words, and is kept for what we write next
            change_address(tx, self.channel, linked.address, language=spoken)
        if standing.reply.over:
            self.close(tx, linked, talk, at)
        return standing

    def _standing(self, talk: Kept) -> Standing:
        return Standing(talk, *self.desk.standing(talk.id))

    def _visit(self, tx: Tx, linked: Linked, round: Awaited, people: list[int], attempt: int, at: datetime) -> Visit:
        members = load_members(tx, people)
        return Visit(
            attempt_id=attempt,
            campaign_id=round.campaign_id,
            round=round.round,
            household_id=round.household_id,
            people={member.id: _facts(member, linked) for member in members},
            phone=linked.phone,
            script=round.script,
            version=round.version,
            line=self.channel,
            address=linked.address,
            kind="chat",
            opened_at=at,
            broken_off=self._broken_off(tx, round),
            facts={"previous": last_answers(tx, [linked.resident_id], at).get(linked.resident_id)},
        )

    def _broken_off(self, tx: Tx, round: Awaited) -> Mapping[str, Any] | None:
        last = last_of(tx, round.campaign_id, round.round, round.household_id) if self.takes_up else None
        return last.memory if last else None

    def _version(self) -> int:
        return self.desk.scripts(SCRIPT, None).version

    def _local(self, linked: Linked, time: str) -> datetime:
        return datetime.fromisoformat(time).replace(tzinfo=self.zone_of(linked))


def _timed(heard: Heard, talk: Kept, at: datetime) -> Heard:
    return replace(heard, seconds=max(0.0, (at - talk.opened_at).total_seconds()))


def _facts(member: Member, linked: Linked) -> dict[str, str | int | None]:
    """What the dialog is told of a member; whoever writes is spoken to in the language chosen in the chat."""
    return {
        "name": member.name,
        "language": linked.language if member.id == linked.resident_id else member.language,
        "relation": member.relation,
        "sex": member.sex,
        "birth_year": member.birth_year,
    }
