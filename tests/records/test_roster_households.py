"""Who is a household when the roster does not say which flat: the people of one phone in one place."""

from collections import Counter
from itertools import groupby

import pytest
from sqlalchemy import insert, select

from records.erasure import erase
from records.residents import roster
from records.roster import import_roster
from records.rounds import launch_round
from records.tables import Campaign, Community, Household, Resident
from reports.figures import Scope
from reports.line_list import line_list


def phone(number):
    return f"1115507{number:04}"


@pytest.fixture
def bring_in(store, now, tmp_path):
    """Imports rows below a header, and gives the result and the households as sets of names."""

    def import_rows(header, *rows):
        path = tmp_path / "residents.csv"
        path.write_text("\n".join([header, *(",".join(row) for row in rows)]), encoding="utf-8")
        result = import_roster(store, path, now)
        with store.reading() as tx:
            homes = groupby(roster(tx), key=lambda listed: listed.household_id)
            return result, sorted({one.name for one in home} for _, home in homes)

    return import_rows


def test_everybody_with_a_phone_of_their_own_is_a_household(bring_in, store, now):
    rows = [(f"居民{n}", phone(n), "桂园社区") for n in range(300)]
    result, homes = bring_in("姓名,手机号,社区", *rows)
    assert (result.added, len(homes), max(map(len, homes))) == (300, 300, 1)
    again, homes = bring_in("姓名,手机号,社区", *rows, ("新来", phone(7), "桂园社区"))
    assert (again.added, again.updated, len(homes)) == (1, 300, 300)
    assert {"居民7", "新来"} in homes
    with store.session() as session:
        assert session.query(Household).count() == 300
        assert session.query(Resident).count() == 301


def test_newcomers_anywhere_in_the_list_get_households_of_their_own(bring_in):
    rows = [(f"居民{n}", phone(n)) for n in range(20)]
    bring_in("姓名,手机号", *rows)
    for newcomers, place in enumerate((20, 19, 18, 0, 7), start=1):
        rows.insert(place, (f"新来{newcomers}", phone(100 + newcomers)))
        result, homes = bring_in("姓名,手机号", *rows)
        assert (result.added, len(homes)) == (1, 20 + newcomers)


def test_within_a_building_families_are_those_who_share_a_phone(bring_in):
    rows = [(f"居民{n}", phone(n // 3), f"{n % 2 + 1}号楼" if n < 12 else "3号楼") for n in range(60)]
    expected = Counter((number, building) for _, number, building in rows)
    for added in (60, 0):
        result, homes = bring_in("姓名,手机号,楼栋", *rows)
        assert (result.added, result.updated) == (added, 60 - added)
        assert sorted(map(len, homes)) == sorted(expected.values())


def test_flat_makes_the_household_where_it_is_given(bring_in):
    rows = [
        ("王伟", phone(1), "101"),
        ("李娜", phone(2), "101"),
        ("王宝", phone(1), ""),
        ("王贝", phone(1), ""),
        ("张三", phone(3), ""),
    ]
    for _ in range(2):
        _, homes = bring_in("姓名,手机号,房号", *rows)
        assert sorted(map(sorted, homes)) == [["张三"], ["李娜", "王伟"], ["王宝", "王贝"]]


def test_changed_phone_with_an_id_is_another_household_but_the_same_person(bring_in):
    bring_in("编号,姓名,手机号", ("1", "王伟", phone(1)), ("2", "李娜", phone(1)))
    result, homes = bring_in("编号,姓名,手机号", ("2", "李娜", phone(2)))
    assert (result.updated, sorted(map(sorted, homes))) == (1, [["李娜"], ["王伟"]])


def test_household_of_strangers_in_an_older_store_falls_apart(bring_in, store, now):
    rows = [(f"居民{n}", phone(n), "桂园社区") for n in range(5)]
    bring_in("姓名,手机号,社区", *rows)
    with store.session() as session:
        session.add(heap := Household(community_id=1))
        session.flush()
        session.query(Resident).update({"household_id": heap.id})
        session.commit()
    result, homes = bring_in("姓名,手机号,社区", *rows)
    assert (result.added, result.updated, len(homes)) == (0, 5, 5)


def test_community_that_has_no_column_is_one_that_is_not_known(bring_in, store):
    result, homes = bring_in("姓名,手机号", ("王伟", phone(1)), ("李娜", phone(2)))
    assert (result.rejected, len(homes)) == ([], 2)
    with store.session() as session:
        assert session.scalars(select(Community.name)).all() == ["未填 not given"]


def test_lists_show_a_blank_where_no_flat_is_given(bring_in, store, now):
    bring_in("姓名,手机号,楼栋", ("王伟", phone(1), "1号楼"), ("李娜", phone(2), "1号楼"))
    with store.transaction() as tx:
        row = {"name": "day", "script": "daily_check", "script_version": 1, "plan": {}, "created_at": now}
        tx.execute(insert(Campaign), row)
        launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)
        assert {listed.unit for listed in roster(tx)} == {""}
        table = line_list(tx, Scope(1))
        assert [table.cell(row, "unit") for row in table.rows] == [None, None]


def test_number_is_nowhere_when_its_owner_is_erased(bring_in, store, now):
    bring_in("姓名,手机号", ("王伟", phone(4321)))
    erase(store, 1, now)
    with store.reading() as tx:
        rows = tx.exec_driver_sql("SELECT unit FROM household").scalars().all()
    assert rows
    assert not any("4321" in unit for unit in rows)
