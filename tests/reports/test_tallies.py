"""Figures that are kept are those that a fresh count gives, whatever was changed meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from records.follow_ups import close
from records.tables import FollowUp, Record
from reports import tallies
from reports.figures import LEVELS, Scope, read_figures
from reports.tallies import Tallies
from tests.reports.town import DUE

WHOLE = Scope(1, round=1)
LATER = DUE + timedelta(hours=30, microseconds=1)


@pytest.fixture(params=[0, 40], ids=["one scan", "by community"])
def many(request, monkeypatch):
    monkeypatch.setattr(tallies, "MANY", request.param)


def same(town, kept):
    with town.reading() as tx:
        found = kept.read(tx, 1, 1)
        assert found == read_figures(tx, WHOLE)
    return found


def test_what_is_kept_is_what_a_fresh_count_gives(town, many):
    kept = Tallies()
    first = same(town, kept)
    assert same(town, kept) == first
    of_round = update(Record).where(Record.campaign_id == 1, Record.round == 1)
    for number, values in enumerate(
        ({"fever": True, "present": 1}, {"attempts": Record.attempts + 1}, {"status": "closed", "final": False})
    ):
        with town.transaction() as tx:
            some = of_round.where(Record.resident_id.between(10 * number, 10 * number + 4))
            tx.execute(some.values(**values, changed_at=LATER + timedelta(microseconds=number)))
        assert same(town, kept) != first
    with town.transaction() as tx:  # of the same moment, by a clock that is behind
        tx.execute(of_round.where(Record.resident_id == 99).values(fever=True, changed_at=LATER - timedelta(hours=1)))
    same(town, kept)


def test_records_that_come_and_go_are_counted(town):
    kept = Tallies()
    same(town, kept)
    with town.transaction() as tx:
        row = dict(tx.execute(select(Record.__table__).where(Record.round == 1).limit(1)).one()._mapping)
        row |= {"campaign_id": 1, "round": 2}
        away = tx.execute(select(Record.community_id).where(Record.round == 1).limit(1)).scalar_one()
        tx.execute(delete(Record).where(Record.round == 1, Record.community_id == away))
    gone = same(town, kept)
    with town.transaction() as tx:
        number = tx.execute(select(func.max(Record.id))).scalar_one() + 1
        tx.execute(insert(Record), {**row, "id": number, "round": 1})
    assert same(town, kept) != gone


def test_follow_ups_are_always_those_of_now(town):
    kept = Tallies()
    before = same(town, kept)
    with town.transaction() as tx:
        task = tx.execute(select(FollowUp.id).where(FollowUp.round == 1, FollowUp.closed_at.is_(None)).limit(1))
        close(tx, task.scalar_one(), "seen", "周护士", LATER)
    assert same(town, kept) != before
    assert before != same(town, kept), "what was given out before is not changed by it"


def test_figures_of_a_place_are_those_that_are_counted_there(town):
    with town.reading() as tx:
        whole = Tallies().read(tx, 1, 1)
        for place in ({"subdistrict": "望山街道"}, {"community": ["桂园社区", "松苑社区"]}, {"building": "3号楼"}):
            assert whole.within(place) == read_figures(tx, Scope(1, round=1, place=place))
    with pytest.raises(ValueError, match="not in tuple"):
        whole.within({"street": "x"})


def test_only_so_many_rounds_are_kept(town):
    kept = Tallies(most=2)
    with town.reading() as tx:
        for number in range(3):
            kept.read(tx, 1, number)
    assert len(kept._rounds) == 2


def test_follow_ups_that_were_there_before_their_record_are_counted_with_it(town, many):
    with town.transaction() as tx:
        whose = select(FollowUp.resident_id).where(FollowUp.round == 1, FollowUp.closed_at.is_(None)).limit(1)
        one = (Record.round == 1, Record.resident_id == tx.execute(whose).scalar_one())
        row = dict(tx.execute(select(Record.__table__).where(*one)).one()._mapping)
        tx.execute(delete(Record).where(*one))
    kept = Tallies()
    before = same(town, kept)
    with town.transaction() as tx:
        tx.execute(insert(Record), row)
    assert same(town, kept) != before


def test_sums_that_are_kept_are_those_of_the_spots(town):
    with town.reading() as tx:
        kept = Tallies().read(tx, 1, 1)
        for place in ({}, {"subdistrict": "望山街道"}, {"community": ["桂园社区", "松苑社区"]}, {"building": "3号楼"}):
            found, fresh = kept.within(place), read_figures(tx, Scope(1, round=1, place=place))
            for level in LEVELS:
                assert list(found.by_level(level).items()) == list(fresh.by_level(level).items())
            assert found.whole() == fresh.whole()
