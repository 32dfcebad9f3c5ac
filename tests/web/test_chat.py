"""A resident answers on the page of their link: without an account, without a script, and nobody else for them."""

import re
from datetime import timedelta
from io import BytesIO

import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from bots.desk import Visit
from dialogs.events import Heard
from records.attempts import begin_attempt
from records.notices import PURPOSE
from records.residents import load_members
from records.tables import Address, Answer, Campaign, Conversation, Record, Turn
from tests.web.town import EVIL, GUIYUAN, SONGYUAN


def turn_of(text):
    return re.search(r'name="turn" value="([^"]+)"', text)[1]


def said(text):
    """What stands in the bubbles of a page."""
    return re.findall(r'<li class="(we|they)">.*?</span>(.*?)</li>', text, re.DOTALL)


def finish(browser, page):
    """Says that all is well until it is over; returns the last page."""
    answer = browser.post(page, follow_redirects=True)
    for words in ("36.5", "没有不舒服", "没有", "都好", "不需要", "不需要", "没有"):
        if 'name="turn"' not in answer.text:
            break
        answer = browser.post(page, data={"turn": turn_of(answer.text), "words": words}, follow_redirects=True)
    return answer


def test_resident_reports_on_plain_forms_and_gets_a_code_that_a_guard_reads(town):
    resident = town.people[GUIYUAN]
    page, browser = town.link(resident), town.browser()
    hello = browser.get(page)
    assert "开始" in hello.text
    before = len(town.rows(Conversation))
    browser.head(page)
    assert len(town.rows(Conversation)) == before  # looking begins nothing
    last = finish(browser, page)
    assert "今天的报告已经收到" in last.text
    answers = {row.name: row.value for row in town.rows(Answer, Answer.resident_id == resident)}
    assert answers["temperature"] == 36.5
    with town.store.reading() as tx:
        record = tx.execute(
            select(Record.__table__).where(Record.resident_id == resident, Record.channel == "web")
            .order_by(Record.id.desc())
        ).first()  # fmt: skip
    assert record.disposition == "complete"
    code = browser.get(f"{page}/code.png")
    assert code.content.startswith(b"\x89PNG")
    assert code.headers["cache-control"] == "no-store"
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(code.content)))
    guard = town.browser().get(found.text)
    assert guard.status_code == 200
    assert re.search('class="shown (green|yellow|red)"', guard.text)
    town.at += timedelta(hours=1)
    assert town.browser().get(found.text).status_code == 404  # a picture of yesterday is no code


def test_conversation_goes_on_where_it_stood_at_another_telephone(town):
    page = town.link(town.people[GUIYUAN] + 1)
    first, second = town.browser(), town.browser()
    one = first.post(page, follow_redirects=True)
    two = first.post(page, data={"turn": turn_of(one.text), "words": "36.8"}, follow_redirects=True)
    assert said(second.get(page).text) == said(two.text)
    assert turn_of(second.get(page).text) == turn_of(two.text)


def test_script_of_the_page_has_the_same_page_at_once(town):
    page, browser = town.link(town.people[GUIYUAN] + 1), town.browser()
    begun = browser.post(page, follow_redirects=True)
    sent = {"turn": turn_of(begun.text), "words": "36.8"}
    at_once = browser.post(page, data=sent, headers={"x-chat": "1"})
    assert at_once.status_code == 200
    assert at_once.text == browser.get(at_once.headers["content-location"]).text
    assert at_once.headers["content-location"].startswith(f"{page}?talk=")


def test_turn_sent_twice_or_from_an_old_page_is_heard_once(town):
    page, browser = town.link(town.people[GUIYUAN] + 1), town.browser()
    begun = browser.post(page, follow_redirects=True)
    for _ in range(3):
        browser.post(page, data={"turn": turn_of(begun.text), "words": "36.8"})
    browser.post(page)  # begins no second one
    heard = [event for row in town.rows(Turn) for event in row.events if event.get("words") == "36.8"]
    assert len([event for event in heard if event["event"] == "heard"]) == 1
    assert len(town.rows(Conversation, Conversation.channel == "web", ~Conversation.over)) <= 3


def test_only_links_that_we_made_and_that_are_still_good_open_anything(town):
    good = town.link(town.people[GUIYUAN])
    number = int(town.seal.read(PURPOSE, good.removeprefix("/r/"))[0])
    others = [town.seal.sign(purpose, number) for purpose in ("invitation", "health-code", "wenan_session")]
    forged = [good[:-1] + ("A" if good[-1] != "A" else "B"), "/r/x", "/r/" + "A" * 60, f"/r/{number}",
              *(f"/r/{token}" for token in others), f"/r/{town.seal.sign(PURPOSE, 10**9)}"]  # fmt: skip
    browser = town.browser()
    for page in forged:
        assert browser.get(page).status_code == 404, page
        assert browser.post(page, data={"words": "36.5"}).status_code == 404
        assert browser.get(f"{page}/code.png").status_code == 404
    assert browser.get(good).status_code == 200
    town.at += timedelta(hours=9)
    assert browser.get(good).status_code == 404
    assert browser.post(good).status_code == 404


