"""Residents answer by Telegram: the real library against a local server that speaks the Bot API."""

import json
import logging
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update
from telegram import Update

import bots.telegram.service
from bots.desk import Desk
from bots.telegram import TokenRefused, serve
from bots.telegram.letters import Delivered, Outgoing
from bots.telegram.mailroom import Mailroom
from bots.telegram.reception import Reception
from dialogs.script import load_script
from records.addresses import link, linked_at
from records.notices import Unreached, leave_notice
from records.store import Store
from records.tables import (
    Answer,
    Attempt,
    Campaign,
    Conversation,
    Inbox,
    Notice,
    Record,
    Turn,
)
from tests.bots.bot_api import TOKEN
from tests.bots.chats import ANN, LI, MOTHER, SEAL, WANG, now
from tests.programs import forked

TALKS = {
    "zh": ("wang", WANG, ["36度5", "没有", "[不是]", "不用"], (36.5, False, 0, "green")),
    "en": (
        "ann",
        ANN,
        ["38.2", "[yes]", "I have a cough", "yesterday", "no", "nothing"],
        (38.2, True, 3, "red"),
    ),
}


@pytest.mark.parametrize("language", TALKS)
def test_daily_check_from_start_to_report(town, language):
    name, resident, answers, expected = TALKS[language]
    person = getattr(town, name)
    town.launch()
    town.start()
    person.writes("/start")
    person.gets(1)
    assert person.last["text"].startswith("您好" if language == "zh" else "Hello")
    town.link(person)
    town.talk(person, answers)
    town.settled()
    (record,) = town.rows(Record, Record.resident_id == resident)
    assert (record.campaign_id, record.disposition, record.final, record.channel) == (1, "complete", True, "telegram")
    assert (record.temperature_c, record.fever, record.present, record.colour) == expected
    (attempt,) = town.rows(Attempt)
    assert (attempt.outcome, attempt.number, attempt.channel) == ("answered_human", 1, "telegram")
    assert town.count(Conversation) == 1


def test_without_a_campaign_the_report_goes_to_the_standing_one(town):
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36.8", "没有", "没有", "不用"])
    town.settled()
    (campaign,) = town.rows(Campaign)
    (record,) = town.rows(Record)
    assert (campaign.name, campaign.state, campaign.line) == ("self_reports", "running", "telegram")
    assert (record.disposition, record.temperature_c, record.resident_id) == ("complete", 36.8, WANG)
    # thanks begin nothing anew; more to say does
    town.talk(town.wang, ["谢谢"])
    assert town.wang.labels == ["重新报告"]
    count = len(town.wang.received)
    town.wang.writes("我现在发烧38度6")
    town.wang.gets(count + 2)
    assert town.count(Conversation) == 2
    assert town.count(Record) == 1


