"""Those who work here, by Telegram: each deed within role and place, in both languages, and kept in the trail."""

import csv
import io
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, update

from bots.telegram.office.wordings import said
from bots.telegram.wordings import wording
from campaigns.campaign import create
from campaigns.lifecycle import start
from campaigns.plan_file import load_plan
from records.addresses import link
from records.follow_ups import escalate_overdue, find_follow_up, history
from records.invitations import Invited, invite
from records.places import place_of
from records.rounds import dispose
from records.staff import add_member, change_member, close_member
from records.staff_chats import draft_at, member_at
from records.tables import (
    Address,
    Audit,
    Broadcast,
    BroadcastLetter,
    Campaign,
    Community,
    FollowUp,
    Household,
    Record,
    Resident,
    Told,
    Watch,
)
from reports.line_list import ZONE
from tests.bots.chats import ANN, LI, MOTHER, SEAL, WANG, now

GUIYUAN, SONGYUAN = "桂园社区", "松苑社区"
FAR = 5  # a resident of the other community
BOTH = pytest.mark.parametrize("language", ["zh-Hans", "en"])


@pytest.fixture
def town(town, monkeypatch):
    """The town with a second community, and everything that is done again and again done quickly."""
    monkeypatch.setattr("bots.telegram.service.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("records.watches.EVERY", timedelta(seconds=0.1))
    monkeypatch.setattr("records.pacing.CHAT_GAP", timedelta(seconds=0.1))
    monkeypatch.setattr("bots.telegram.pacing.SECOND", 0.05)
    with town.store.transaction() as tx:
        tx.execute(insert(Community), {"id": 2, "district": "和安区", "subdistrict": "柳岸街道", "name": SONGYUAN})
        tx.execute(insert(Household), {"id": 4, "community_id": 2, "building": "9号楼", "unit": "901"})
        tx.execute(update(Household).where(Household.id < 4).values(building="1号楼", grid="一网格"))
        row = {"id": FAR, "household_id": 4, "name": "赵远", "phone": "+8611100000005", "imported_at": now()}
        tx.execute(insert(Resident), row)
    town.boss = town.api.person(9_000_000_011, name="张姐")
    town.clerk = town.api.person(9_000_000_012, name="钱哥")
    return town


def employ(town, person, role="staff", place=None, language="zh-Hans", login="zhang"):
    """An account, and the chat linked to it by the link that the administrator makes; the member."""
    with town.store.transaction() as tx:
        member = add_member(
            tx, login, name=person.name, role=role, place={"community": GUIYUAN} if place is None else place,
            language=language, now=now(),
        )  # fmt: skip
        code = invite(tx, SEAL, Invited(staff_id=member.id), now())
    before = len(person.received)
    person.writes(f"/start {code}")
    person.gets(before + 2)
    return member


def begin(town, name="每日健康", place=None, launched=True):
    """A campaign that workers call, its first round open."""
    plan = load_plan("default")
    made = create(town.store, name, script="daily_check", version=1, plan=plan, place=place, lines=2, now=now())
    if launched:
        start(town.store, made, now())
    return made


def task(town, resident=WANG, kind="red_result", urgent=True, campaign=1, due=timedelta(hours=2), **more):
    row = {"campaign_id": campaign, "resident_id": resident, "kind": kind, "urgent": urgent, "opened_at": now(),
           "due_at": now() + due, "words": "喘不上气", **more}  # fmt: skip
    with town.store.transaction() as tx:
        return tx.execute(insert(FollowUp), row).inserted_primary_key[0]


def press(town, person, name, language="zh-Hans", **places):
    """Presses the button of this name on the last message that has it, and waits until that is dealt with."""
    label = said(name, language, **places)
    message = next(m for m in reversed(person.received) if label in labels(m))
    person.presses(label, message)
    town.settled()
    return message


def labels(message):
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def make_up(town, person, data):
    """Presses a button that was never given to them."""
    message = {**person.last, "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}}
    count = len(town.api.sent("answerCallbackQuery"))
    person.presses("x", message)
    town.api.until(lambda: len(town.api.sent("answerCallbackQuery")) > count, "the answer to the button")
    town.settled()
    return town.api.sent("answerCallbackQuery")[-1]


def deeds(town):
    return [(row.what, row.whom) for row in town.rows(Audit)]


@pytest.mark.parametrize("wordings", [said, wording])
def test_every_wording_is_there_in_both_languages(wordings):
    for name, texts in wordings.texts.items():
        assert texts.keys() == {"zh", "en"}, name
        assert all(text.strip() for text in texts.values()), name
        assert len({text.count("{") for text in texts.values()}) == 1 or name in ("cast_ahead",), name


# whose chat it is


@BOTH
def test_worker_gets_a_menu_of_what_their_role_may_do(town, language):
    town.start()
    employ(town, town.boss, language=language)
    employ(town, town.clerk, "worker", language=language, login="qian")
    assert GUIYUAN in town.boss.last["text"]
    assert said("broadcast_button", language) in town.boss.labels
    assert said("broadcast_button", language) not in town.clerk.labels
    assert said("tasks_button", language, count=0) in town.clerk.labels
    assert ("linked chat", "staff 1") in deeds(town)
    town.clerk.presses("🌐 English" if language == "zh-Hans" else "🌐 中文")
    town.clerk.gets(3)
    assert "Your place" in town.clerk.last["text"] if language == "zh-Hans" else "范围" in town.clerk.last["text"]
    town.boss.writes("菜单")
    assert said("menu", language, name="张姐", place=GUIYUAN) == town.boss.gets(3)


def test_link_is_good_once_and_not_for_a_closed_account(town):
    town.start()
    member = employ(town, town.boss)
    with town.store.transaction() as tx:
        code = invite(tx, SEAL, Invited(staff_id=member.id), now())
        close_member(tx, member.id, now())
    town.stranger.writes(f"/start {code}")
    assert "expired" in town.stranger.gets(1)
    with town.store.reading() as tx:
        assert member_at(tx, "telegram", str(town.boss.number)) is None
    town.boss.writes("/menu")
    assert "手机号" in town.boss.gets(3)


def test_role_and_place_limit_what_a_made_up_button_does(town):
    town.start()
    begin(town, place={"community": SONGYUAN}, launched=False)
    far = task(town, FAR) if begin(town, "远处", {"community": SONGYUAN}) else 0
    employ(town, town.clerk, "worker")
    unseen = ["task", "phone", "task_done", "note", "nobody_home", "need_ambulance"]
    rest = ["w:campaign:1", "w:watch:1", "w:papers:1", "w:picture:2", "w:missing:2:0", "w:nonsense", "w:", "w:task:x"]
    for data in (*(f"w:{name}:{far}" for name in unseen), *rest, "w:cast_account:1"):
        answer = make_up(town, town.clerk, data)
        assert answer.get("text") in (said("gone", "zh"), said("not_yours", "zh")), data
    for data in (
        "w:launch:1:0",
        "w:cancel:1:yes",
        "w:change:1:pause",
        "w:look:1",
        "w:add",
        "w:move",
        "w:cast",
        "w:cast_go",
    ):
        assert make_up(town, town.clerk, data)["text"] == said("not_yours", "zh"), data
    employ(town, town.boss, login="boss")
    for data in ("w:launch:1:0", "w:cancel:1:yes", "w:change:2:pause", "w:look:1"):
        assert make_up(town, town.boss, data)["text"] == said("not_now", "zh"), data
    assert len(town.clerk.received) == 2
    assert find_follow_up_row(town, far).closed_at is None
    assert {row.state for row in town.rows(Campaign)} == {"draft", "running"}


def find_follow_up_row(town, number):
    with town.store.reading() as tx:
        return find_follow_up(tx, number)


def test_one_who_works_here_may_answer_as_a_resident_too(town):
    town.launch()
    town.start()
    employ(town, town.wang)
    town.wang.writes("/report")
    assert town.wang.gets(3).startswith(
        said("menu", "zh", name="王伟", place=GUIYUAN)[:2]
    )  # not linked as a resident yet
    town.wang.shares()
    count = len(town.wang.received)
    town.wang.gets(count + 2)
    town.talk(town.wang, ["36度5", "没有", "没有", "不用"])
    town.settled()
    assert town.rows(Record, Record.resident_id == WANG)[0].disposition == "complete"
    town.talk(town.wang, ["/menu"])
    assert "范围" in town.wang.last["text"]


# campaigns


@BOTH
def test_campaign_is_looked_at_launched_paused_and_cancelled(town, language):
    town.start()
    begin(town, place={"community": GUIYUAN}, launched=False)
    employ(town, town.boss, language=language)
    press(town, town.boss, "campaigns_button", language)
    town.boss.presses(f"每日健康 · {said('is_draft', language)}")
    town.settled()
    message = press(town, town.boss, "do_launch", language)
    assert said("look", language, people=4, homes=3, numbers=3, lines=2) in message["text"]
    press(town, town.boss, "launch_now", language)
    (campaign,) = town.rows(Campaign)
    assert campaign.state == "scheduled"
    answer = make_up(town, town.boss, "w:launch:1:7")  # a button of another round
    assert answer["text"] == said("not_now", language)
    card = press(town, town.boss, "do_pause", language)
    assert said("is_paused", language) in card["text"]
    press(town, town.boss, "do_resume", language)
    press(town, town.boss, "do_cancel", language)
    card = press(town, town.boss, "cancel_yes", language)
    assert said("is_cancelled", language) in card["text"]
    assert [what for what, _ in deeds(town)][1:] == ["looked at", "launch", "watched", "pause", "resume", "cancel"]


@BOTH
def test_one_message_follows_a_campaign_and_goes_on_after_a_restart(town, language):
    begin(town)
    town.start()
    employ(town, town.boss, "worker", language=language)
    press(town, town.boss, "campaigns_button", language)
    town.boss.presses(f"每日健康 · {said('is_running', language)}")
    town.settled()
    press(town, town.boss, "follow", language)
    message = town.boss.last
    town.api.until(lambda: town.rows(Watch, Watch.message.is_not(None)), "the message to be noted")
    assert said("pulse", language, done=0, all=4, calls=0, left=4) in message["text"]  # of five, four in their place
    assert "░" * 12 in message["text"]
    edits = len(town.api.sent("editMessageText"))
    with town.store.transaction() as tx:
        tx.execute(update(Record).where(Record.resident_id == WANG).values(final=True, disposition="complete"))
    town.api.until(lambda: "▓▓▓░" in message["text"], "the bar to grow")
    assert len(town.api.sent("editMessageText")) == edits + 1  # only when it has changed
    town.stop()
    with town.store.transaction() as tx:
        tx.execute(update(Campaign).values(state="completed", ended_at=now()))
    town.start()
    town.api.until(lambda: said("is_completed", language) in message["text"], "the end to be shown")
    town.api.until(lambda: not town.rows(Watch, Watch.due_at.is_not(None)), "the watch to end")
    assert town.boss.last is message


# tables and files


def reported(town):
    """Two of four have reported; one is without a report for good."""
    begin(town)
    with town.store.transaction() as tx:
        done = {"final": True, "disposition": "complete", "attempts": 1, "reached": True, "reported_at": now()}
        tx.execute(update(Record).where(Record.resident_id == WANG).values(**done, status="asymptomatic"))
        ill = {"status": "symptomatic", "fever": True, "temperature_c": 38.9, "present": 3}
        tx.execute(update(Record).where(Record.resident_id == ANN).values(**done, **ill))
        tx.execute(update(Record).where(Record.resident_id == FAR).values(**done, **ill))
        dispose(tx, 1, 0, [LI], now())


@BOTH
def test_table_comes_as_text_picture_and_files_of_their_place_only(town, language):
    reported(town)
    town.start()
    employ(town, town.boss, "worker", language=language)
    town.boss.gets(3)  # the visit to whom nobody reached
    press(town, town.boss, "table_button", language)
    table = next(message for message in town.boss.received if message["text"].startswith("📋"))
    text = table["text"]
    assert GUIYUAN in text
    assert SONGYUAN not in text
    assert ("应报居民 4，已报告 2" if language == "zh-Hans" else "Residents due 4, Reported 2") in text
    press(town, town.boss, "picture", language)
    assert town.boss.last["png"].startswith(b"\x89PNG")
    town.boss.presses(said("papers", language), table)
    town.settled()
    for name in ("community.xlsx", "report.html", "line_list.csv", "line_list.xlsx", "follow_up.csv"):
        press(town, town.boss, f"paper_{name.replace('.', '_')}", language)
        assert town.boss.last["document"]["file_name"].endswith(name)
        content = town.boss.last["content"]
        assert SONGYUAN.encode() not in content
        if name.endswith("csv"):
            assert "11100000001" not in content.decode("utf-8-sig")
            assert (GUIYUAN.encode() in content) is (name == "line_list.csv") or name == "follow_up.csv"
    assert ("downloaded", "campaign 1") in deeds(town)


def test_files_of_a_day_that_is_over_are_as_of_its_end(town):
    begin(town)
    with town.store.transaction() as tx:
        yesterday, before = now().astimezone(ZONE).date() - timedelta(1), now() - timedelta(2)
        tx.execute(update(Record).values(day=yesterday, changed_at=before))
        done = {"status": "asymptomatic", "disposition": "complete", "reported_at": now(), "changed_at": now()}
        tx.execute(update(Record).where(Record.resident_id == WANG).values(**done))
    town.start()
    employ(town, town.boss, "worker")
    press(town, town.boss, "table_button")
    table = next(message for message in town.boss.received if message["text"].startswith("📋"))
    assert "已报告 1" in table["text"]  # what is known now
    town.boss.presses(said("papers", "zh-Hans"), table)
    town.settled()
    for paper in ("line_list.csv", "report.html"):
        press(town, town.boss, f"paper_{paper.replace('.', '_')}")
        content = town.boss.last["content"].decode("utf-8-sig")
        if paper == "line_list.csv":
            rows = {row["姓名"]: row["处置结果"] for row in csv.DictReader(io.StringIO(content))}
            assert len(rows) == 4
            assert set(rows.values()) == {""}
        else:
            assert f"按 {yesterday + timedelta(1)} 00:00 时所知" in content
            assert "后来才到的答复" in content


@BOTH
def test_who_did_not_report_is_listed_page_by_page_with_masked_numbers(town, language, monkeypatch):
    monkeypatch.setattr("bots.telegram.office.papers.PAGE", 1)
    reported(town)
    with town.store.transaction() as tx:
        dispose(tx, 1, 0, [MOTHER], now())
    town.start()
    employ(town, town.boss, "worker", language=language)
    town.boss.gets(4)  # two visits
    press(town, town.boss, "table_button", language)
    press(town, town.boss, "missing_of", language)
    listed = town.boss.last
    assert "李娜 111****0003" in listed["text"]
    assert "1 / 2" in listed["text"] or "1 of 2" in listed["text"] or "1–1" in listed["text"]
    press(town, town.boss, "next_page", language)
    assert town.boss.last is listed
    assert "李母" in listed["text"]
    assert "00000003" not in listed["text"]
    press(town, town.boss, "back_page", language)
    assert "李娜" in listed["text"]


# follow-ups


@BOTH
def test_follow_up_is_told_once_to_the_staff_of_the_place_and_closed_by_a_button(town, language):
    begin(town)
    town.start()
    employ(town, town.boss, "worker", language=language)
    employ(town, town.clerk, "worker", {"community": SONGYUAN}, language, "qian")
    number = task(town)
    town.boss.gets(3)
    text = town.boss.last["text"]
    assert f"#{number}" in text
    assert "111****0001" in text
    assert "喘不上气" in text
    assert GUIYUAN in text
    answer = None
    press(town, town.boss, "phone_button", language)
    answer = town.api.sent("answerCallbackQuery")[-1]
    assert (answer["text"], answer["show_alert"]) == ("王伟 11100000001", "true")
    press(town, town.boss, "nobody_home_button", language)
    assert find_follow_up_row(town, number).note == said("nobody_home_note", language)
    message = press(town, town.boss, "task_done_button", language)
    assert labels(message) == [f"✓ {said('task_done', language)}"]
    row = find_follow_up_row(town, number)
    assert (row.state, row.outcome) == ("closed", "seen")
    with town.store.reading() as tx:
        assert [(step.what, step.by) for step in history(tx, number)][1:] == [("noted", "张姐"), ("closed", "张姐")]
    assert ("saw number", f"follow-up {number}") in deeds(town)
    assert ("closed", f"follow-up {number}") in deeds(town)
    assert len(town.clerk.received) == 2  # not of their place
    assert len(town.rows(Told)) == 1
    assert make_up(town, town.boss, f"w:task_done:{number}")["text"].strip()  # closed already: said, and nothing done


@BOTH
def test_note_is_written_and_given_up(town, language):
    begin(town)
    town.start()
    employ(town, town.boss, "worker", language=language)
    number = task(town)
    town.boss.gets(3)
    town.talk(town.boss, [f"[{said('note_button', language)}]", "已送药，明天再去"])
    assert town.boss.last["text"] == said("note_kept", language, number=number, words="已送药，明天再去")
    assert find_follow_up_row(town, number).note == "已送药，明天再去"
    message = town.boss.received[2]
    town.boss.presses(said("note_button", language), message)
    town.boss.gets(6)
    town.talk(town.boss, [f"[{said('drop_button', language)}]", "something else"])
    assert find_follow_up_row(town, number).note == "已送药，明天再去"
    with town.store.reading() as tx:
        assert draft_at(tx, "telegram", str(town.boss.number)) == {}


@BOTH
def test_ambulance_makes_it_urgent_and_tells_the_level_above(town, language):
    begin(town)
    town.start()
    employ(town, town.boss, "worker", language=language)
    employ(town, town.clerk, "staff", {"subdistrict": "柳岸街道"}, language, "qian")
    number = task(town, kind="needs_help", urgent=False)
    town.boss.gets(3)
    press(town, town.boss, "need_ambulance_button", language)
    town.clerk.gets(3)
    assert "120" in town.boss.last["text"]
    row = find_follow_up_row(town, number)
    assert (row.urgent, row.escalated_to) == (True, "community")
    assert said("ambulance_note", language) in town.clerk.last["text"]
    assert town.clerk.last["text"].startswith("🔴")


def test_overdue_work_goes_up_level_by_level_and_each_is_told_once(town):
    begin(town)
    town.start()
    employ(town, town.boss, "worker", {"grid": "一网格"})
    employ(town, town.clerk, "staff", {"subdistrict": "柳岸街道"}, login="qian")
    number = task(town, kind="watch", urgent=False, due=timedelta(seconds=-1))
    town.boss.gets(3)
    town.clerk.gets(2)
    with town.store.transaction() as tx:
        assert escalate_overdue(tx, now()) == {number: "community"}
    town.clerk.gets(3)  # nobody of the staff is at the community: the next level
    assert "超时" in town.clerk.last["text"]
    with town.store.transaction() as tx:
        assert escalate_overdue(tx, now() + timedelta(days=1)) == {number: "subdistrict"}
    town.clerk.gets(4)
    town.stop()
    town.start()
    task(town, MOTHER)
    town.boss.gets(4)
    assert len(town.clerk.received) == 4
    assert sorted((row.level, row.chats) for row in town.rows(Told)) == [
        ("", 1), ("", 1), ("community", 1), ("subdistrict", 1),
    ]  # fmt: skip


def test_many_new_follow_ups_are_summed_up_and_listed(town):
    begin(town)
    kinds = ("red_result", "needs_help", "watch", "human", "call_back")
    numbers = [task(town, WANG, kind, urgent=False) for kind in kinds]
    town.start()
    employ(town, town.boss, "worker")
    town.api.until(lambda: len(town.boss.received) == 6, "three letters and a line")
    assert any(text == said("tasks_more", "zh", count=2) for text in town.boss.texts)
    press(town, town.boss, "tasks_show")
    listed = town.boss.last
    assert listed["text"] == said("tasks", "zh", count=5)
    town.boss.presses(labels(listed)[0], listed)
    town.settled()
    assert f"#{numbers[0]}" in listed["text"]
    press(town, town.boss, "back")
    assert listed["text"] == said("tasks", "zh", count=5)


def test_two_processes_tell_once(town):
    from bots.desk import Desk
    from bots.telegram.mailroom import Mailroom
    from bots.telegram.reception import Reception
    from dialogs.script import load_script

    begin(town)
    town.start()
    employ(town, town.boss, "worker")
    town.stop()
    task(town)
    desk = Desk(town.store, load_script, clock=now)
    rooms = [Mailroom(town.store, Reception(desk, SEAL, "Asia/Shanghai")) for _ in range(2)]
    assert [len(room.of_own_accord()) for room in rooms] == [1, 0]


# the roster


@BOTH
def test_resident_is_added_step_by_step_and_errors_are_named(town, language):
    town.start()
    employ(town, town.boss, language=language)
    town.talk(town.boss, [f"[{said('add_button', language)}]", "周敏"])
    town.talk(town.boss, ["12345"])
    why = "不可能是电话号码" if language == "zh-Hans" else "this cannot be a phone number"
    assert why in town.boss.last["text"]
    town.talk(town.boss, ["111 0000 0077", "1号楼", "502", "1720"])
    assert ("出生年份" if language == "zh-Hans" else "year of birth") in town.boss.last["text"]
    town.talk(town.boss, ["1950", "[英语]" if language == "zh-Hans" else "[English]"])
    text = town.boss.last["text"]
    assert "周敏 111****0077" in text
    assert "一网格 1号楼 502" in text  # of the building
    town.talk(town.boss, [f"[{said('yes', language)}]"])
    (row,) = town.rows(Resident, Resident.name == "周敏")
    assert (row.phone, row.birth_year, row.language) == ("+8611100000077", 1950, "en")
    with town.store.reading() as tx:
        assert place_of(tx, "resident", row.id)["community"] == GUIYUAN
    assert ("added resident", f"resident {row.id}") in deeds(town)


@BOTH
def test_resident_is_moved_within_the_place(town, language):
    town.start()
    employ(town, town.boss, language=language)
    town.talk(town.boss, [f"[{said('move_button', language)}]", "赵远"])
    assert town.boss.last["text"] == said("found_none", language)  # lives elsewhere
    town.talk(town.boss, ["0001"])
    town.talk(town.boss, [f"[{labels(town.boss.last)[0]}]", "1号楼", "301"])
    assert "王伟 111****0001" in town.boss.last["text"]
    town.talk(town.boss, [f"[{said('yes', language)}]"])
    (row,) = town.rows(Resident, Resident.id == WANG)
    assert row.household_id not in (1, 4)
    assert ("moved resident", f"resident {WANG}") in deeds(town)
    assert said("moved", language, name="王伟", where=f"{GUIYUAN} 一网格 1号楼 301") == town.boss.last["text"]


def test_form_is_left_by_a_command_and_an_old_button_does_nothing(town):
    town.start()
    employ(town, town.boss)
    town.talk(town.boss, [f"[{said('add_button', 'zh')}]", "周敏", "/menu"])
    assert make_up(town, town.boss, "w:enrol:add")["text"] == said("gone", "zh")
    assert make_up(town, town.boss, "w:choose:add:phone:")["text"] == said("gone", "zh")
    town.talk(town.boss, [f"[{said('move_button', 'zh')}]"])
    assert make_up(town, town.boss, f"w:choose:move:who:id{FAR}")["text"] == said("gone", "zh")
    assert town.count(Resident) == 5


@pytest.mark.parametrize("word", ["菜单", "Menu"])
def test_word_for_the_menu_is_never_taken_for_what_is_filled_in(town, word):
    chats(town)
    town.start()
    employ(town, town.boss)
    town.talk(town.boss, [f"[{said('broadcast_button', 'zh')}]", word])
    assert said("broadcast_button", "zh") in town.boss.labels
    assert make_up(town, town.boss, "w:cast_go")["text"] == said("gone", "zh")
    assert town.count(Broadcast) == 0


def test_table_of_a_campaign_without_a_round_offers_nothing_to_press(town):
    town.start()
    employ(town, town.boss, "worker")
    row = {"name": "早间问询", "script": "daily_check", "script_version": 1, "plan": {"days": 1}, "line": "simulated"}
    with town.store.transaction() as tx:
        tx.execute(insert(Campaign), {**row, "state": "scheduled", "created_at": now()})
    town.talk(town.boss, [f"[{said('table_button', 'zh')}]"])
    assert (town.boss.last["text"], town.boss.labels) == (said("no_round", "zh"), [])


# broadcasts


def chats(town):
    with town.store.transaction() as tx:
        for person, resident in ((town.wang, WANG), (town.ann, ANN), (town.li, LI)):
            link(tx, "telegram", str(person.number), resident, now())


@BOTH
def test_notice_goes_to_a_community_with_preview_progress_and_account(town, language):
    chats(town)
    with town.store.transaction() as tx:
        tx.execute(update(Address).where(Address.resident_id == LI).values(stopped_at=now()))
    town.start()
    employ(town, town.boss, language=language)
    town.talk(town.boss, [f"[{said('broadcast_button', language)}]"])
    town.boss.writes("明早八点停水。\nNo water from 8 am.")
    count = len(town.boss.received)
    town.boss.gets(count + 2)
    ahead = town.boss.last["text"]
    assert said("cast_unreached", language, count=2) in ahead
    assert f"· {said('cast_stopped', language)} 1" in ahead
    assert f"· {said('cast_no_chat', language)} 1" in ahead
    assert town.count(Broadcast) == 0
    town.ann.blocked = True
    press(town, town.boss, "cast_go", language, count=2)
    town.api.until(lambda: said("cast_over", language, where=GUIYUAN) in town.boss.last["text"], "the end")
    assert town.wang.texts == [f"{said('cast_head', 'zh', where=GUIYUAN)}\n明早八点停水。\nNo water from 8 am."]
    over = town.boss.last["text"]
    assert said("cast_pulse", language, sent=1, left=0) in over
    assert f"· {said('cast_blocked', language)} 1" in over
    assert town.li.texts == []
    press(town, town.boss, "cast_unreached_button", language)
    rows = list(csv.reader(io.StringIO(town.boss.last["content"].decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["Ann Smith", "李娜", "李母"]
    assert "111****0002" in rows[1]
    assert ("broadcast", "broadcast 1") in deeds(town)
    assert town.rows(Address, Address.resident_id == ANN)[0].blocked_at is not None
    assert make_up(town, town.boss, "w:cast_go")["text"] == said("gone", language)  # it is not sent twice


def test_broadcast_is_stopped_and_the_rest_is_accounted_for(town, monkeypatch):
    chats(town)
    town.start()
    employ(town, town.boss)
    town.stop()
    from records.broadcasts import make_broadcast

    with town.store.transaction() as tx:
        place = {"district": "和安区", "subdistrict": "柳岸街道", "community": GUIYUAN}
        make_broadcast(tx, "telegram", 1, place, "停水", now() + timedelta(hours=1))
        tx.execute(update(Broadcast).values(channel="elsewhere"))  # nobody sends it meanwhile
    town.start()
    make_up(town, town.boss, "w:cast_stop:1")
    states = sorted(row.state for row in town.rows(BroadcastLetter))
    assert states == ["cancelled", "cancelled", "cancelled", "no_chat"]


def test_letters_in_hand_of_a_process_that_died_are_sent_once_after_the_next_start(town):
    chats(town)
    town.start()
    employ(town, town.boss)
    town.stop()
    from bots.desk import Desk
    from bots.telegram.mailroom import Mailroom
    from bots.telegram.reception import Reception
    from dialogs.script import load_script
    from records.broadcasts import make_broadcast

    with town.store.transaction() as tx:
        place = {"district": "和安区", "subdistrict": "柳岸街道", "community": GUIYUAN}
        make_broadcast(tx, "telegram", 1, place, "停水", now())
    room = Mailroom(town.store, Reception(Desk(town.store, load_script, clock=now), SEAL, "Asia/Shanghai"))
    taken = room.of_own_accord()
    assert len(taken) == 3
    moments = [moment for moment, _ in taken]
    assert min(b - a for a, b in pairwise(moments)) >= timedelta(milliseconds=40)
    town.start()  # the room is dead: nothing of it was sent
    town.api.until(lambda: len(town.rows(BroadcastLetter, BroadcastLetter.state == "sent")) == 3, "the letters")
    town.api.until(lambda: town.rows(Broadcast, Broadcast.ended_at.is_not(None)), "the end")
    assert [len(person.received) for person in (town.wang, town.ann, town.li)] == [1, 1, 1]


def test_place_of_a_member_is_taken_back_at_once(town):
    reported(town)
    town.start()
    member = employ(town, town.boss)
    town.boss.gets(3)  # the visit to whom nobody reached
    press(town, town.boss, "table_button")
    with town.store.transaction() as tx:
        change_member(tx, member.id, place={"community": "别处"})
    there = len(town.boss.received)
    message = next(message for message in town.boss.received if message["text"].startswith("📋"))
    town.boss.presses(said("papers", "zh"), message)
    town.settled()
    press(town, town.boss, "paper_line_list_csv")
    assert "1号楼" not in town.boss.last["content"].decode("utf-8-sig")
    town.boss.writes("/menu")
    town.boss.gets(there + 3)
    assert GUIYUAN not in town.boss.last["text"]