def test_link_of_one_shows_nothing_of_another(town):
    page, other = town.link(town.people[GUIYUAN]), town.talks[SONGYUAN]
    browser = town.browser()
    finish(browser, page)
    shown = browser.get(f"{page}?talk={other}")
    assert "38.6" not in shown.text
    assert said(shown.text) == []


def test_what_was_said_is_shown_as_text_everywhere(town):
    resident = town.people[GUIYUAN] + 1
    page, browser = town.link(resident), town.browser("boss")
    begun = browser.post(page, follow_redirects=True)
    answer = browser.post(page, data={"turn": turn_of(begun.text), "words": f"{EVIL} 36.6"}, follow_redirects=True)
    talk = int(turn_of(answer.text).split(":")[0])
    for path in (page, f"/conversations/{talk}", f"/residents/{resident}"):
        shown = browser.get(path).text
        assert EVIL not in shown, path
    assert "&lt;script&gt;" in browser.get(f"/conversations/{talk}").text


def test_conversation_page_says_by_which_words_it_was_understood(town):
    shown = town.browser("boss").get(f"/conversations/{town.talks[GUIYUAN]}").text
    assert "38.6" in shown
    assert "有点咳嗽" in shown
    assert re.search(r"<b>Symptoms</b> [^<]*Cough", shown)
    assert re.search(r"<b>Temperature</b> 38.6", shown)


def test_language_is_that_of_the_resident_and_can_be_chosen(town):
    page, browser = town.link(town.people[GUIYUAN] + 1), town.browser()
    assert "開始" in browser.get(f"{page}?language=zh-Hant").text
    assert ">Begin<" in browser.get(f"{page}?language=en").text
    english = browser.post(page, data={"language": "en"}, follow_redirects=True).text
    assert "What is your temperature today?" in english
    assert '<html lang="en"' in english


def test_nothing_is_sent_to_a_page(town):
    finish(town.browser(), town.link(town.people[GUIYUAN]))
    assert all(row.stopped_at for row in town.rows(Address, Address.channel == "web"))


def test_guard_learns_the_colour_and_a_hidden_name_only(town):
    assert town.browser().get("/code").status_code == 200
    for code in ("forged", "A" * 90, "%2e%2e"):
        answer = town.browser().get(f"/code/{code}")
        assert answer.status_code == 404
        assert "not a code of ours" in answer.text
    to = town.browser().get("/code", params={"token": "http://there.example/code/abc/../x"})
    assert to.headers["location"] == "/code/x"


def test_call_that_broke_off_is_gone_on_with_at_its_question(town):
    resident = town.people[GUIYUAN] + 1
    with town.store.transaction() as tx:
        theirs = Record.resident_id == resident, Record.campaign_id == 1
        record = tx.execute(select(Record.__table__).where(*theirs)).one()
        tx.execute(update(Campaign).where(Campaign.id == 1).values(state="running"))
        open_again = {"final": False, "disposition": None, "status": None, "day": town.at.date()}
        tx.execute(update(Record).where(Record.id == record.id).values(**open_again))
        attempt = begin_attempt(
            tx, campaign_id=1, round=0, household_id=record.household_id, residents=[resident], phone="+8611100000001",
            channel="simulated", number=1, started_at=town.at, now=town.at,
        )  # fmt: skip
        (member,) = load_members(tx, [resident])
    desk = town.office.desk
    visit = Visit(attempt, 1, 0, record.household_id, {resident: {"name": member.name, "language": "zh-Hans"}},
                  "+8611100000001", "daily_check", 1, "simulated", "+8611100000001", "phone", town.at)  # fmt: skip
    call, _ = desk.open(visit)
    for seconds, words in enumerate(("是的", "三十八度五", "对"), start=1):
        reply = desk.hear(call, Heard(words=words, seconds=float(seconds)))
    assert reply.step == "symptoms"
    desk.hear(call, Heard(hung_up=True, seconds=9.0))
    desk.close(call)
    page, browser = town.link(resident), town.browser()
    begun = browser.post(page, follow_redirects=True).text
    assert "我们接着电话里没说完的问" in begun
    assert "有没有什么不舒服" in said(begun)[-1][1]
    assert "体温多少度" not in begun
    answer = browser.post(page, data={"turn": turn_of(begun), "words": "咳嗽，昨天开始的"}, follow_redirects=True)
    for words in ("没有", "都好", "不需要", "没有", "不用"):
        if 'name="turn"' in answer.text:
            answer = browser.post(page, data={"turn": turn_of(answer.text), "words": words}, follow_redirects=True)
    with town.store.reading() as tx:
        record = tx.execute(select(Record.__table__).where(Record.id == record.id)).one()
    assert (record.disposition, record.temperature_c, record.fever) == ("complete", 38.5, True)
    assert record.channel == "web"