def test_resident_is_told_again_where_the_talk_stands(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    question = town.wang.last["text"]
    town.talk(town.wang, ["/start"])
    assert town.wang.last["text"] == question
    assert town.count(Turn) == 2


def test_update_that_comes_twice_changes_nothing(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    first = town.wang.writes("36度5", date=int(time.time()))
    town.wang.gets(4)
    turns, answers = town.count(Turn), town.count(Answer)
    town.api.post({**first, "again": 2})
    town.wang.writes("没有不舒服")
    town.wang.gets(5)
    town.settled()
    assert len(town.wang.received) == 5
    assert town.count(Turn) == turns + 1
    assert town.count(Answer) == answers


def test_updates_out_of_order_are_answered_in_the_order_of_their_ids(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.stop()
    first = town.api.update(message=town.wang.message(text="我就是"))
    second = town.api.update(message=town.wang.message(text="37度"))
    town.api.post(second, first)
    town.start()
    town.wang.gets(4)
    town.settled()
    heard = [e["words"] for turn in town.rows(Turn) for e in turn.events if e["event"] == "heard"]
    assert heard == ["我就是", "37度"]


def test_what_is_in_the_inbox_is_handled_after_a_crash(town):
    """The process is killed while a reply is on its way: the answer is kept once, and the reply comes after all."""
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    town.stop()
    path = town.store.engine.url.database
    town.api.delays["sendMessage"] = 0.5
    sent = len(town.api.sent())
    process = forked(be_killed, path, town.api.url)
    try:
        town.wang.writes("36度5")
        town.api.until(lambda: len(town.api.sent()) > sent, "a reply on its way")
    finally:
        process.kill()
        process.join()
    turns = town.count(Turn)
    time.sleep(0.6)
    town.api.delays.clear()
    before = len(town.wang.received)
    assert turns == 3
    town.start()
    town.wang.gets(before + 1)
    assert town.wang.texts[-1] == town.wang.texts[-2]
    town.talk(town.wang, ["没有不舒服"])
    town.settled()
    assert town.count(Turn) == turns + 1
    heard = [e.get("words") for turn in town.rows(Turn) for e in turn.events if e["event"] == "heard"]
    assert heard.count("36度5") == 1


def be_killed(path, url):
    """The bot in a process of its own."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    store = Store(f"sqlite:///{path}")
    serve(store, Desk(store, load_script, clock=now), SEAL, TOKEN, base_url=url, poll_seconds=5)


def test_what_was_received_but_not_handled_is_handled_at_the_next_start(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.stop()
    with town.store.transaction() as tx:
        payload = {"update_id": 77, "message": town.wang.message(text="我就是")}
        tx.execute(insert(Inbox), {"channel": "telegram", "update_id": 77, "payload": payload, "received_at": now()})
    town.start()
    assert "体温" in town.wang.gets(3)


def test_two_residents_at_once_do_not_mix(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.link(town.ann)
    town.wang.writes("36度4")
    town.ann.writes("36.4")
    town.wang.gets(3), town.ann.gets(3)
    town.wang.writes("36度6")
    town.ann.writes("36.9")
    town.wang.gets(4), town.ann.gets(4)
    town.settled()
    town.stop()
    said = {row.address: row.memory["answers"] for row in town.rows(Conversation)}
    assert said[str(town.wang.number)][str(WANG)]["temperature"] == 36.6
    assert said[str(town.ann.number)][str(ANN)]["temperature"] == 36.9


def test_slow_chat_holds_nobody_else(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.link(town.ann)
    town.api.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    began = time.monotonic()
    town.wang.writes("36度4")
    town.api.until(lambda: not town.api.faults["sendMessage"], "the refusal")
    town.ann.writes("36.4")
    town.ann.gets(3)
    assert time.monotonic() - began < 1
    town.wang.gets(3)
    assert time.monotonic() - began >= 1


def test_flood_of_one_user_slows_only_them(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.link(town.ann)
    town.api.delays["sendMessage"] = 0.05
    flood = [town.api.update(message=town.wang.message(text="在吗")) for _ in range(30)]
    town.api.post(*flood, town.api.update(message=town.ann.message(text="36.4")))
    town.ann.gets(3)
    assert len(town.wang.received) < 2 + 15
    town.wang.gets(2 + len(flood))


def test_updates_stay_with_telegram_while_many_chats_wait(town, monkeypatch):
    monkeypatch.setattr(bots.telegram.service, "CHATS", 2)
    town.launch()
    town.start()
    town.api.delays["sendMessage"] = 0.3
    people = [town.api.person(9_000_001_000 + n) for n in range(250)]  # Telegram gives a hundred at a time
    town.api.post(*(town.api.update(message=one.message(text="在吗")) for one in people))
    people[0].gets(1)
    assert len(town.api.ready) >= 50
    town.api.delays.clear()
    for one in people:
        one.gets(1)
    town.settled()
    assert [len(one.received) for one in people] == [1] * len(people)


@pytest.mark.parametrize(
    ("code", "words"), [(403, "Forbidden: user is deactivated"), (400, "Bad Request: chat not found")]
)
def test_account_that_is_deleted_meanwhile_is_no_fault(town, code, words):
    town.launch()
    town.start()
    town.link(town.wang)
    town.api.fail("sendMessage", code, words)
    town.wang.writes("36度5")
    town.settled()
    town.link(town.ann)
    assert "temperature" in town.ann.last["text"]
    with town.store.reading() as tx:
        assert linked_at(tx, "telegram", str(town.wang.number)).blocked == (code == 403)


def test_server_faults_are_outlived(town):
    town.launch()
    town.api.fail("getMe", 502, "Bad Gateway")
    town.start()
    town.api.fail("sendMessage", 500, "Internal Server Error")
    town.wang.shares()
    town.wang.gets(2)
    assert "体温" in town.wang.last["text"]


def test_blocked_bot_is_noted_and_forgiven(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.wang.blocked = True
    town.wang.writes("我就是")
    town.settled()
    with town.store.reading() as tx:
        assert linked_at(tx, "telegram", str(town.wang.number)).blocked
    town.wang.blocked = False
    town.wang.writes("36度5")
    town.wang.gets(3)
    with town.store.reading() as tx:
        assert not linked_at(tx, "telegram", str(town.wang.number)).blocked


def test_only_the_own_number_links_a_chat(town):
    town.start()
    forwarded = {"type": "hidden_user", "sender_user_name": "x", "date": 1}
    contacts = ({"owner": town.wang.number}, {"forward_origin": forwarded}, {"via_bot": town.api.do_getMe({})})
    for count, contact in enumerate(contacts, start=1):
        town.stranger.shares(town.wang.phone, **contact)
        assert town.stranger.gets(count).startswith("It must be your own number")
    town.stranger.writes(town.wang.phone)
    assert town.stranger.gets(4).startswith("Hello")
    town.stranger.shares()
    assert town.stranger.gets(5).startswith("Your number is not on")
    assert town.rows(Conversation) == []


def test_family_that_shares_a_phone_is_asked_who_writes(town):
    town.launch()
    town.start()
    town.link(town.li)
    assert "哪一位" in town.li.last["text"]
    assert town.li.labels == ["母（户主）", "娜（配偶）"]
    town.talk(town.li, ["36度8"])
    assert "哪一位" in town.li.last["text"]
    assert town.count(Conversation) == 0
    town.talk(town.li, ["[娜（配偶）]"])
    assert town.li.last["text"].startswith("李娜，您好")
    (attempt,) = town.rows(Attempt)
    assert attempt.residents == [LI, MOTHER]


def test_who_writes_can_be_said_in_words_and_must_be_of_the_family(town):
    town.launch()
    town.start()
    town.link(town.li)
    buttons = [[{"text": "x", "callback_data": f"who:{WANG}"}]]
    count = len(town.li.received)
    town.li.presses("x", {**town.li.last, "reply_markup": {"inline_keyboard": buttons}})
    town.li.gets(count + 1)
    assert "哪一位" in town.li.last["text"]
    town.talk(town.li, ["李母"])
    with town.store.reading() as tx:
        assert linked_at(tx, "telegram", str(town.li.number)).resident_id == MOTHER


def test_old_button_is_answered_but_changes_nothing(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    question = town.wang.last
    town.talk(town.wang, ["[都没有]"])
    town.settled()
    assert [b["text"] for b in question["reply_markup"]["inline_keyboard"][0]] == ["✓ 都没有"]
    turns = town.count(Turn)
    data = town.api.sent()[-2]["reply_markup"]
    assert "tick:1:2:" in data
    stale = {**question, "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "tick:1:2:cough"}]]}}
    town.wang.presses("x", stale)
    town.api.until(lambda: len(town.api.sent("answerCallbackQuery")) == 2, "an answer to the button")
    town.settled()
    assert [query.get("text") for query in town.api.sent("answerCallbackQuery")] == [None, "这个问题已经过去了。"]
    assert town.count(Turn) == turns


def test_language_is_chosen_and_kept(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["/language", "[English]"])
    assert town.wang.last["text"] == "Of course, let us speak English. What is your temperature today?"
    town.talk(town.wang, ["/stop"])
    assert "no more messages" in town.wang.last["text"]
    with town.store.reading() as tx:
        assert linked_at(tx, "telegram", str(town.wang.number)).stopped
    town.talk(town.wang, ["/report"])
    assert "Hello 王伟!" in town.wang.last["text"]
    with town.store.reading() as tx:
        assert not linked_at(tx, "telegram", str(town.wang.number)).stopped


def test_talk_of_yesterday_is_closed_and_a_new_one_begins(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    town.stop()
    with town.store.transaction() as tx:
        tx.execute(update(Conversation).values(opened_at=datetime(2026, 1, 5, tzinfo=UTC)))
    town.start()
    town.talk(town.wang, ["在吗"])
    assert "王伟" in town.wang.last["text"]
    old, new = town.rows(Conversation)
    assert (old.over, new.over) == (True, False)


def test_resident_may_take_their_time(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度4"])
    town.wang.writes("36度5", date=int(time.time()) + 1500)
    town.wang.gets(4)
    town.settled()
    (conversation,) = town.rows(Conversation)
    assert not conversation.over
    assert "不舒服" in town.wang.last["text"]


ODD = {
    "sticker": {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                            "is_animated": False, "is_video": False}},
    "voice": {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    "photo": {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
    "location": {"location": {"longitude": 1.0, "latitude": 2.0}},
    "longest": {"text": "咳" * 4096},
    "emoji": {"text": "🤒👍🏽👨‍👩‍👧"},
    "right-to-left": {"text": "\u202eمرحبا 36.5\u202c"},
    "nul and friends": {"text": "\x00\ud7ff\ufffd"},
    "unknown command": {"text": "/nonsense@wenan_bot"},
    "slash": {"text": "/"},
}  # fmt: skip


def test_odd_messages_are_answered_and_never_raise(town, caplog):
    town.launch()
    town.start()
    town.link(town.wang)
    for name, content in ODD.items():
        count = len(town.wang.received)
        town.wang.does(**content)
        assert town.wang.gets(count + 1), name
    town.settled()
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


UPDATE = st.fixed_dictionaries(
    {"text": st.text(min_size=1, max_size=60)},
    optional={
        "caption": st.text(max_size=20),
        "from": st.sampled_from(
            [{"id": 9_000_000_001, "is_bot": False, "first_name": "王"}, {"id": 2, "is_bot": True, "first_name": ""}]
        ),
        "chat": st.builds(
            lambda kind, n: {"id": n, "type": kind}, st.sampled_from(["private", "group", "channel"]), st.integers(1, 3)
        ),
        "contact": st.builds(
            lambda phone, n: {"phone_number": phone, "first_name": "", "user_id": n},
            st.text(max_size=15),
            st.integers(1, 3),
        ),
        "sticker": st.just(ODD["sticker"]["sticker"]),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=UPDATE, kind=st.sampled_from(["message", "edited_message", "channel_post"]), linked=st.booleans())
def test_no_update_raises_or_stays_unhandled(town, caplog, content, kind, linked):
    """Straight through the mailroom, without a server: whatever comes is done with, and nothing goes wrong inside."""
    desk = Desk(town.store, load_script, clock=now)
    mailroom = Mailroom(town.store, Reception(desk, SEAL, "Asia/Shanghai"))
    payload = town.api.update(**{kind: {**town.wang.message(), **content}})
    update = Update.de_json(payload, None)
    if linked:
        with town.store.transaction() as tx:
            link(tx, "telegram", str(update.effective_chat.id), WANG, now())
    mailroom.keep([update])
    outgoing = mailroom.handle(update)
    if outgoing:
        assert outgoing == Outgoing.from_json(json.loads(json.dumps(outgoing.to_json())))
        mailroom.note_sent([Delivered(outgoing)])
    assert mailroom.handle(update) is None
    assert mailroom.sweep(None, alone=True) == ([], [])
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_one_update_that_breaks_a_rule_of_ours_harms_none_of_those_with_it(town, monkeypatch, caplog):
    """They are handled in one transaction; what goes wrong in it is undone, and then each is handled by itself."""
    town.launch()
    desk = Desk(town.store, load_script, clock=now)
    mailroom = Mailroom(town.store, Reception(desk, SEAL, "Asia/Shanghai"))
    people = {town.wang: WANG, town.ann: ANN, town.li: LI}
    with town.store.transaction() as tx:
        for person, resident in people.items():
            link(tx, "telegram", str(person.number), resident, now())
    answer = mailroom.reception.answer

    def breaks(tx, update_id, what, spoken):
        if what.words == "break":
            answer(tx, update_id, what, spoken)
            raise ZeroDivisionError
        return answer(tx, update_id, what, spoken)

    monkeypatch.setattr(mailroom.reception, "answer", breaks)
    words = ["36.5", "break", "37"]
    came = [town.api.update(message=one.message(text=text)) for one, text in zip(people, words, strict=True)]
    updates = [Update.de_json(one, None) for one in came]
    mailroom.keep(updates)
    for again in (False, True):
        outgoing = mailroom.handle_all([(update, None) for update in updates])
        assert [one and len(one.letters) for one in outgoing] == ([None] * 3 if again else [2, 1, 2])
        mailroom.note_sent([Delivered(one) for one in outgoing if one])
    assert [r.getMessage().startswith(f"update {updates[1].update_id} could not") for r in caplog.records] == [True]
    assert sorted(row.address for row in town.rows(Conversation)) == sorted(
        str(one.number) for one in (town.wang, town.li)
    )
    assert mailroom.sweep(None, alone=True) == ([], [])


def test_what_is_not_for_us_gets_no_reply(town, caplog):
    town.launch()
    town.start()
    town.link(town.wang)
    group = {"id": -100200, "type": "supergroup", "title": "桂园"}
    plain = town.wang.message(text="36度5")
    channel = {key: value for key, value in plain.items() if key != "from"} | {"chat": {**group, "type": "channel"}}
    robot = {**plain, "from": {**town.wang.user, "is_bot": True}}
    for content in (
        {"message": {**plain, "chat": group}},
        {"message": robot},
        {"channel_post": channel},
        {"edited_message": {**plain, "chat": group, "edit_date": plain["date"]}},
        {"message": {**town.wang.message(), "chat": group, "new_chat_members": [town.wang.user]}},
        {"message": town.wang.message(pinned_message=plain)},
    ):
        town.api.post(town.api.update(**content))
    town.wang.writes("我就是")
    town.wang.gets(3)
    town.settled()
    edited = {**plain, "edit_date": plain["date"]}
    town.api.post(town.api.update(edited_message=edited))
    assert "重新发" in town.wang.gets(4)
    assert {int(data["chat_id"]) for data in town.api.sent()} == {town.wang.number}
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_log_holds_no_token_no_number_and_no_words(town, caplog):
    caplog.set_level(logging.DEBUG)
    town.launch()
    town.api.fail("getUpdates", 500)
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["我叫王伟 36度5"])
    town.wang.blocked = True
    town.wang.writes("没有")
    town.settled()
    town.stop()
    logged = caplog.text
    assert "Telegram gave no updates" in logged
    for secret in (TOKEN, TOKEN.split(":")[1], town.wang.phone, "36度5", "王伟"):
        assert secret not in logged


def test_inbox_keeps_no_words_of_what_is_done_with(town):
    town.launch()
    town.start()
    town.link(town.wang)
    town.talk(town.wang, ["36度5"])
    town.settled()
    rows = town.rows(Inbox)
    assert len(rows) == 2
    assert all((row.payload, row.reply) == ({}, {}) for row in rows)


def test_unknown_token_is_refused_in_words(town):
    town.start("4711:wrong")
    town.thread.join(5)
    (fault,) = town.faults
    assert isinstance(fault, TokenRefused)
    assert "does not know this token" in str(fault)
    assert "不认识这个令牌" in fault.read("zh-Hans")
    assert "wrong" not in str(fault)
    town.thread = None


def test_without_a_token_it_says_where_to_get_one(town):
    with pytest.raises(TokenRefused, match="@BotFather") as refused:
        serve(town.store, Desk(town.store, load_script, clock=now), SEAL, " ")
    for language in ("en", "zh-Hans"):
        assert "WENAN_TELEGRAM_TOKEN_FILE" in refused.value.read(language)


def test_whoever_starts_it_is_told_at_once_whether_telegram_answers(town, monkeypatch):
    monkeypatch.setattr(bots.telegram.service, "PAUSES", (0.05,))
    told = []
    town.api.fail("getMe", 502, "Bad Gateway", times=2)
    town.start(tell=lambda *said: told.append(said))
    town.api.until(lambda: len(told) == 3, "what is told")
    assert [en.startswith("Telegram cannot be reached (NetworkError: Bad Gateway)") for _, en in told[:2]] == [True] * 2
    assert told[0][0].startswith("连不上 Telegram")
    assert told[2] == ("@wenan_bot 已上线；按 Ctrl-C 停止", "@wenan_bot answers now; stop with Ctrl-C")
    town.api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    town.wang.writes("在吗")
    town.wang.gets(1)
    town.api.until(lambda: len(told) > 3, "what is told of another program")
    assert told[3][1].startswith("another program asks Telegram for the updates")
    assert told[3][0].startswith("另一个程序也在收")


def leave_notices(town, *residents):
    with town.store.transaction() as tx:
        for resident, household in residents:
            home = Unreached(1, 0, household, {resident: f"+86111000000{resident:02}"})
            assert leave_notice(tx, home, now(), now() + timedelta(hours=1), links=True)


def test_resident_whom_no_call_reached_is_written_to_and_answers_there(town):
    with town.store.transaction() as tx:
        link(tx, "telegram", str(town.wang.number), WANG, now())
    town.launch(line="simulated")
    leave_notices(town, (WANG, 1))
    town.start()
    town.wang.gets(1)
    assert "桂园社区" in town.wang.last["text"]
    assert "没能打通您的电话" in town.wang.last["text"]
    town.talk(town.wang, ["[现在报告]", "36度5", "没有", "[不是]", "不用"])
    town.settled()
    (record,) = town.rows(Record, Record.resident_id == WANG)
    assert (record.campaign_id, record.disposition, record.channel) == (1, "complete", "telegram")
    (notice,) = town.rows(Notice)
    assert notice.channel == "telegram"
    assert notice.sent_at is not None
    town.stop()
    town.start()
    town.talk(town.wang, ["谢谢"])
    assert sum("没能打通" in text for text in town.wang.texts) == 1


def test_notice_that_the_chat_refuses_is_left_to_the_gateway(town):
    with town.store.transaction() as tx:
        link(tx, "telegram", str(town.wang.number), WANG, now())
    town.launch(line="simulated")
    leave_notices(town, (WANG, 1))
    town.api.fail("sendMessage", 403, "Forbidden: bot was blocked by the user")
    town.start()
    town.api.until(lambda: town.rows(Notice, Notice.channel == "outbox"), "the notice to go elsewhere")
    (notice,) = town.rows(Notice)
    assert (notice.address, notice.sent_at) == ("+8611100000001", None)
