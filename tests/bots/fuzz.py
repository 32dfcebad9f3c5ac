"""Random updates of Telegram, as odd as they come: `python -m tests.bots.fuzz [COUNT] [SEED] [URL of an empty store]`.

None may raise or stay in the inbox, none that comes twice may change anything, and no report may be lost: every tagged
report of a resident who is known stands in the transcript exactly once.
"""

import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import insert, select
from telegram import Update

from bots.desk import Desk
from bots.telegram.incoming import chat_of
from bots.telegram.letters import Delivered, Outgoing, Spoken
from bots.telegram.mailroom import Mailroom
from bots.telegram.office.errands import CHANNEL
from bots.telegram.reception import Reception
from bots.telegram.wordings import COMMANDS
from campaigns.plan_file import load_plan, plan_data
from dialogs.script import load_script
from records.addresses import link, linked_at
from records.inbox import open_updates
from records.invitations import Invited, invite
from records.rounds import launch_round
from records.seal import Seal
from records.staff import add_member
from records.staff_chats import draft_at, link_chat
from records.store import Store
from records.tables import Campaign, Community, Household, Resident, Turn

PEOPLE, CHATS = 24, 40  # of the chats some are strangers' to begin with
STAFF = {24: "worker", 39: "staff", 40: "administrator"}  # whose chats are of the office
SAYS = (
    "36度5", "38.9", "98.6", "没有", "有点咳嗽，昨天开始的", "I have a fever and a headache", "yes", "不是",
    "不用", "要买药", "说错了", "在吗", "谢谢", "我爱人也发烧39度", "家里人都好", "三天前", "别再打了",
    "救命，喘不上气", "晚点再说", "转人工", "我的健康码", "what did I say this week", "忘记我",
    "每天晚上八点问我", "English please", "请说中文", "stop", "", " ",
    "🤒👍🏽👨\u200d👩\u200d👧", "\u202eمرحبا 36.5\u202c", "\0\ud7ff\ufffd", "咳" * 4096, "9" * 300,
    "'; DROP TABLE record; --", "{caller}",
)  # fmt: skip
BUTTONS = (
    "option", "digit", "tick", "none", "enter", "who", "hour", "language", "forget", "correct", "again", "report",
    "chosen", "", ":", "x" * 64, "w:menu", "w:language", "w:drop", "w:table", "w:picture", "w:papers", "w:missing",
    "w:campaigns", "w:campaign", "w:watch", "w:look", "w:launch", "w:change", "w:cancel", "w:tasks", "w:task",
    "w:task_done", "w:nobody_home", "w:need_ambulance", "w:note", "w:phone", "w:add", "w:move", "w:choose", "w:enrol",
    "w:cast", "w:cast_to", "w:cast_go", "w:cast_stop", "w:cast_account", "w:", "w",
)  # fmt: skip
KEYS = ("0", "1", "2", "5", ".", "<", "cough", "fever", "yes", "no", "never", "20", "99", "zh-Hans", "en", "", "-1")
FILE = {"file_id": "f", "file_unique_id": "u"}


