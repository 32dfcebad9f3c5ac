"""What screens show of one resident, of a round under way and of the trail, on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from records.places import communities, place_of
from records.staff import add_member, note_deed
from records.tables import Answer, Attempt, Conversation, FollowUp, Record
from reports.community import overview_table
from reports.figures import Scope, read_figures
from reports.pulse import read_pulse
from reports.resident import resident_tables
from reports.trail import trail_table
from reports.work import Chosen, work_table
from tests.reports.town import DUE

PLACE = {"subdistrict": "望山街道"}


@pytest.mark.parametrize("place", [{}, PLACE])
def test_round_under_way_has_the_figures_of_the_report(town, place):
    scope = Scope(1, round=1, place=place)
    with town.reading() as tx:
        pulse = read_pulse(tx, read_figures(tx, scope))
        whole = overview_table(read_figures(tx, scope))
        newest = tx.execute(
            select(Record.reported_at).where(Record.round == 1, Record.status == "symptomatic")
        ).scalars()
        latest = max(newest)
    for key in ("residents", "reported", "reported_share", "fever", "symptomatic", "non_reporting"):
        assert pulse.figures.cell(pulse.figures.rows[0], key) == whole.cell(whole.rows[0], key), key
    assert pulse.figures.cell(pulse.figures.rows[0], "calls") == pulse.outcomes.cell(pulse.outcomes.total, "attempts")
    times = [pulse.newest.cell(row, "at") for row in pulse.newest.rows]
    assert times == sorted(times, reverse=True)
    if not place:
        assert times[0] == latest
    assert pulse.heard is None


def test_confidence_is_the_mean_of_what_was_heard_by_voice(town):
    with town.transaction() as tx:
        attempt = tx.execute(select(Attempt.id).limit(1)).scalar_one()
        talk = {"attempt_id": attempt, "channel": "phone", "address": "", "script": "daily_check", "script_version": 1}
        talk |= {"memory": {}, "opened_at": DUE, "updated_at": DUE}
        talk = tx.execute(insert(Conversation), talk).inserted_primary_key[0]
        answer = {"campaign_id": 1, "round": 1, "conversation_id": talk, "name": "temperature", "value": 36.5}
        answer |= {"reporter": "self", "words": "", "confirmed": False, "happened_at": DUE, "recorded_at": DUE}
        for resident, confidence, how in ((1, 0.5, "voice"), (2, 0.9, "voice"), (3, 0.1, "words")):
            tx.execute(insert(Answer), {**answer, "resident_id": resident, "confidence": confidence, "how": how})
    with town.reading() as tx:
        assert read_pulse(tx, read_figures(tx, Scope(1, round=1))).heard == pytest.approx(0.7)


def test_resident_with_all_their_reports_and_attempts(town):
    with town.reading() as tx:
        person, reports, attempts = resident_tables(tx, 5)
        household = tx.execute(select(Record.household_id).where(Record.resident_id == 5)).scalars().first()
        made = tx.execute(select(Attempt.residents).where(Attempt.household_id == household)).scalars().all()
        with pytest.raises(KeyError, match="no resident 9999"):
            resident_tables(tx, 9999)
    assert "****" in person.cell(person.rows[0], "phone")
    assert [reports.cell(row, "day").isoformat() for row in reports.rows] == ["2026-03-04", "2026-03-03", "2026-03-02"]
    assert len(attempts.rows) == sum(5 in people for people in made)


def test_work_is_narrowed_to_a_place_and_told_by_who_has_it(town):
    with town.transaction() as tx:
        first = tx.execute(select(FollowUp.id).order_by(FollowUp.id)).scalars().first()
        tx.execute(FollowUp.__table__.update().where(FollowUp.id == first).values(assignee="Chen"))
    with town.reading() as tx:
        every = work_table(tx, Chosen(), DUE)
        here = work_table(tx, Chosen(place=PLACE), DUE)
        assert 0 < len(here.rows) < len(every.rows)
        assert [row.key for row in work_table(tx, Chosen(assigned=True), DUE).rows] == [(str(first),)]
        assert len(work_table(tx, Chosen(assigned=False), DUE).rows) == len(every.rows) - 1
        assert work_table(tx, Chosen(place={"community": []}), DUE).rows == ()
        places = {place_of(tx, "follow_up", int(row.key[0]))["subdistrict"] for row in here.rows}
        assert places == {"望山街道"}
        assert place_of(tx, "resident", 5)["community"] in {place["community"] for place in communities(tx)}
        assert place_of(tx, "conversation", 1) is None


def test_trail_shows_the_newest_first_and_goes_on(town):
    with town.transaction() as tx:
        chen = add_member(tx, "chen", name="", role="worker", now=DUE)
        for number in range(5):
            note_deed(tx, chen if number % 2 else None, "saw resident", f"resident {number}", DUE + timedelta(number))
    with town.reading() as tx:
        table = trail_table(tx, limit=2)
        assert [table.cell(row, "whom").en for row in table.rows] == ["resident 4", "resident 3"]
        older = trail_table(tx, before=int(table.rows[-1].key[0]))
        assert [older.cell(row, "whom").zh for row in older.rows] == ["居民 2", "居民 1", "居民 0"]
        mine = trail_table(tx, login="chen")
        assert [mine.cell(row, "who") for row in mine.rows] == ["chen", "chen"]
        assert mine.cell(mine.rows[0], "what").en == "Saw a resident"
    with town.transaction() as tx:
        for detail in (
            "fever, 100 rows from 200; round 3 桂园社区",
            "line_list.xlsx with whole numbers",
            "round 2: 7 changes",
        ):
            note_deed(tx, chen, "downloaded", "campaign 1", DUE + timedelta(9), detail)
    with town.reading() as tx:
        told = [row.cells[-1] for row in trail_table(tx, limit=3).rows]
    assert [detail.zh for detail in told] == [
        "第 2 轮: 更改 7 处", "line_list.xlsx 含完整号码", "发热，200 起 100 行；第 3 轮 桂园社区"
    ]  # fmt: skip
    assert told[1].en == "line_list.xlsx with whole numbers"
