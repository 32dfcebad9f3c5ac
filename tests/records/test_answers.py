"""What a conversation leaves behind: answers, records, work for humans, the wish not to be called."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialogs.events import Answered, Concluded, Ended, Heard, Requested
from records.answers import fold_conversation, last_answers
from records.residents import do_not_call
from records.symptoms import SYMPTOMS, bits, names
from records.tables import Answer, FollowUp
from tests.records.town import BABY, LI, WANG

ESSENTIAL = ("temperature", "symptoms")
DONE = Ended("complete", "done", "bye")


def well(who, reading=36.5, reporter="self"):
    return [
        Answered("temperature", reading, who, reporter, words="三十六度五"),
        Answered("symptoms", {"present": [], "absent": list(SYMPTOMS)}, who, reporter, words="都没有"),
    ]


def fold_in(town, talk, events, now):
    with town.store.transaction() as tx:
        return fold_conversation(tx, talk, events, essential=ESSENTIAL, now=now)


def test_whole_household_by_proxy_has_each_answer_and_disposition(town, now):
    cough = Answered("symptoms", {"present": ["cough"], "absent": ["fever"]}, "3", "proxy", words="儿子咳嗽")
    talk = town.call()
    events = [Heard(words="...", seconds=12.0), *well("1"), *well("2", reporter="proxy"), cough, DONE]
    assert fold_in(town, talk, events, now) == {WANG: "complete", LI: "complete", BABY: "partial"}
    assert {(a.resident_id, a.name) for a in town.rows(Answer)} == {
        (1, "temperature"), (1, "symptoms"), (2, "temperature"), (2, "symptoms"), (3, "symptoms"),
    }  # fmt: skip
    wang, baby = town.record(WANG), town.record(BABY)
    assert (wang.status, wang.reporter, wang.final, wang.colour) == ("asymptomatic", "self", True, "green")
    assert wang.reported_at == now + timedelta(seconds=12)
    assert (baby.status, baby.reporter, baby.final, baby.colour) == ("symptomatic", "proxy", False, "yellow")
    assert (names(baby.present), baby.temperature_c) == (("cough",), None)


def test_fold_again_changes_nothing(town, now):
    talk = town.call()
    events = [*well("1", 38.2), Requested("stop", "别再打了"), Requested("human", "找个人"), DONE]
    fold_in(town, talk, events, now)
    before = [town.rows(t) for t in (FollowUp,)], town.record(WANG), len(town.rows(Answer))
    fold_in(town, talk, events, now)
    assert ([town.rows(t) for t in (FollowUp,)], town.record(WANG), len(town.rows(Answer))) == before


def test_follow_ups_say_why_and_by_when(town, now):
    talk = town.call()
    events = [
        Requested("emergency", "我爸喘不过气"),
        Answered("temperature", 38.0, "1"),
        Answered("needs", ["food", "猫粮"], "1"),
        Concluded("2", colour="red", follow_up="home_visit"),
        Ended("break_off", "hang_up", "symptoms"),
    ]
    fold_in(town, talk, events, now)
    work = {(f.resident_id, f.kind): f for f in town.rows(FollowUp)}
    assert set(work) == {(1, "emergency"), (1, "red_result"), (1, "needs_help"), (2, "home_visit")}
    emergency = work[1, "emergency"]
    assert (emergency.urgent, emergency.words, emergency.due_at) == (
        True, "我爸喘不过气", now + timedelta(minutes=15),
    )  # fmt: skip
    assert work[1, "needs_help"].words == "food; 猫粮"
    assert not work[1, "needs_help"].urgent


def test_wish_not_to_be_called_is_kept_with_its_words(town, now):
    talk = town.call()
    assert fold_in(town, talk, [Requested("stop", "别再打了"), Ended("refused", "stop", "greeting")], now) == {
        WANG: "refused", LI: "refused", BABY: "refused",
    }  # fmt: skip
    with town.store.reading() as tx:
        assert do_not_call(tx) == {talk.phone}
    assert town.record(LI).final


def test_call_that_says_nothing_does_not_undo_a_partial_report(town, now):
    fold_in(town, town.call(), [Answered("temperature", 36.9, "1"), Ended("break_off", "hang_up", "symptoms")], now)
    assert town.record(WANG).disposition == "break_off"
    later = town.call(after=timedelta(hours=1))
    fold_in(town, later, [Ended("non_contact", "machine", "greeting")], now)
    record = town.record(WANG)
    assert (record.disposition, record.reason, record.temperature_c) == ("break_off", "hang_up", 36.9)
    assert town.record(LI).disposition == "break_off"


def test_later_call_completes_what_an_earlier_one_began(town, now):
    first = [Answered("symptoms", {"present": ["cough"], "absent": ["rash"]}, "1"), Ended("break_off", "hang_up", "x")]
    fold_in(town, town.call(), first, now)
    second = [
        Answered("temperature", 36.4, "1"),
        Answered("symptoms", {"present": ["rash"], "absent": ["cough"]}, "1"),
        Answered("pets", 2, "1"),
        DONE,
    ]
    later = town.call(after=timedelta(hours=2))
    fold_in(town, later, second, now)
    record = town.record(WANG)
    assert (names(record.present), record.disposition, record.other) == (("rash",), "complete", {"pets": 2})
    assert record.conversation_id == later.id


def test_members_not_on_the_list_are_kept_under_the_words_used(town, now):
    events = [*well("1"), Answered("temperature", 37.0, "member:外婆", "proxy"), DONE]
    fold_in(town, town.call(), events, now)
    assert town.record(WANG).other == {"member:外婆": {"temperature": 37.0}}


def test_last_answers_are_those_of_the_last_conversation(town, now):
    day = timedelta(days=1)
    fold_in(town, town.call(), [*well("1", 37.9), Answered("contact", True, "1"), DONE], now)
    fold_in(town, town.call(after=day), [Answered("temperature", 36.6, "1"), DONE], now)
    with town.store.reading() as tx:
        assert last_answers(tx, [WANG, LI], now + 2 * day) == {WANG: {"temperature": 36.6}}
        assert last_answers(tx, [WANG], now + day / 2)[WANG]["contact"] is True
        assert last_answers(tx, [WANG], now) == {}


@given(st.sets(st.sampled_from(SYMPTOMS)))
def test_symptoms_survive_their_bits(chosen):
    assert set(names(bits(chosen))) == chosen
