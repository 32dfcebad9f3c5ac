"""The sound of a call is played to whoever may read the conversation, from any of its bytes on, and it is noted."""

import pytest

from tests.web.town import GUIYUAN, SONGYUAN


@pytest.fixture
def recorded(town):
    """The town with the sound of both conversations kept."""
    town.record()
    return town


def test_recording_is_played_from_any_byte_and_noted(recorded):
    browser, path = recorded.browser("gui-worker"), f"/conversations/{recorded.talks[GUIYUAN]}"
    page = browser.get(path)
    assert f'<audio controls preload="none" src="{path}/recording"' in page.text
    assert "media-src 'self'" in page.headers["content-security-policy"]
    whole = browser.get(f"{path}/recording")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert whole.headers["accept-ranges"] == "bytes"
    part = browser.get(f"{path}/recording", headers={"range": "bytes=1000-1099"})
    assert (part.status_code, part.content) == (206, whole.content[1000:1100])
    assert browser.get(f"{path}/recording", headers={"range": "bytes=99999999-"}).status_code == 416
    heard = [deed for deed in recorded.deeds() if deed[0] == "heard recording"]
    assert heard == [("heard recording", path.strip("/").replace("conversations/", "conversation "))] * 3


def test_nobody_of_another_place_hears_it(recorded):
    path = f"/conversations/{recorded.talks[SONGYUAN]}/recording"
    assert recorded.browser("gui-administrator").get(path).status_code == 404
    assert recorded.browser().get(path).status_code == 303
    assert recorded.browser("boss").get(path).status_code == 200
    assert [deed[0] for deed in recorded.deeds()].count("heard recording") == 1


def test_call_without_recording_has_no_player(town):
    browser, path = town.browser("boss"), f"/conversations/{town.talks[GUIYUAN]}"
    assert "<audio" not in browser.get(path).text
    assert browser.get(f"{path}/recording").status_code == 404


def test_lists_are_narrowed_to_a_place(town):
    browser = town.browser("boss")
    all_of_them = browser.get("/residents?figure=non_reporting").text
    here = browser.get("/residents", params={"figure": "non_reporting", "community": GUIYUAN, "building": ""}).text
    assert SONGYUAN in all_of_them.split("<tbody>")[1]
    assert SONGYUAN not in here.split("<tbody>")[1]
    assert f"/residents/{town.people[GUIYUAN]}" in here
    assert f"/conversations/{town.talks[GUIYUAN]}" in browser.get(f"/residents/{town.people[GUIYUAN]}").text
