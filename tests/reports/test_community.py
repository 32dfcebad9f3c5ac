"""Every figure of every place, on every database, against a plain count of the records one by one."""

import statistics
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from records.symptoms import BIT, SYMPTOMS
from records.tables import Community, FollowUp, Record
from reports.community import community_table, day_table, disposition_table, overview_table, rate_table, symptom_table
from reports.figures import LEVELS, Scope, read_figures
from reports.indicators import ALL, DISPOSITIONS, MAIN, RESIDENTS
from reports.labels import DISPOSITION_LABELS, VISITS
from reports.table import Ratio, Unbalanced
from tests.reports.town import DAY

PARTS = {"district": 1, "subdistrict": 2, "community": 3, "grid": 4, "building": 5}


def everybody(connection):
    """All records as plain rows, each with its path and the kinds of its open tasks."""
    tasks = {}
    for row in connection.execute(select(FollowUp).where(FollowUp.closed_at.is_(None))):
        tasks.setdefault((row.round, row.resident_id), []).append(row.kind)
    columns = (Record.__table__, Community.district, Community.subdistrict, Community.name)
    for row in connection.execute(select(*columns).join(Community, Community.id == Record.community_id)):
        path = (row.district, row.subdistrict, row.name, row.grid, row.building)
        yield row, path, tasks.get((row.round, row.resident_id), [])


