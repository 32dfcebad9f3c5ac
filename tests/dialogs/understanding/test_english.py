"""English answers by their build: homes told by age, place and kin, and what only looks like people."""

import pytest

from dialogs.understanding import understand


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("me and my 6 year old", 2),
        ("my husband, a five year old, a three year old and me", 4),
        ("me and the boys, 5 and 7", 3),
        ("me, my husband and three kids: 2, 5 and 9", 5),
        ("me and my lad, he's 12", 2),
        ("I'm 82, on my own", 1),
        ("I'm a single mum with three", 4),
        ("single parent of two", 3),
        ("couple with one kid", 3),
        ("two parents, three kids, I'm the middle one", 5),
        ("me, mum, dad and two sisters, I'm the eldest", 5),
        ("three, four when my brother's back", 3),
        ("me and the weans, there's three weans", 4),
        ("two in the basement, three upstairs and me", 6),
        ("wife, me and her mother", 3),
        ("6 with the maid", 6),
        ("five and everyone is healthy", 5),
        ("My wife is in India right now so it's only me", 1),
        ("me and Rex, Rex is a labrador", 1),
        ("it's me, Dave, Sue and little Tommy", 4),
        ("me, my wife Ann, our son Tim and baby Leo", 4),
    ],
)
def test_homes_told_by_age_place_and_kin(text: str, people: int) -> None:
    assert understand(text, context="household", lang="en").count == people