class Fuzz:
    """A town of chats, and what comes from them."""

    def __init__(self, store, seed):
        self.store, self.random, self.number = store, random.Random(seed), 0
        self.seal = Seal("a secret of these tests alone")
        desk = Desk(store, load_script, clock=lambda: datetime.now(UTC), facts={"caller": "桂园社区"})
        self.mailroom = Mailroom(store, Reception(desk, self.seal, "Asia/Shanghai"))
        self.tagged, self.kinds, self.pressable = set(), Counter(), []
        self.settle()

    def settle(self):
        now = datetime.now(UTC)
        with self.store.transaction() as tx:
            tx.execute(insert(Community), {"id": 1, "district": "d", "subdistrict": "s", "name": "c"})
            for n in range(1, PEOPLE + 1):
                home, phone = (n + 1) // 2, f"+86111{(n + 2) // 3:08d}"
                if n % 2:
                    tx.execute(insert(Household), {"id": home, "community_id": 1, "unit": str(home)})
                row = {"id": n, "household_id": home, "name": f"居民{n}", "phone": phone, "imported_at": now}
                tx.execute(insert(Resident), {**row, "language": "en" if n % 5 == 0 else "zh-Hans"})
            for n in range(1, PEOPLE + 1):
                link(tx, CHANNEL, str(n), n, now)
            for chat, role in STAFF.items():  # one of them is a resident too
                member = add_member(tx, role, name=role, role=role, now=now, language="en" if chat % 2 else "zh-Hans")
                link_chat(tx, member.id, CHANNEL, str(chat), now)
            row = {"name": "run", "script": "daily_check", "script_version": 1, "plan": plan_data(load_plan("default")),
                   "state": "running", "created_at": now, "starts_at": now}  # fmt: skip
            tx.execute(insert(Campaign), row)
            launch_round(tx, 1, 0, place={}, day=now.date(), due_at=now)

    def user(self, chat):
        user = {"id": chat, "is_bot": self.random.random() < 0.02, "first_name": self.random.choice(("x", "", "王"))}
        return user | ({"language_code": self.random.choice(("zh-hans", "en", "", "xx"))} if chat % 2 else {})

    def message(self, chat, **content):
        kind = "private" if self.random.random() < 0.95 else self.random.choice(("group", "supergroup", "channel"))
        number = chat if kind == "private" else -chat
        when = int(time.time()) + self.random.choice((0, 0, 0, 0, -7200, 86_400, 700))
        message = {"message_id": self.number, "date": when, "chat": {"id": number, "type": kind}, **content}
        return message if self.random.random() < 0.02 else {**message, "from": self.user(chat)}

    def next(self):
        """The next update, as JSON."""
        self.number += 1
        chat = self.random.randint(1, CHATS)
        kind = self.random.choices(
            ("report", "words", "command", "button", "contact", "thing", "edited", "member", "other"),
            (30, 25, 10, 20, 4, 5, 2, 1, 3),
        )[0]
        self.kinds[kind] += 1
        return {"update_id": self.number, **getattr(self, kind)(chat)}

    def report(self, chat):
        tag = "".join("天地玄黄宇宙洪荒日月"[int(digit)] for digit in str(self.number))
        text = f"体温36度{self.random.randint(1, 9)}，没有不舒服（{tag}）"
        return {"message": self.message(chat, text=text)}

    def words(self, chat):
        text = self.random.choice(SAYS)
        if self.random.random() < 0.1:
            text = "".join(chr(self.random.randint(1, 0xD7FF)) for _ in range(self.random.randint(1, 30)))
        more = {"forward_origin": {"type": "hidden_user", "sender_user_name": "x", "date": 1}}
        return {"message": self.message(chat, text=text, **(more if self.random.random() < 0.05 else {}))}

    def command(self, chat):
        name = self.random.choice((*COMMANDS, "start", "start", "nonsense", "", "start@wenan_bot"))
        rest = self.random.choice(("", "", " x", " 20", f" {self.code()}", " " + "a" * 64))
        return {"message": self.message(chat, text=f"/{name}{rest}")}

    def code(self):
        if self.random.random() < 0.5:
            return self.seal.sign("notice", self.random.randint(1, 9))
        with self.store.transaction() as tx:
            return invite(tx, self.seal, Invited(resident_id=self.random.randint(1, PEOPLE)), datetime.now(UTC))

    def button(self, chat):
        data = f"{self.random.choice(BUTTONS)}:{self.random.randint(0, 3)}:{self.random.choice(KEYS)}"[:64]
        if self.pressable and self.random.random() < 0.7:
            chat, data = self.random.choice(self.pressable)
        message = {"message": self.message(chat)} if self.random.random() < 0.9 else {}
        query = {"id": f"q{self.number}", "from": self.user(chat), "chat_instance": "1", "data": data}
        return {"callback_query": {**query, **message}}

    def contact(self, chat):
        phone = self.random.choice((f"86111{self.random.randint(1, 9):08d}", "+1", "", "abc"))
        card = {"phone_number": phone, "first_name": "", "user_id": self.random.choice((chat, 1))}
        return {"message": self.message(chat, contact=card)}

    def thing(self, chat):
        sized = {**FILE, "width": 1, "height": 1}
        thing = self.random.choice((
            {"voice": {**FILE, "duration": 3}}, {"photo": [sized], "caption": "39度"}, {"photo": []},
            {"sticker": {**sized, "type": "regular", "is_animated": False, "is_video": False}},
            {"location": {"longitude": 1.0, "latitude": 2.0}}, {"dice": {"emoji": "🎲", "value": 3}},
            {"document": FILE}, {"new_chat_members": [self.user(chat)]}, {"group_chat_created": True}, {},
        ))  # fmt: skip
        return {"message": self.message(chat, **thing)}

    def edited(self, chat):
        return {"edited_message": self.message(chat, text="38度", edit_date=int(time.time()))}

    def member(self, chat):
        status = self.random.choice(({"status": "kicked", "until_date": 0}, {"status": "member"}, {"status": "left"}))
        bot = {"id": 4711, "is_bot": True, "first_name": "b"}
        change = {"chat": {"id": chat, "type": "private"}, "from": self.user(chat), "date": int(time.time())}
        return {"my_chat_member": {**change, "old_chat_member": {"status": "left", "user": bot},
                                   "new_chat_member": {**status, "user": bot}}}  # fmt: skip

    def other(self, chat):
        asked = {"id": "1", "from": self.user(chat), "query": "36.5", "offset": ""}
        return self.random.choice(({"inline_query": asked}, {"channel_post": self.message(chat, text="36度5")}, {}))

    def run(self, count):
        """Handles so many, some of them of different chats together; every tenth comes twice."""
        together = {}
        for left in reversed(range(count)):
            update = Update.de_json(json.loads(json.dumps(self.next())), None)
            if chat_of(update) in together:
                self.handle(together)
            together[chat_of(update)] = update
            if not left or self.random.random() < 0.5:
                self.handle(together)

    def handle(self, together):
        """Has these handled, and takes them out."""
        updates = [together.pop(chat) for chat in list(together)]
        self.tagged |= {update.message.text for update in updates if self.awaits(update)}
        self.mailroom.keep(updates)
        spoken = [
            self.random.choice((None, Spoken("36度5", 0.9, clear=True), Spoken("[unk]"), Spoken())) for _ in updates
        ]
        for outgoing in self.mailroom.handle_all(list(zip(updates, spoken, strict=True))):
            if outgoing:
                self.sent(outgoing)
        if self.random.random() < 0.02:
            self.mailroom.note_sent([Delivered(one) for _, one in self.mailroom.of_own_accord()])
        if self.random.random() < 0.1:
            self.mailroom.keep(updates)
            assert self.mailroom.handle_all([(update, None) for update in updates]) == [None] * len(updates), updates

    def awaits(self, update):
        """Whether it is a tagged report of somebody who is known."""
        message = update.message
        if not message or not (message.text or "").endswith("）") or message.chat.type != "private":
            return False
        if message.from_user is None or message.from_user.is_bot:
            return False
        with self.store.reading() as tx:
            linked = linked_at(tx, CHANNEL, str(message.chat.id))
            working = draft_at(tx, CHANNEL, str(message.chat.id)) if message.chat.id in STAFF else {}
        return linked is not None and not linked.draft.get("who") and not working

    def sent(self, outgoing):
        assert outgoing == Outgoing.from_json(json.loads(json.dumps(outgoing.to_json())))
        for letter in (*outgoing.letters, *([outgoing.board] if outgoing.board and outgoing.board.text else [])):
            assert letter.text.strip(), outgoing
            if letter.file:
                self.mailroom.make(letter.file)
            assert all(0 < len(data.encode()) <= 64 and label for data, label in letter.buttons), letter
            self.pressable += [(outgoing.chat, data) for data, _ in letter.buttons]
        self.pressable = self.pressable[-300:]
        state = "blocked" if self.random.random() < 0.01 else "sent"
        self.mailroom.note_sent([Delivered(outgoing, state)])

    def check(self):
        """Nothing is left in the inbox, and every tagged report was heard once."""
        with self.store.reading() as tx:
            assert open_updates(tx, CHANNEL) == []
            turns = tx.execute(select(Turn.events)).scalars()
            heard = Counter(e.get("words") for events in turns for e in events if e["event"] == "heard")
        lost = [text for text in self.tagged if heard[text] != 1]
        assert not lost, f"{len(lost)} of {len(self.tagged)} reports are lost or doubled: {lost[:3]}"


class Faults(logging.Handler):
    """Whatever was logged as a warning or worse."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def fuzz(store, count, seed):
    """Runs, and returns what came how often; AssertionError on whatever must not be."""
    faults = Faults()
    logging.getLogger().addHandler(faults)
    try:
        one = Fuzz(store, seed)
        one.run(count)
    finally:
        logging.getLogger().removeHandler(faults)
    assert not faults.lines, faults.lines[:5]
    one.check()
    return one.kinds, len(one.tagged)


def main(count="100000", seed="1", url=""):
    """Runs on a store of its own and tells what it saw."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        kinds, reports = fuzz(Store(url or f"sqlite:///{folder}/fuzz.sqlite"), int(count), int(seed))
        took = time.process_time() - began
    sys.stdout.write(
        f"{int(count):,} updates, {reports:,} reports, none lost, no fault; {took:.0f} CPU s; {dict(kinds)}\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
