"""What residents can do on Telegram besides answering: buttons, voice, corrections, questions about themselves."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from records.addresses import linked_at
from records.health import default_rules
from records.health_code import check_code
from records.invitations import Invited, invite
from records.notices import PURPOSE, Unreached, leave_notice
from records.staff import add_member
from records.staff_chats import member_at
from records.tables import Address, Conversation, FollowUp, Inbox, Record, Turn
from tests.bots.chats import ANN, LI, SEAL, WANG, now

SHANGHAI = ZoneInfo("Asia/Shanghai")


def linked(town, person):
    with town.store.reading() as tx:
        return linked_at(tx, "telegram", str(person.number))


def answers(town, resident=WANG):
    town.settled()
    (record,) = town.rows(Record, Record.resident_id == resident)
    return record


# buttons


def test_temperature_is_typed_on_a_number_pad(town):
    town.launch()
    town.start()
    town.link(town.wang)
    question = town.wang.last
    rows = [[b["text"] for b in row] for row in question["reply_markup"]["inline_keyboard"]]
    assert rows == [["7", "8", "9"], ["4", "5", "6"], ["1", "2", "3"], [".", "0", "⌫"], ["✓ __._ °C"]]
    for sign in (".", "3", "7", "⌫", "6", ".", ".", "8", "1", "2", "⌫"):  # quicker than the screen follows
        town.wang.presses(sign, question)
    town.settled()
    assert question["reply_markup"]["inline_keyboard"][-1][0]["text"] == "✓ 36.8 °C"
    town.talk(town.wang, ["[✓ 36.8 °C]"])
    town.settled()
    assert question["reply_markup"]["inline_keyboard"] == [[{"text": "✓ 36.8", "callback_data": "chosen"}]]
    town.talk(town.wang, ["[都没有]", "[不是]", "[都不需要]"])
    assert (answers(town).temperature_c, answers(town).colour) == (36.8, "green")


def test_symptoms_are_ticked_and_unticked(town):
    town.launch()
    town.start()
    town.link(town.ann)
    town.talk(town.ann, ["36.6"])
    question = town.ann.last
    for label in ("☐ cough", "☐ headache", "☐ rash"):
        town.ann.presses(label, {**question, "reply_markup": question["reply_markup"]})
    town.settled()
    assert {"☑ cough", "☑ headache", "☑ rash", "☐ fever"} <= set(town.ann.labels)
    town.ann.presses("☑ rash")
    town.settled()
    town.talk(town.ann, ["[✓ Done]"])
    assert "When did it start" in town.ann.last["text"]
    town.talk(town.ann, ["[Yesterday]", "[no]"])
    for label in ("☐ food", "☐ a visit"):
        town.ann.presses(label)
        town.settled()
    town.talk(town.ann, ["[✓ Done]"])
    record = answers(town, ANN)
    assert record.disposition == "complete"
    assert (record.present, record.needs) == (1 << 1 | 1 << 7, "food; visit")
    assert record.onset_on == (now().astimezone(SHANGHAI) - timedelta(days=1)).date()


def test_nothing_entered_is_no_answer_and_what_is_made_up_is_no_button(town):
    town.launch()
    town.start()
    town.link(town.wang)
    question, turns = town.wang.last, town.count(Turn)
    town.wang.presses("✓ __._ °C")
    conversation = town.rows(Conversation)[0].id
    of = f"{conversation}:1"
    made_up = (f"digit:{of}:x", f"tick:{of}:cough", f"enter:{of}:36.5", f"option:{of}:5", "digit:9:9:1", "hour:99")
    for data in (*made_up, "hour:x", "language:fr", "who:1", "correct:1", ":::", "who"):
        buttons = [[{"text": "x", "callback_data": data}]]
        town.wang.presses("x", {**question, "reply_markup": {"inline_keyboard": buttons}})
    town.settled()
    notices = [query.get("text") for query in town.api.sent("answerCallbackQuery")]
    assert notices == ["请先按数字或勾选。"] + ["这个问题已经过去了。"] * 12
    assert town.count(Turn) == turns


def test_free_text_goes_before_what_is_half_ticked(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度5"])
    town.wang.presses("☐ 皮疹")
    town.settled()
    town.talk(town.wang, ["就是有点咳嗽", "昨天", "没有", "不用"])
    assert answers(town).present == 1 << 1


# invitations


@pytest.fixture
def code(town):
    def make(resident=WANG, at=None):
        with town.store.transaction() as tx:
            return invite(tx, SEAL, Invited(resident_id=resident), at or now())

    return make


def test_invitation_links_the_chat_it_is_first_used_in(town, code):
    town.launch()
    town.start()
    token = code()
    assert len(token) <= 64
    town.stranger.writes(f"/start {token}")
    town.stranger.gets(2)
    assert town.stranger.last["text"].startswith("王伟，您好")
    assert linked(town, town.stranger).resident_id == WANG
    town.ann.writes(f"/start {token}")
    assert "used already" in town.ann.gets(1)
    town.stranger.writes(f"/start {token}")  # the link pressed once more
    town.stranger.gets(3)
    assert town.stranger.texts[-1] == town.stranger.texts[-2]


@pytest.mark.parametrize("kind", ["expired", "forged", "replaced"])
def test_invitation_that_is_no_good_is_refused_kindly(town, code, kind):
    town.start()
    token = code(at=now() - (timedelta(days=30) if kind == "expired" else timedelta(hours=1)))
    if kind == "replaced":
        code(at=now() - timedelta(minutes=1))
    if kind == "forged":
        token = token[:-3] + ("abc" if not token.endswith("abc") else "xyz")
    town.wang.writes(f"/start {token}")
    assert ("复制完整" if kind == "forged" else "过期") in town.wang.gets(1)
    assert town.wang.last["reply_markup"]["keyboard"][0][0]["request_contact"]
    assert linked(town, town.wang) is None


def test_link_of_a_notice_links_the_chat_while_it_is_good(town):
    town.launch(line="simulated")
    with town.store.transaction() as tx:
        home = Unreached(1, 0, 1, {WANG: "+8611100000001"})
        leave_notice(tx, home, now(), now() + timedelta(hours=1), links=True)
    town.start()
    town.stranger.writes(f"/start {SEAL.sign(PURPOSE, 1)}")
    town.stranger.gets(2)
    assert linked(town, town.stranger).resident_id == WANG
    town.ann.writes(f"/start {SEAL.sign(PURPOSE, 2)}")
    assert "expired" in town.ann.gets(1)


def test_invitation_for_staff_makes_the_chat_one_of_theirs(town):
    with town.store.transaction() as tx:
        member = add_member(tx, "zhang", name="张姐", role="worker", now=now())
        token = invite(tx, SEAL, Invited(staff_id=member.id), now())
    town.start()
    town.stranger.writes(f"/start {token}")
    assert "张姐" in town.stranger.gets(1)
    with town.store.reading() as tx:
        assert member_at(tx, "telegram", str(town.stranger.number)).login == "zhang"


# corrections


DONE = ["36度5", "没有", "没有", "不用"]


def test_last_answer_is_put_right_after_the_end(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, DONE)
    assert town.wang.labels == ["更正"]
    assert answers(town).needs_help is False
    town.talk(town.wang, ["[更正]"])
    assert "帮忙" in town.wang.last["text"]
    town.talk(town.wang, ["要买药"])
    assert "再见" in town.wang.last["text"]
    assert (answers(town).needs, answers(town).disposition) == ("medicine", "complete")
    assert town.count(Conversation) == 1


def test_any_answer_is_put_right_in_words_for_a_quarter_of_an_hour(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, DONE)
    town.talk(town.wang, ["体温说错了，是38度6"])
    assert "38.6" in town.wang.last["text"]
    town.talk(town.wang, ["对", "昨天"])
    record = answers(town)
    assert (record.temperature_c, record.fever, record.colour) == (38.6, True, "red")
    town.stop()
    with town.store.transaction() as tx:
        tx.execute(update(Conversation).values(updated_at=now() - timedelta(minutes=16)))
    town.start()
    town.talk(town.wang, ["/correct"])
    assert "十五分钟" in town.wang.last["text"]
    assert town.wang.labels == ["重新报告"]


def test_correction_within_the_talk_asks_the_last_question_again(town):
    town.launch()
    town.start()
    town.link(town.ann)
    town.talk(town.ann, ["36.5", "/correct"])
    assert "temperature" in town.ann.last["text"]
    town.talk(town.ann, ["36.9", "none", "no", "no"])
    assert answers(town, ANN).temperature_c == 36.9


# about themselves


def test_status_is_a_picture_that_a_guard_can_check(town):
    zxing = pytest.importorskip("zxingcpp", reason="reading QR codes needs zxing-cpp")
    from io import BytesIO

    from PIL import Image

    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["我的健康码"])
    assert "近期没有报告" in town.wang.last["text"]
    town.talk(town.wang, [*DONE, "我的健康码是什么颜色？"])
    assert "绿码" in town.wang.last["text"]
    assert "没有症状" in town.wang.last["text"]
    (read,) = zxing.read_barcodes(Image.open(BytesIO(town.wang.last["png"])))
    with town.store.reading() as tx:
        shown = check_code(tx, SEAL, default_rules(), read.text, now())
    assert (shown.resident_id, shown.colour) == (WANG, "green")
    assert town.count(Conversation) == 1


def test_what_was_said_this_week_is_told_and_only_their_own(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["这周我说过什么？"])
    assert town.wang.last["text"] == "这一周还没有您的报告。"
    town.talk(town.wang, ["36度8", "有点咳嗽", "昨天", "没有", "不用", "/week"])
    assert "36.8°C，咳嗽，黄码" in town.wang.last["text"]
    town.link(town.ann)
    town.talk(town.ann, ["What did I say this week?"])
    assert town.ann.last["text"] == "There is no report of yours this week."


def test_whoever_wishes_to_be_forgotten_is_asked_first(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度5", "忘记我", "[不用了]"])
    assert linked(town, town.wang) is not None
    town.talk(town.wang, ["/forget", "[忘记我]"])
    assert "抹除" in town.wang.last["text"]
    assert linked(town, town.wang) is None
    (work,) = town.rows(FollowUp, FollowUp.kind == "erasure")
    assert (work.resident_id, work.state) == (WANG, "open")
    assert all(row.over for row in town.rows(Conversation))
    town.talk(town.wang, ["36度5"])
    assert "分享" in town.wang.last["text"]


def test_forgotten_resident_is_erased_by_staff_and_the_work_is_done(town):
    from records.erasure import erase

    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, [*DONE, "/forget", "[忘记我]"])
    town.settled()
    town.stop()
    erase(town.store, WANG, now() + timedelta(hours=1))
    (work,) = town.rows(FollowUp, FollowUp.kind == "erasure")
    assert (work.state, work.outcome) == ("closed", "erased")
    assert all(str(town.wang.number) not in str(row) for row in (*town.rows(Inbox), *town.rows(Address)))


@pytest.mark.parametrize("way", [["/language", "[English]"], ["English please"], ["说英语"]])
def test_language_is_changed_in_the_middle(town, way):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度5", *way])
    assert "Do you have any symptoms" in town.wang.last["text"]
    assert linked(town, town.wang).language == "en"
    town.talk(town.wang, ["none", "请说中文吧"])
    assert "十四天" in town.wang.last["text"]
    assert linked(town, town.wang).language == "zh-Hans"


def test_what_the_bot_cannot_read_is_declined_and_the_question_stays(town):
    town.launch()
    town.start()
    town.link(town.wang)
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    origin = {"type": "hidden_user", "sender_user_name": "x", "date": 1}
    for content, word in (
        ({"photo": photo, "caption": "39度"}, "照片"),
        ({"text": "38度9", "forward_origin": origin}, "转发"),
        ({"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, "看不懂"),
    ):  # fmt: skip
        count = len(town.wang.received)
        town.wang.does(**content)
        town.wang.gets(count + 2)
        assert word in town.wang.texts[-2]
        assert "体温" in town.wang.texts[-1]
    assert town.count(Turn) == 1


# the daily question


def test_hour_of_the_daily_question_is_chosen_by_button_command_or_words(town):
    town.launch()
    town.start()
    town.link(town.ann)
    assert linked(town, town.ann).hour is None
    town.talk(town.ann, ["/time", "[20:00]"])
    assert town.ann.last["text"] == "All right, I will ask you every day at 20:00."
    assert linked(town, town.ann).hour == 20
    town.talk(town.ann, ["/time 7"])
    assert linked(town, town.ann).hour == 7
    town.talk(town.ann, ["Please ask me every day at 6 pm"])
    assert linked(town, town.ann).hour == 18
    town.talk(town.ann, ["/time", "[Do not ask daily]"])
    assert not linked(town, town.ann).asks


def due(town, asked=0, ago=timedelta(minutes=1)):
    with town.store.transaction() as tx:
        tx.execute(update(Address).values(ask_at=now() - ago, asked=asked))


def test_daily_question_is_written_once_and_answered_like_any_other(town, monkeypatch):
    town.launch()
    with town.store.transaction() as tx:
        tx.execute(insert(Address), {"channel": "telegram", "address": str(town.wang.number), "resident_id": WANG,
                                     "linked_at": now(), "ask_at": now()})  # fmt: skip
    town.start()
    town.wang.gets(1)
    assert town.wang.last["text"].startswith("伟，您好！今天身体怎么样")
    count = len(town.wang.received)
    town.wang.writes("36度5，没有不舒服")
    town.wang.gets(count + 2)
    town.talk(town.wang, ["没有", "不用"])
    assert answers(town).disposition == "complete"
    due(town, asked=1)
    town.api.until(lambda: town.rows(Address)[0].ask_at > now(), "the reminder to be passed over")
    assert len(town.wang.received) == 5


def test_reminder_repeats_the_question_that_is_open_and_survives_a_restart(town, monkeypatch):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度5"])
    question = town.wang.last
    town.stop()
    due(town, asked=1)
    town.start()
    count = len(town.wang.received)
    town.wang.gets(count)
    town.api.until(lambda: len(town.wang.received) == 4, "the reminder")
    assert town.wang.last["text"] == "我们刚才还没说完：\n" + question["text"]
    assert town.wang.labels == [b["text"] for row in question["reply_markup"]["inline_keyboard"] for b in row]
    town.talk(town.wang, ["没有", "没有", "不用"])
    assert answers(town).disposition == "complete"


def test_whoever_stopped_or_blocked_is_not_asked(town, monkeypatch):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["/stop"])
    town.link(town.ann)
    town.ann.blocked = True
    due(town)
    town.api.until(lambda: town.rows(Address, Address.blocked_at.is_not(None)), "the block to be noted")
    due(town)
    count = len(town.api.sent())
    town.li.writes("/start")
    town.li.gets(1)
    assert len(town.api.sent()) == count + 1
    assert len(town.wang.received) == 3


def test_shared_phone_can_be_linked_by_each_of_the_family(town, code):
    town.launch()
    town.start()
    town.li.writes(f"/start {code(LI)}")
    town.li.gets(2)
    assert linked(town, town.li).resident_id == LI
