"""What is understood beyond the scored answers: members, times to call again, choices, plain numbers."""

import pytest

from dialogs.understanding import understand

OPTIONS = {"masks": ["mask", "口罩"], "food": ["food delivery", "送菜"], "doctor": ["doctor", "医生"]}


@pytest.mark.parametrize(
    ("text", "minutes", "at", "day"),
    [
        ("call me back in an hour", 60, None, None),
        ("call me back at six tonight", None, "18:00", 0),
        ("晚上八点再打", None, "20:00", 0),
        ("明天早上再打来", None, "09:00", 1),
        ("过半小时打来", 30, None, None),
        ("can you call me tomorrow morning", None, "09:00", 1),
    ],
)
def test_time_to_call_again(text: str, minutes: int | None, at: str | None, day: int | None) -> None:
    said = understand(text)
    assert said.act == "call_later"
    assert (said.call_later_minutes, said.call_later_at, said.call_later_day) == (minutes, at, day)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("the second one", ("food",)),
        ("第二个", ("food",)),
        ("masks please", ("masks",)),
        ("口照", ("masks",)),
        ("要口罩和送菜", ("masks", "food")),
        ("the last one", ("doctor",)),
        ("no idea", ()),
    ],
)
def test_choice_by_words_place_or_sound(text: str, chosen: tuple[str, ...]) -> None:
    assert understand(text, context="choice", options=OPTIONS).choice == chosen


def test_members_of_the_household_have_their_own_answers() -> None:
    said = understand("my son has a cough, my wife is fine, I'm fine too", context="members", lang="en")
    son, wife = said.members
    assert (son.who, son.symptoms_present, son.well) == ("son", ("cough",), False)
    assert (wife.who, wife.well) == ("wife", True)
    assert said.symptoms_present == ()
    assert said.all_well is False


def test_whole_household_is_well() -> None:
    assert understand("all five of us are fine", context="members", lang="en").all_well is True
    assert understand("家里都好", context="members").all_well is True


def test_plain_number_with_its_unit() -> None:
    assert understand("about 95 percent", context="number", lang="en").number == (95.0, "percent")
    assert understand("三次", context="number").number == (3.0, "次")
