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
        ("my two, his two, and us", 6),
        ("my wife's 43, my lad's 12 and I'm 45", 3),
        ("my sister's family of four and the two of us", 6),
        ("wife and children in Dhaka, here alone", 1),
        ("Well we had four but they've all grown up and gone, so it's me and Harold", 2),
        ("two apart from myself", 3),
        ("there are five and I'm the sixth", 6),
        ("I have four people living with me", 5),
        ("I've got two roommates, Kyle and DeShawn", 3),
        ("me, him, four under ten", 6),
        ("me, the wife, two kids, and three cats", 4),
        ("me, my wife Ann, our son Tim and baby Leo", 4),
    ],
)
def test_homes_told_by_age_place_and_kin(text: str, people: int) -> None:
    assert understand(text, context="household", lang="en").count == people


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("thirty six an six", 36.6),
        ("tree six point seven", 36.7),
        ("thirty seven point one, no, tell a lie, point three", 37.3),
        ("98.6 baby", 37.0),
        ("nah 36.6 mate", 36.6),
        ("30 degrees outside but I'm 36.7", 36.7),
        ("dropped to 36.8 after the Panadol, it was 38.2", 36.8),
        ("36.9 for me, 38 for him", 36.9),
    ],
)
def test_readings_told_in_passing(text: str, degrees: float) -> None:
    assert understand(text, context="temperature", lang="en").temperature_c == pytest.approx(degrees, abs=0.05)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for days ago", 4),
        ("be a week tomorrow", 6),
        ("a week ago yesterday", 8),
        ("two days before yesterday", 3),
        ("I told you three days before, it's five really", 5),
        ("my wife got it a week ago, me three days ago", 3),
        ("this is the fifth day", 4),
        ("week and a half", 10),
    ],
)
def test_times_reckoned_together(text: str, days: int) -> None:
    assert understand(text, context="onset", lang="en").onset_days_ago == days


@pytest.mark.parametrize(
    ("text", "symptoms"),
    [
        ("hv cough n sore thrt", ("cough", "sore_throat")),
        ("loss of tatse", ("loss_of_smell_taste",)),
        ("stuffed up nose, can't breathe through it", ("runny_nose",)),
        ("feelin poorly, chuckin' up all night", ("vomiting",)),
        ("throats on fire", ("sore_throat",)),
        ("no appetite and a cough", ("cough",)),
        ("bellyache, no runs though", ()),
    ],
)
def test_symptoms_in_slips_and_pictures(text: str, symptoms: tuple[str, ...]) -> None:
    assert understand(text, context="symptoms", lang="en").symptoms_present == symptoms


@pytest.mark.parametrize("text", ["all good 👍", "none of the above", "me no sick", "good", "nobody here is sick"])
def test_healthy_in_few_words(text: str) -> None:
    assert understand(text, context="symptoms", lang="en").yes_no == "no"
