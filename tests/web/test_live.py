"""A campaign is followed without reloading: what changes arrives, is made once for all, and ends with the session."""

import json
import threading
import time

import httpx
import pytest
from sqlalchemy import update

from records.staff import change_member, member_named
from records.tables import Campaign, Record
from tests.web.town import GUIYUAN
from web import live


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(live, "EVERY", 0.05)
    monkeypatch.setattr(live, "REST", 0)
    monkeypatch.setattr(live, "CHECKED", 0.1)


class Watcher:
    """Reads the events of a page in a thread of its own."""

    def __init__(self, browser):
        self.texts, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self._read, args=(browser,), daemon=True)
        self.thread.start()

    def _read(self, browser):
        try:
            with browser.stream("GET", "/campaigns/1/live") as stream:
                for line in stream.iter_lines():
                    if line.startswith("event: over"):
                        self.over.set()
                        return
                    if line.startswith("data: "):
                        self.texts.append(json.loads(line.removeprefix("data: ")))
        except httpx.HTTPError:
            return

    def until(self, done, what):
        end = time.monotonic() + 20
        while not done(self):
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(0.02)


def test_what_changes_arrives_by_itself(town):
    watcher = Watcher(town.browser("boss"))
    watcher.until(lambda w: w.texts, "the first text")
    with town.store.transaction() as tx:
        tx.execute(update(Record).where(Record.resident_id == town.people[GUIYUAN]).values(
            status="symptomatic", temperature_c=41.7, reported_at=town.at, changed_at=town.at, present=2))  # fmt: skip
    watcher.until(lambda w: "41.7" in w.texts[-1], "the new report")
    assert len(watcher.texts) == 2  # nothing is sent while nothing changes


def test_stream_shows_the_place_of_the_watcher_only(town):
    watcher = Watcher(town.browser("gui-worker"))
    watcher.until(lambda w: w.texts, "the first text")
    assert "松苑" not in watcher.texts[0]
    assert "竹庭" not in watcher.texts[0]


def test_stream_ends_with_the_session(town):
    watcher = Watcher(town.browser("gui-worker"))
    watcher.until(lambda w: w.texts, "the first text")
    with town.store.transaction() as tx:
        change_member(tx, member_named(tx, "gui-worker").id, role="staff")
    watcher.until(lambda w: w.over.is_set(), "the end")


def test_many_watchers_have_it_made_once(town, monkeypatch):
    from web import planning

    made = []
    real = planning.read_pulse
    monkeypatch.setattr(live, "REST", 1000)
    monkeypatch.setattr(planning, "read_pulse", lambda *given: made.append(1) or real(*given))
    watchers = [Watcher(town.browser("boss")) for _ in range(8)]
    for watcher in watchers:
        watcher.until(lambda w: w.texts, "the first text")
    assert len(made) == 1


def test_what_is_slow_to_make_is_shown_as_it_was_while_it_is_made_anew(monkeypatch):
    monkeypatch.setattr(live, "SLOW", 0.01)
    held, made = live.Live(), []

    def make():
        time.sleep(0.05)
        made.append(len(made))
        return made[-1]

    assert held.get("key", make) == 0
    time.sleep(0.1)  # it is too old by now
    began = time.monotonic()
    assert held.get("key", make) == 0
    assert time.monotonic() - began < 0.04
    end = time.monotonic() + 10
    while held.get("key", make) == 0:
        assert time.monotonic() < end
    monkeypatch.setattr(live, "OLD", 0.0)
    time.sleep(0.1)
    before = held.get("key", make)
    assert before == made[-1]  # what is much too old is waited for


def test_what_cannot_be_made_fails_for_who_asked_and_is_tried_again():
    held = live.Live()

    def broken():
        raise RuntimeError("no store")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            held.get("key", broken)
    assert held.get("key", lambda: 1) == 1


def test_no_more_is_kept_than_has_room(monkeypatch):
    monkeypatch.setattr(live, "MOST", 3)
    held = live.Live()
    for key in range(10):
        held.get(key, lambda: "x")
    assert len(held._kept) == 3


def test_deed_is_seen_at_once_by_who_did_it(town, monkeypatch):
    monkeypatch.setattr(live, "REST", 1000)
    with town.store.transaction() as tx:
        tx.execute(update(Campaign).where(Campaign.id == 1).values(state="running"))
    browser = town.browser("boss")
    assert "badge running" in browser.get("/campaigns/1").text
    for deed, state in (("pause", "paused"), ("cancel", "cancelled")):
        town.post(browser, f"/campaigns/1/{deed}")
        assert f"badge {state}" in browser.get("/campaigns/1").text
