"""Words of a dialog are changed in the page: checked, tried out, used, taken back; what runs goes on as it was."""

import re
from html import unescape

import pytest

from dialogs.rewording import shipped, texts
from dialogs.script import ScriptError, script_names
from records.scripts import Scripts
from records.staff import add_member
from records.tables import Campaign
from tests.web.town import EVIL, PASSWORD

TEMPERATURE = "steps/temperature/say/1/en"


def edition(town, browser, **words):
    answer = town.post(
        browser, "/dialogs/daily_check", **{TEMPERATURE: "Please, what does your thermometer say?", **words}
    )
    assert answer.status_code == 303, answer.text
    return int(re.search(r"/dialogs/daily_check/(\d+)/try", answer.headers["location"])[1])


def made(town, browser, name):
    return int(town.post(browser, "/campaigns/new", name=name, script="daily_check", lines=2).headers["location"][11:])


def test_edition_is_used_for_what_begins_and_can_be_taken_back(town):
    browser = town.browser("boss")
    number = edition(town, browser)
    assert town.office.scripts("daily_check").version == 1  # saved, and not in use
    before = made(town, browser, "before")
    assert town.post(browser, "/dialogs/daily_check/use", version=number).status_code == 303
    after = made(town, browser, "after")
    versions = {row.id: row.script_version for row in town.rows(Campaign)}
    assert (versions[before], versions[after]) == (1, number)
    assert town.post(browser, "/dialogs/daily_check/use", version=0).status_code == 303
    assert town.office.scripts("daily_check").version == 1
    kept = town.office.scripts("daily_check", versions[after])  # the campaign goes on with it
    assert "thermometer" in kept.steps["temperature"].say.variants[1][1].text("en", str)
    assert [what for what, _ in town.deeds() if "wording" in what] == ["changed wording"] + ["put wording to use"] * 2
    text = browser.get("/dialogs/daily_check").text
    assert f"?edition={number}" in text
    assert "boss" in text
    assert "thermometer say" in browser.get(f"/dialogs/daily_check?edition={number}").text


def test_resident_hears_the_words_in_use(town):
    browser = town.browser("boss")
    number = edition(town, browser, **{"steps/welcome/say/zh-Hans": "{name}，早上好！{caller}的机器人想问问您。"})
    town.post(browser, "/dialogs/daily_check/use", version=number)
    made(town, browser, "morning")
    desk = town.office.desk
    assert "早上好" in desk.scripts("daily_check", None).steps["welcome"].say.variants[0][1].text("zh-Hans", str)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("What is it, {nobody}?", "says {nobody}, which nothing fills in"),
        ("", "no wording in en"),
        ("open {brace", "expected '}' before end of string"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(town, words, said):
    browser = town.browser("boss")
    wrong = town.post(browser, "/dialogs/daily_check/check", **{TEMPERATURE: words}).json()
    assert list(wrong) == [TEMPERATURE]
    assert said in wrong[TEMPERATURE]
    answer = town.post(browser, "/dialogs/daily_check", **{TEMPERATURE: words})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert town.office.scripts.editions("daily_check") == []
    assert town.post(browser, "/dialogs/daily_check/check", **{TEMPERATURE: "Fine?"}).json() == {}
    assert town.post(browser, "/dialogs/daily_check", **{"steps/nowhere/say/en": "x"}).status_code == 422


def test_edition_is_tried_out_as_a_chat(town):
    browser = town.browser("boss")
    path = f"/dialogs/daily_check/{edition(town, browser)}/try"
    text = browser.get(f"{path}?language=en").text
    assert "what does your thermometer say?" in text
    for words in ("36.5", "no", "no", "no"):
        state = re.search(r'name="state" value="([^"]+)"', text)[1]
        text = town.post(browser, path, state=state, words=words).text
    assert "<b>Temperature</b> 36.5" in text
    assert "The talk is over: complete" in text
    assert town.post(browser, path, state=state[:-1] + "?", words="x").status_code == 422
    other = town.post(browser, "/dialogs/daily_check/0/try", state=state, words="x")
    assert other.status_code == 422  # the state of another edition
    assert browser.get("/dialogs/daily_check/7777/try").status_code == 404


def test_words_are_text(town):
    browser = town.browser("boss")
    number = edition(town, browser, **{TEMPERATURE: f"{EVIL} temperature?"})
    for path in (f"/dialogs/daily_check?edition={number}", f"/dialogs/daily_check/{number}/try?language=en"):
        assert EVIL not in browser.get(path).text


@pytest.mark.parametrize(("login", "status"), [("staff", 403), ("gui-administrator", 403), ("boss", 200)])
def test_only_administrators_of_all_places_change_words(town, login, status):
    browser = town.browser(login)
    assert browser.get("/dialogs/daily_check").status_code == status
    assert town.post(browser, "/dialogs/daily_check/check").status_code == status
    for name in ("nothing", "..%2fcommon", "common"):
        assert browser.get(f"/dialogs/{name}").status_code in (404, 403)


def test_every_shipped_script_has_its_texts_and_stands_as_it_is(tmp_path, settled):
    scripts = Scripts(tmp_path)
    for name in script_names():
        assert len(list(texts(shipped(name)))) > 8
        kept = scripts.save(name, {}, "boss", settled[1].at)
        scripts.use(name, kept.version)
        one, other = scripts(name), scripts(name, shipped(name)["version"])
        assert (one.version, list(one.steps)) == (kept.version, list(other.steps))


def test_edition_of_an_older_script_is_used_no_more(tmp_path, settled):
    scripts = Scripts(tmp_path)
    kept = scripts.save("daily_check", {}, "boss", settled[1].at)
    old = tmp_path / "daily_check.json"
    text = old.read_text(encoding="utf-8")
    old.write_text(text.replace(str(kept.version), "77001").replace('"in_use": null', '"in_use": 77001'), "utf-8")
    assert scripts("daily_check").version == 1
    with pytest.raises(ScriptError, match="older version"):
        scripts.use("daily_check", 77001)


@pytest.mark.parametrize("place", ["steps/temperature/say/1/en", "steps/greeting/again/zh-Hans", "results/0/advice/en"])
def test_what_is_wrong_is_said_in_the_language_of_who_writes(town, place):
    with town.store.transaction() as tx:
        everywhere = {"role": "administrator", "password": PASSWORD, "now": town.at, "language": "zh-Hans"}
        add_member(tx, "zhu", name="朱", **everywhere)
    for login, chinese in (("zhu", True), ("boss", False)):
        browser = town.browser(login)
        for words in ("", "{", "}", "{name", "{nobody}", "{a b}{name}"):
            told = town.post(browser, "/dialogs/daily_check/check", **{place: words}).json()
            assert list(told) == [place], (words, told)
            assert bool(re.search("[一-鿿]", told[place])) is chinese, told