def count(people, key):
    """The figure `key` of some people, counted the slow way."""
    rows = [row for row, _, _ in people]
    if key in DISPOSITION_LABELS:
        return sum((row.disposition or "pending") == key for row in rows)
    if key.startswith("has_"):
        return sum(bool(row.present & BIT[key.removeprefix("has_")]) for row in rows)
    minutes = [(row.reported_at - row.due_at).total_seconds() // 1 / 60 for row in rows if row.reported_at]
    temperatures = [row.temperature_c for row in rows if row.temperature_c is not None]
    known_fever = sum(row.fever is not None for row in rows)
    return {
        "residents": lambda: len(rows),
        "attempted": lambda: sum(row.attempts > 0 for row in rows),
        "reached": lambda: sum(row.reached for row in rows),
        "reached_share": lambda: Ratio(sum(row.reached for row in rows), sum(row.attempts > 0 for row in rows)),
        "reported": lambda: len(minutes),
        "reported_share": lambda: Ratio(len(minutes), len(rows)),
        "by_proxy": lambda: sum(row.reporter == "proxy" for row in rows),
        "fever": lambda: sum(row.fever is True for row in rows),
        "fever_share": lambda: Ratio(sum(row.fever is True for row in rows), known_fever),
        "fever_measured_share": lambda: Ratio(sum(t >= 37.3 for t in temperatures), len(temperatures)),
        "symptomatic": lambda: sum(row.status == "symptomatic" for row in rows),
        "asymptomatic": lambda: sum(row.status == "asymptomatic" for row in rows),
        "non_reporting": lambda: sum(row.status == "non_reporting" for row in rows),
        "closed": lambda: sum(row.status == "closed" for row in rows),
        "no_status": lambda: sum(row.status is None for row in rows),
        "needs_help": lambda: sum(row.needs_help is True for row in rows),
        "needs_help_share": lambda: Ratio(
            sum(row.needs_help is True for row in rows), sum(row.needs_help is not None for row in rows)
        ),
        "contact_share": lambda: Ratio(
            sum(row.contact is True for row in rows), sum(row.contact is not None for row in rows)
        ),
        "to_visit": lambda: sum(any(kind in VISITS for kind in kinds) for _, _, kinds in people),
        "to_call": lambda: sum(any(kind not in VISITS for kind in kinds) for _, _, kinds in people),
        "urgent": lambda: sum("urgent_visit" in kinds for _, _, kinds in people),
        "mean_c": lambda: statistics.fmean(temperatures) if temperatures else None,
        "median_c": lambda: statistics.median(temperatures) if temperatures else None,
        "max_c": lambda: max(temperatures, default=None),
        "median_minutes": lambda: statistics.median(minutes) if minutes else None,
    }[key]()


COUNTED = [i for i in ALL if not i.key.startswith(("rr", "coop", "ref1", "con1")) and not i.key.endswith("_share")]
COUNTED += [i for i in ALL if i.key in ("reached_share", "reported_share", "fever_share", "fever_measured_share",
                                        "needs_help_share", "contact_share")]  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_of_every_place_is_what_a_plain_count_gives(town, level):
    with town.reading() as connection:
        people = list(everybody(connection))
        table = community_table(read_figures(connection, Scope(1)), level, COUNTED)
    places = {row.key for row in table.rows}
    assert places == {path[: PARTS[level]] for _, path, _ in people}
    for row in table.lines:
        here = [each for each in people if each[1][: len(row.key)] == row.key]
        for indicator in COUNTED:
            expected = count(here, indicator.key)
            told = f"{row.key} {indicator.key}"
            if isinstance(expected, float):
                assert table.cell(row, indicator.key) == pytest.approx(expected, abs=1e-9), told
            else:
                assert table.cell(row, indicator.key) == expected, told


def test_symptoms_are_counted_among_those_known(town):
    with town.reading() as connection:
        people = [row for row, _, _ in everybody(connection)]
        table = symptom_table(read_figures(connection, Scope(1)))
    assert [row.key for row in table.rows] == [(name,) for name in SYMPTOMS]
    for row in table.rows:
        bit = BIT[row.key[0]]
        present, absent = sum(bool(p.present & bit) for p in people), sum(bool(p.absent & bit) for p in people)
        assert row.cells[1:] == (present, absent, present + absent, Ratio(present, present + absent))


def test_days_rounds_and_places_narrow_the_figures(town):
    second = DAY + timedelta(days=1)
    with town.reading() as connection:
        people = list(everybody(connection))

        def residents(**scope):
            return read_figures(connection, Scope(1, **scope)).whole().count(("residents",))

        assert residents() == len(people) == 720
        assert residents(first_day=second) == 480
        assert residents(first_day=second, last_day=second) == residents(round=1) == 240
        assert residents(last_day=date(2026, 3, 1)) == 0
        for place in ({"community": "梅里社区"}, {"subdistrict": "望山街道", "grid": "第1网格"}):
            levels = {"subdistrict": 1, "community": 2, "grid": 3}
            expected = sum(all(path[levels[level]] == name for level, name in place.items()) for _, path, _ in people)
            assert residents(place=place) == expected > 0
        both = {"community": ["梅里社区", "桂园社区"]}
        assert residents(place=both) == sum(path[2] in both["community"] for _, path, _ in people)


def test_an_unknown_level_is_named(town):
    with town.reading() as connection, pytest.raises(KeyError, match="street"):
        read_figures(connection, Scope(1, place={"street": "x"}))


def test_another_threshold_counts_other_fevers(town):
    with town.reading() as connection:
        hot = [row.temperature_c for row, _, _ in everybody(connection) if row.temperature_c is not None]
        for threshold in (36.6, 38.0):
            whole = read_figures(connection, Scope(1), threshold).whole()
            assert whole.count(("fever_measured",)) == sum(value >= threshold for value in hot)


def test_the_trend_has_a_row_for_each_day_and_no_total(figures):
    table = day_table(figures)
    assert [row.cells[0] for row in table.rows] == [DAY + timedelta(days=n) for n in range(3)]
    assert table.total is None
    assert [table.cell(row, "residents") for row in table.rows] == [240] * 3


def test_dispositions_of_the_whole_are_all_residents(figures):
    table = disposition_table(figures)
    assert [row.key[0] for row in table.rows] == list(DISPOSITION_LABELS)
    assert sum(row.cells[1] for row in table.rows) == table.total.cells[1] == 720


def test_a_disposition_that_nobody_knows_stops_the_table(small):
    with small.transaction() as tx:
        tx.execute(Record.__table__.update().where(Record.id == 1).values(disposition="uncooperative"))
        figures = read_figures(tx, Scope(1))
    with pytest.raises(Unbalanced, match=r"complete .* is not residents"):
        community_table(figures, "community", (RESIDENTS, *DISPOSITIONS))


def test_screens_and_files_of_one_scope_show_the_same_figure(figures):
    overview, places, rates = overview_table(figures), community_table(figures, "building", ALL), rate_table(figures)
    (row,) = overview.rows
    for column in overview.columns:
        assert overview.cell(row, column.key) == places.cell(places.total, column.key)
    for rate in rates.rows:
        assert rates.cell(rate, "value") == places.cell(places.total, rate.key[0])


def test_the_newest_round_is_the_last_that_has_begun(small):
    later = {"campaign_id": 1, "round": 3, "day": DAY + timedelta(days=3), "due_at": None}
    with small.transaction() as tx:
        before = read_figures(tx, Scope(1))
        first = tx.execute(select(Record.__table__).where(Record.round == 2)).first()._mapping
        later["due_at"] = first["due_at"]
        blank = {
            key: first[key] for key in ("resident_id", "household_id", "community_id", "grid", "building", "language")
        }
        tx.execute(insert(Record), [{**blank, **later, "other": {}}])
        after = read_figures(tx, Scope(1))
    assert before.newest_round == after.newest_round == 2
    assert after.of_round(3).whole().count(("pending",)) == 1


def test_a_campaign_without_records_has_empty_tables(small):
    with small.reading() as connection:
        figures = read_figures(connection, Scope(99))
    assert community_table(figures).rows == ()
    assert overview_table(figures).rows[0].cells[0] == 0
    assert figures.newest_round == 0


def test_buildings_are_sorted_by_their_number(figures):
    table = community_table(figures, "building", MAIN)
    numbers = [int(row.key[4].removesuffix("号楼")) for row in table.rows if row.key[2:4] == ("桂园社区", "第1网格")]
    assert numbers == sorted(numbers)
    assert len(numbers) > 1
