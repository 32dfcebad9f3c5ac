"""A campaign is made with its plan, tried out on made-up people, and changed; the real store is not touched by it."""

import re
import tempfile
import time

import pytest
from sqlalchemy import func, select

from records.tables import Attempt, Audit, Campaign, Conversation, Record
from tests.web.town import GUIYUAN, SONGYUAN


def counts(town):
    tables = (Attempt, Campaign, Conversation, Record)
    with town.store.reading() as tx:
        return [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def made(town, browser, **more):
    answer = town.post(browser, "/campaigns/new", name="evening", script="daily_check", lines=6, **more)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1])


def simulated(town, browser, number):
    answer = town.post(browser, f"/campaigns/{number}/simulate")
    assert answer.headers["location"] == f"/campaigns/{number}/simulation"
    end = time.monotonic() + 60
    while 'http-equiv="refresh"' in (text := browser.get(answer.headers["location"]).text):
        assert time.monotonic() < end
        time.sleep(0.1)
    return text


def test_campaign_is_made_with_plan_and_place_and_shown_before_it_begins(town):
    browser = town.browser("staff")
    form = browser.get("/campaigns/new").text
    assert "evening: 09:00–21:00, 17:30–21:00, 2 days" in form
    number = made(town, browser, plan="evening", community=[GUIYUAN])
    (campaign,) = town.rows(Campaign, Campaign.id == number)
    assert (campaign.plan["plan"], campaign.place, campaign.lines) == ("evening", {"community": [GUIYUAN]}, 6)
    page = browser.get(f"/campaigns/{number}").text
    assert "Calls, about" in page
    assert "evening: " in page
    for strange in ({"plan": "../default"}, {"plan": "nothing"}, {"script": "nothing"}):
        assert (
            town.post(browser, "/campaigns/new", **{"name": "x", "script": "daily_check", **strange}).status_code == 404
        )


def test_simulation_shows_tables_marked_as_such_and_leaves_the_store_alone(town, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    browser = town.browser("gui-staff")
    number = made(town, browser)
    before = counts(town)
    text = simulated(town, browser, number)
    assert counts(town) == before
    assert "(simulated)" in text
    assert "It can be done" in text
    assert SONGYUAN not in text
    with town.store.reading() as tx:
        people = tx.execute(
            select(func.count(Record.resident_id.distinct())).where(Record.campaign_id == 1, Record.community_id == 1)
        ).scalar_one()
    assert re.search(r'data-key="residents">(\d+)<', text)[1] == str(people)
    assert not list(tmp_path.glob("wenan-rehearsal-*"))
    assert ("simulated", f"campaign {number}") in town.deeds()


def test_simulation_of_a_large_place_plays_a_sample(town, monkeypatch):
    from web import rehearsal

    monkeypatch.setattr(rehearsal, "MOST", 10)
    browser = town.browser("staff")
    text = simulated(town, browser, made(town, browser))
    assert re.search(r"A sample of 10 / \d\d", text)


def test_simulation_that_fails_says_so(town, monkeypatch, caplog):
    from web import rehearsal

    def broken(*_):
        raise RuntimeError("13800138000")

    monkeypatch.setattr(rehearsal, "copy_roster", broken)
    browser = town.browser("staff")
    assert "The simulation failed" in simulated(town, browser, made(town, browser))
    assert "13800138000" not in caplog.text


def test_simulation_belongs_to_who_may_make_campaigns_there(town):
    number = made(town, town.browser("staff"))
    for login, status in (("gui-worker", 403), ("gui-staff", 403)):
        browser = town.browser(login)
        assert town.post(browser, f"/campaigns/{number}/simulate").status_code == status
        assert browser.get(f"/campaigns/{number}/simulation").status_code == status
    assert town.browser("boss").get(f"/campaigns/{number}/simulation").status_code == 200


def test_pace_is_changed_within_reason(town):
    browser = town.browser("staff")
    number = made(town, browser)
    assert town.post(browser, f"/campaigns/{number}/pace", calls_per_second="0.5").status_code == 303
    assert town.rows(Campaign, Campaign.id == number)[0].pace == 0.5
    assert "0.5 calls/s" in browser.get(f"/campaigns/{number}").text
    assert town.post(browser, f"/campaigns/{number}/pace", calls_per_second="0").status_code == 303
    assert town.rows(Campaign, Campaign.id == number)[0].pace is None
    for strange in ("-1", "nan", "inf", "quick", ""):
        assert town.post(browser, f"/campaigns/{number}/pace", calls_per_second=strange).status_code == 422, strange
    assert town.post(town.browser("gui-staff"), "/campaigns/1/pace", calls_per_second="1").status_code == 403
    assert [row.detail for row in town.rows(Audit, Audit.what == "changed pace")] == ["0.5", "0"]


@pytest.mark.parametrize("name", ["default", "evening"])
def test_every_plan_can_be_followed(town, name):
    from campaigns.plan_file import load_plan, plan_names

    assert name in plan_names()
    assert load_plan(name).plan == name
