"""Residents as dialogs and eyes see them."""

import pytest

from records.residents import add_do_not_call, community_of, do_not_call, load_members, masked
from tests.records.town import BABY, FAMILY, WANG


def test_members_come_in_the_order_asked_for(town):
    with town.store.reading() as tx:
        assert [m.name for m in load_members(tx, [BABY, WANG])] == ["王宝", "王伟"]
        with pytest.raises(KeyError, match="no resident 77"):
            load_members(tx, [WANG, 77])


def test_community_of_a_household_is_named(town):
    with town.store.reading() as tx:
        assert community_of(tx, FAMILY) == "桂园社区"
        with pytest.raises(KeyError, match="no household 77"):
            community_of(tx, 77)


def test_number_is_put_on_the_list_once(town, now):
    with town.store.transaction() as tx:
        add_do_not_call(tx, ["+8611100000001", "+8611100000002"], "asked", now)
        add_do_not_call(tx, ["+8611100000001"], "again", now)
        add_do_not_call(tx, [], "nobody", now)
        assert do_not_call(tx) == {"+8611100000001", "+8611100000002"}


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8611155076401", "+86111****6401"),
        ("+442079460018", "+44207***0018"),
        ("11155076401", "111550*6401"),
        ("62345678", "****5678"),
        ("12345", "****5"),
        ("1", "1"),
        ("", ""),
    ],
)
def test_number_is_masked_in_its_middle(phone, shown):
    assert masked(phone) == shown
