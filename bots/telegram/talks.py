"""Talks by letter: the conversation that a resident's words belong to, begun, gone on with, and closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bots.desk import Closed, Desk, Visit
from dialogs.events import Heard, Reply
from records.addresses import Linked, change_address
from records.answers import last_answers
from records.attempts import begin_attempt, end_attempt
from records.conversations import Kept, conversation_at, load_conversation
from records.residents import Member, load_members
from records.self_reports import SCRIPT, Awaited, await_self_report, awaited, covered, tries
from records.store import Tx

HEARD_BY = "answered_human"


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as it stands: its turn so far, and what was said last."""

    talk: Kept
    turn: int
    reply: Reply


class Talks:
    """The conversations of one channel; `zone` is the local time of residents for whom the roster names none."""

    def __init__(self, desk: Desk, channel: str, zone: str) -> None:
        self.desk, self.channel, self.zone = desk, channel, zone

    def now_open(self, tx: Tx, linked: Linked, at: datetime) -> Standing | None:
        """Today's conversation in this chat; one of an earlier day is closed, as its questions were about that day."""
        talk = conversation_at(tx, self.channel, linked.address)
        if talk is None:
            return None
        zone = self._zone(linked)
        if talk.opened_at.astimezone(zone).date() < at.astimezone(zone).date():
            self.close(tx, linked, talk, at)
            return None
        return Standing(talk, *self.desk.standing(talk.id, talk.revision))

    def round(self, tx: Tx, linked: Linked, at: datetime) -> Awaited:
        """The round that the resident reports in: one that waits for them, else today's of the standing campaign."""
        day = at.astimezone(self._zone(linked)).date()
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
        visit = self._visit(tx, linked, round, people, attempt, at.astimezone(self._zone(linked)))
        conversation, _ = self.desk.open(visit)
        return self._standing(load_conversation(tx, conversation))

    def hear(self, tx: Tx, linked: Linked, talk: Kept, heard: Heard, at: datetime) -> Standing:
        """One turn; a conversation that is over after it is closed."""
        seconds = max(0.0, (at - talk.opened_at).total_seconds())
        self.desk.hear(talk.id, replace(heard, seconds=seconds))
        standing = self._standing(talk)
        if standing.reply.over:
            self.close(tx, linked, talk, at)
        return standing

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
            facts={"previous": last_answers(tx, [linked.resident_id], at).get(linked.resident_id)},
        )

    def _version(self) -> int:
        return self.desk.scripts(SCRIPT, None).version

    def _zone(self, linked: Linked) -> ZoneInfo:
        return ZoneInfo(linked.time_zone or self.zone)

    def _local(self, linked: Linked, time: str) -> datetime:
        return datetime.fromisoformat(time).replace(tzinfo=self._zone(linked))


def _facts(member: Member, linked: Linked) -> dict[str, str | int | None]:
    """What the dialog is told of a member; whoever writes is spoken to in the language chosen in the chat."""
    return {
        "name": member.name,
        "language": linked.language if member.id == linked.resident_id else member.language,
        "relation": member.relation,
        "sex": member.sex,
        "birth_year": member.birth_year,
    }
