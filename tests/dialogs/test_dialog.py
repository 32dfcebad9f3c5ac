"""Rules of the interpreter that hold whatever is said, and those that no single talk shows."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.dialog import Dialog
from dialogs.events import DISPOSITIONS, Answered, Ended, Heard, Said, from_json, to_json
from dialogs.script import load_script
from dialogs.symptoms import no_symptoms
from dialogs.talk import facts_of

ANSWERS = (
    "是的", "yes", "不是", "no", "36度5", "38.9", "99.5 F", "没有", "都好", "咳嗽，拉肚子", "a cough", "两天前",
    "说错了", "不对，是37度8", "my son has a fever", "我爱人咳嗽", "等一下", "hold on", "再说一遍", "你是谁", "不知道",
    "call me later", "半小时后再打", "转人工", "help", "喂", "为什么？", "English please", "说中文", "买药", "只有咳嗽",
    "五口人", "45度", "all fine",
)  # fmt: skip
WORDS = st.one_of(st.sampled_from(ANSWERS), st.text(max_size=40))
HEARD = st.one_of(
    st.builds(Heard, words=WORDS, confidence=st.floats(0, 1)),
    st.builds(Heard, keys=st.text("0123456789*#", min_size=1, max_size=6), how=st.just("keys")),
    st.just(Heard()),
)
SCRIPTS = ("daily_check", "quarantine_followup", "examples/arrival.yaml")


def opened(name="daily_check", **facts):
    dialog = Dialog(load_script(name), facts_of(facts))
    return dialog, dialog.open()


@pytest.mark.parametrize("name", SCRIPTS)
@given(talk=st.lists(HEARD, max_size=90), channel=st.sampled_from(("phone", "chat")), data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_words_come_to_an_end_with_a_disposition(name, talk, channel, data):
    language = data.draw(st.sampled_from(("zh-Hans", "zh-Hant", "en")))
    previous = data.draw(
        st.sampled_from((None, {"temperature": 38.0, "symptoms": {"present": ["cough"], "absent": []}}))
    )
    dialog, events = opened(name, language=language, members=3, channel=channel, previous=previous)
    for number, heard in enumerate(talk):
        if dialog.over:
            break
        dialog = Dialog.recall(dialog.script, json.loads(json.dumps(dialog.memory())))
        turn = dialog.hear(heard)
        assert dialog.reply.text
        assert number < dialog.script.limits.turns
        events += turn
    events += dialog.interrupt("hung_up")
    assert dialog.over
    assert dialog.disposition in DISPOSITIONS
    assert sum(isinstance(event, Ended) for event in events) == 1
    assert isinstance(events[-1], Ended)
    assert [from_json(json.loads(json.dumps(to_json(event)))) for event in events] == events


@pytest.mark.parametrize("name", SCRIPTS)
def test_silence_ends_after_three_turns(name):
    dialog, _ = opened(name)
    for _ in range(3):
        assert not dialog.over
        dialog.hear(Heard())
    assert dialog.disposition == "non_contact"


def test_turns_are_limited():
    dialog, _ = opened()
    for turn in range(dialog.script.limits.turns):
        assert not dialog.over, turn
        dialog.hear(Heard("再说一遍"))
    assert (dialog.disposition, dialog.step) == ("break_off", "time_up")


def test_seconds_are_limited():
    dialog, _ = opened()
    dialog.hear(Heard("是的", seconds=dialog.script.limits.seconds - 1))
    assert not dialog.over
    events = dialog.hear(Heard("36.5", seconds=dialog.script.limits.seconds))
    assert events[-1] == Ended("break_off", "limit", "time_up")


def test_value_that_waits_for_confirmation_is_kept_when_the_line_dies():
    dialog, _ = opened()
    dialog.hear(Heard("是的"))
    dialog.hear(Heard("38.5"))
    assert dialog.reply.kind == "confirm"
    (answered, *_), ended = dialog.interrupt("hung_up")[:-1], dialog.disposition
    assert (answered.name, answered.value, answered.confirmed) == ("temperature", 38.5, False)
    assert answered.confidence <= 0.5
    assert ended == "break_off"


def test_hanging_up_without_a_word_is_no_contact():
    dialog, _ = opened()
    assert dialog.hear(Heard(hung_up=True))[-1] == Ended("non_contact", "hung_up", "greeting")


def test_hanging_up_after_the_essentials_is_partial():
    dialog, _ = opened()
    for words in ("是的", "36.5", "没有"):
        dialog.hear(Heard(words))
    dialog.hear(Heard(hung_up=True))
    assert dialog.disposition == "partial"


def test_nothing_is_heard_after_the_end():
    dialog, _ = opened()
    dialog.hear(Heard(hung_up=True))
    assert dialog.hear(Heard("36.5")) == [Heard("36.5", step="greeting")]


def test_memory_belongs_to_its_script_and_version():
    dialog, _ = opened()
    with pytest.raises(ValueError, match="daily_check version 1 cannot go on with quarantine_followup"):
        Dialog.recall(load_script("quarantine_followup"), dialog.memory())


def test_recalled_dialog_gives_the_same_reply():
    dialog, _ = opened(members=2)
    dialog.hear(Heard("是的"))
    again = Dialog.recall(dialog.script, json.loads(json.dumps(dialog.memory())))
    assert again.reply == dialog.reply


def test_reply_tells_how_to_listen():
    dialog, _ = opened()
    dialog.hear(Heard("是的"))
    reply = dialog.reply
    assert reply.kind == "temperature"
    assert reply.asked == {"name": "temperature", "person": "1"}
    assert {"三十六度五", "再说一遍", "打错了"} <= set(reply.expects)
    assert (reply.silence_seconds, reply.language, reply.over) == (7.0, "zh-Hans", False)
    dialog.hear(Heard("等一下"))
    assert dialog.reply.silence_seconds == 60


def test_misheard_words_are_asked_about():
    dialog, _ = opened()
    dialog.hear(Heard("是的"))
    dialog.hear(Heard("36.5", confidence=0.4, how="voice"))
    assert dialog.reply.kind == "confirm"
    assert dialog.reply.asked["said"] == {"temperature": 36.5}


def test_every_turn_says_something_once():
    dialog, events = opened()
    for words in ("是的", "36.5", None, "什么", "没有"):
        turn = dialog.hear(Heard(words))
        assert sum(isinstance(event, Said) for event in turn) == 1
    assert [event.step for event in events if isinstance(event, Said)] == ["greeting"]


def test_shortest_telephone_wording_is_no_longer_than_the_chat_wording():
    dialog, _ = opened()
    assert len(dialog.reply.short) < len(dialog.reply.text)


def test_the_next_reading_of_the_recogniser_is_tried_where_the_first_says_nothing():
    dialog, _ = opened()
    dialog.hear(Heard("是的"))
    events = dialog.hear(Heard("三时留都我", confidence=0.9, alternatives=("山十六", "三十六度五"), how="voice"))
    assert [(e.name, e.value, e.confidence) for e in events if isinstance(e, Answered)] == [("temperature", 36.5, 0.72)]


def test_what_was_said_again_can_be_objected_to():
    """The reply tells lines which values were just said again, and of whom, also after a restart."""
    dialog, _ = opened(members=2)
    dialog.hear(Heard("是的"))
    dialog.hear(Heard("三十七度二"))
    again = Dialog.recall(dialog.script, json.loads(json.dumps(dialog.memory())))
    assert again.reply.asked == dialog.reply.asked
    assert (dialog.reply.asked["said"], dialog.reply.asked["said_of"]) == ({"temperature": 37.2}, "1")
    dialog.hear(Heard("没有"))
    assert dialog.reply.asked["said"] == {"symptoms": no_symptoms()}
