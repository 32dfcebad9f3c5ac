"""Clusters of fever: which places stand out in 48 hours, by exact sums, and with the number of places looked at."""

from datetime import timedelta
from math import comb

import pytest
from sqlalchemy import select, update

from records.tables import Household, Record
from reports.clusters import Place, cluster_table
from reports.figures import Scope
from reports.table import Ratio
from tests.reports.town import DUE, settle


def exact(found, inside, cases, everyone):
    """The tail of the hypergeometric distribution in whole numbers."""
    ways = sum(comb(cases, k) * comb(everyone - cases, inside - k) for k in range(found, min(inside, cases) + 1))
    return ways / comb(everyone, inside)


@pytest.mark.parametrize(
    ("found", "inside", "cases", "everyone"),
    [(2, 2, 3, 40), (3, 8, 5, 120), (1, 5, 1, 9), (4, 4, 4, 4), (6, 300, 40, 9000), (0, 3, 2, 50)],
)
def test_chance_is_the_exact_tail(found, inside, cases, everyone):
    place = Place("building", "c", "b", Ratio(found, inside), Ratio(cases - found, everyone - inside))
    assert place.likely == pytest.approx(exact(found, inside, cases, everyone))


@pytest.fixture
def town(store):
    with store.transaction() as tx:
        settle(tx)
        tx.execute(update(Record).values(fever=False, reported_at=DUE + timedelta(hours=2)))
    return store


def feverish(store, *where):
    with store.transaction() as tx:
        return tx.execute(update(Record).where(*where).values(fever=True)).rowcount


def test_building_with_many_fevers_stands_out_with_its_counts(town):
    with town.reading() as tx:
        query = select(Record.community_id, Record.building, Record.resident_id, Record.household_id)
        homes = {}
        for community, building, resident, _ in tx.execute(query):
            homes.setdefault((community, building), []).append(resident)
    (community, building), people = max(homes.items(), key=lambda each: len(each[1]))
    feverish(town, Record.resident_id.in_(people))
    with town.reading() as tx:
        table = cluster_table(tx, Scope(1, round=0))
        of_community = len(list(tx.execute(select(Record.id).where(Record.community_id == community))))
        homes = {row.household_id for row in tx.execute(select(Record.household_id, Record.community_id))}
        buildings = {tuple(row) for row in tx.execute(select(Record.community_id, Record.building))}
    first = table.rows[0]
    assert (first.key[0], first.key[2]) == ("building", building)
    assert table.cell(first, "here") == Ratio(len(people), len(people))
    assert table.cell(first, "elsewhere") == Ratio(0, of_community - len(people))
    assert table.cell(first, "likely") == pytest.approx(exact(len(people), len(people), len(people), of_community))
    looked = int(table.note.en.split("; ")[1].split()[0])
    assert 0 < looked <= len(homes) + len(buildings)
    assert table.cell(first, "together") == pytest.approx(min(1, table.cell(first, "likely") * looked))
    assert ("fevers" in first.marks) == (table.cell(first, "together") < 0.05)


def test_only_fevers_of_48_hours_count_and_no_one_twice(town):
    with town.transaction() as tx:
        home = tx.execute(select(Household.id).where(Household.unit != "").limit(1)).scalar_one()
        people = list(tx.execute(select(Record.resident_id).where(Record.household_id == home)).scalars())
        tx.execute(update(Record).where(Record.household_id == home).values(fever=True))
        kept = dict(tx.execute(select(Record.__table__).where(Record.household_id == home)).first()._mapping)
        again = {k: v for k, v in kept.items() if k != "id"} | {"round": 1, "reported_at": DUE + timedelta(hours=26)}
        tx.execute(Record.__table__.insert(), [again])
    with town.reading() as tx:
        both = cluster_table(tx, Scope(1, round=1))
        table = {row.key[0]: both.cell(row, "fevers") for row in both.rows}
    assert table.get("household", len(people)) == len(people)
    with town.transaction() as tx:
        late = DUE + timedelta(hours=51)
        tx.execute(update(Record).where(Record.round == 1).values(reported_at=late))
    with town.reading() as tx:
        assert cluster_table(tx, Scope(1, round=1)).rows == ()


def test_no_report_no_cluster(town):
    with town.transaction() as tx:
        tx.execute(update(Record).values(reported_at=None))
    with town.reading() as tx:
        assert cluster_table(tx, Scope(1, round=0)).rows == ()
