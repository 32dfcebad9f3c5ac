"""Updates brought through a reverse proxy, to one process or several on PostgreSQL."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

import bots.telegram.service
import records.inbox
from bots.desk import Desk
from bots.telegram import Hook, serve
from dialogs.script import load_script
from records.store import Store
from records.tables import Conversation, Inbox, Record, Turn
from tests.bots.bot_api import PATIENCE, TOKEN, BotApi
from tests.bots.chats import SEAL, WANG, Town, now
from tests.programs import forked


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def hook(port=None):
    port = port or free_port()
    return Hook(f"http://127.0.0.1:{port}/hidden/path", ("127.0.0.1", port))


def said(town, person, words):
    return town.api.update(message=person.message(text=words))


def test_updates_come_by_the_webhook_and_are_answered(town):
    town.launch()
    town.start(hook=hook())
    town.api.until(lambda: town.api.hook, "the webhook to be set")
    town.wang.phone = "8611100000001"
    contact = {"phone_number": town.wang.phone, "first_name": "", "user_id": town.wang.number}
    assert town.api.bring(town.api.update(message=town.wang.message(contact=contact))) == 200
    town.wang.gets(2)
    for count, words in enumerate(("36度5", "没有", "没有", "不用"), start=3):
        update = said(town, town.wang, words)
        assert [town.api.bring(update) for _ in range(2)] == [200, 200]  # Telegram repeats what it is unsure of
        town.wang.gets(count)
    town.settled()
    (record,) = town.rows(Record, Record.resident_id == WANG)
    assert (record.temperature_c, record.disposition) == (36.5, "complete")
    assert len(town.wang.received) == 6
    assert town.api.sent("getUpdates") == []
    assert "edited_message" in town.api.hook["allowed_updates"]


def test_only_telegram_is_let_in(town, caplog):
    town.launch()
    town.start(hook=hook())
    town.api.until(lambda: town.api.hook, "the webhook to be set")
    update = said(town, town.wang, "36度5")
    url = town.api.hook["url"]
    assert town.api.bring(update, secret="") == 403
    assert town.api.bring(update, secret="guessed-é") == 403
    assert town.api.bring(update, to=url.replace("hidden", "other")) == 403
    assert town.api.bring(b"no json") == 400
    assert town.api.bring(b"[1]") == 400
    assert town.api.bring(b" " * 2_000_000) in (400, None)
    assert town.rows(Inbox) == []
    assert town.api.hook["secret_token"] not in caplog.text


def test_update_that_cannot_be_kept_is_brought_again(town, monkeypatch):
    town.launch()
    town.start(hook=hook())
    town.api.until(lambda: town.api.hook, "the webhook to be set")
    with town.store.transaction() as tx:
        tx.execute(text("ALTER TABLE inbox RENAME TO away"))
    update = said(town, town.wang, "36度5")
    assert town.api.bring(update) == 503
    with town.store.transaction() as tx:
        tx.execute(text("ALTER TABLE away RENAME TO inbox"))
    assert town.api.bring(update) == 200
    assert "手机号" in town.wang.gets(1)


def test_webhook_that_cannot_be_had_is_named_in_both_languages(town):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        town.start(hook=hook(other.getsockname()[1]))
        town.thread.join(PATIENCE)
    town.api.fail("setWebhook", 400, "Bad Request: bad webhook: HTTPS url must be provided for webhook")
    taken, town.faults = town.faults, []
    town.start(hook=hook())
    town.thread.join(PATIENCE)
    (taken,), (refused,), town.thread = taken, town.faults, None
    assert "--listen 127.0.0.1:" in str(taken)
    assert "in use" in str(taken)
    assert str(refused).startswith("Telegram refuses --webhook http://127.0.0.1:")
    assert refused.read("zh-Hans").startswith("Telegram 不接受 --webhook")
    assert "https url must be provided" in str(refused)


def serve_one(url, api, port):
    """The bot in a process of its own, behind a webhook."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    records.inbox.HELD, bots.telegram.service.SWEEP_SECONDS = timedelta(seconds=3), 0.5
    store = Store(url)
    desk = Desk(store, load_script, clock=now)
    serve(store, desk, SEAL, TOKEN, base_url=api, hook=hook(port))


@pytest.mark.postgresql
def test_two_processes_keep_the_order_of_a_chat_and_one_may_die(postgresql_store, postgresql_url, monkeypatch):
    """Updates of each chat go to two processes in turn; later one is killed with updates in hand."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    api = BotApi()
    town = Town(postgresql_store, api)
    ports = [free_port(), free_port()]
    workers = [forked(serve_one, postgresql_url, api.url, port) for port in ports]
    places = [hook(port).url for port in ports]
    try:
        town.launch()
        api.until(lambda: len(api.sent("setMyCommands")) >= 4, "both processes", 90)
        api.bring(api.update(message=town.wang.message(contact=contact_of(town.wang))), to=places[0])
        town.wang.gets(2)
        words = ["36度5", "没有不舒服", "没有去过", "不用了", "谢谢", "36度6", "没有", "没有", "不用"]
        updates = [said(town, town.wang, one) for one in words]
        api.delays["sendMessage"] = 0.2
        for number, update in enumerate(updates):
            assert api.bring(update, to=places[number % 2]) == 200
        town.wang.gets(2 + 10)
        town.settled()
        heard = [e["words"] for turn in town.rows(Turn) for e in turn.events if e["event"] == "heard"]
        assert heard == [words[i] for i in (0, 1, 2, 3, 5, 6, 7, 8)], town.wang.texts
        # one dies with updates of many chats in its hands; the other takes them over
        people = [api.person(9_000_001_000 + n, "zh") for n in range(12)]
        with ThreadPoolExecutor(12) as senders:
            done = [senders.submit(api.bring, said(town, one, "在吗"), to=places[0]) for one in people]
            assert [one.result() for one in done] == [200] * 12
        workers[0].kill()
        for one in people:
            one.gets(1)
        town.settled()
        assert town.count(Conversation) == 2
    finally:
        for worker in workers:
            worker.kill()
            worker.join()
        api.close()


def contact_of(person):
    return {"phone_number": person.phone, "first_name": "", "user_id": person.number}
