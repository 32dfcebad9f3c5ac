"""A small Bot API server on loopback, faithful to Telegram's where it matters to us; the standard library alone.

Chats are played by `Person`; what the bot sends is taken apart as Telegram does it, and refused where Telegram would.
"""

import json
import threading
import time
from collections import deque
from email.parser import BytesParser
from email.policy import HTTP
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

TOKEN = "4711:AAH-a-token-that-must-never-be-seen"
PATIENCE = 30  # seconds until a test gives up waiting
SHORT = 0.01  # seconds until it looks again


class Refusal(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class BotApi:
    """The server: holds updates until they are confirmed by a later offset, and the chats.

    `faults` holds refusals for the next calls of a method; `delays` seconds for which the answers of a method wait.
    """

    def __init__(self):
        self.changed = threading.Condition()
        self.updates, self.people, self.calls = [], {}, []
        self.faults, self.delays = {}, {}
        self.next_update, self.next_message = 1000, 1
        self.polling, self.wanted = 0, []
        self.hook, self.files = None, {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        with self.changed:
            self.polling = -1000
            self.changed.notify_all()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def fail(self, method, code, description="fault", times=1, **parameters):
        self.faults.setdefault(method, deque()).extend([Refusal(code, description, **parameters)] * times)

    def person(self, number, language="zh-hans", **more):
        return self.people.setdefault(number, Person(self, number, language, **more))

    def post(self, *updates):
        """Puts updates up for the bot, as they are."""
        with self.changed:
            self.updates.extend(updates)
            self.changed.notify_all()

    def update(self, **content):
        with self.changed:
            self.next_update += 1
            return {"update_id": self.next_update, **content}

    def until(self, holds, what="it", patience=PATIENCE):
        """Waits until something holds, looking with every call of the bot, and often: it may be of the store."""
        end = time.monotonic() + patience
        with self.changed:
            while not holds():
                assert time.monotonic() < end, f"waited {patience} s for {what} in vain"
                self.changed.wait(SHORT)

    def sent(self, method="sendMessage"):
        return [data for name, data, _ in self.calls if name == method]

    # what the bot calls

    def answer(self, method, data):
        with self.changed:
            self.calls.append((method, data, time.monotonic()))
            self.changed.notify_all()
            fault = self.faults[method].popleft() if self.faults.get(method) else None
        if delay := self.delays.get(method):
            time.sleep(delay)
        if fault:
            raise fault
        call = getattr(self, f"do_{method}", None)
        if call is None:
            raise Refusal(404, "Not Found: method not found")
        with self.changed:
            result = call(data)
            self.changed.notify_all()
        return result

    def do_getMe(self, data):
        return {"id": 4711, "is_bot": True, "first_name": "问安", "username": "wenan_bot", "can_join_groups": True,
                "can_read_all_group_messages": False, "supports_inline_queries": False}  # fmt: skip

    def do_getUpdates(self, data):
        offset, limit = int(data.get("offset", 0)), int(data.get("limit", 100))
        self.updates = [u for u in self.updates if u["update_id"] >= offset or u.get("again", 0) > 0]
        self.wanted = json.loads(data.get("allowed_updates") or "[]")
        self.polling += 1
        try:
            if self.polling > 1:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            self.changed.wait_for(lambda: self.polling < 1 or self.ready, float(data.get("timeout", 0)))
            return [self._give(update) for update in self.ready[:limit]]
        finally:
            self.polling -= 1

    @property
    def ready(self):
        """What the bot wants and has not confirmed."""
        return [u for u in self.updates if not self.wanted or any(kind in u for kind in self.wanted)]

    def _give(self, update):
        if "again" in update:
            update["again"] -= 1
        return {key: value for key, value in update.items() if key != "again"}

    def chat(self, data):
        chat = self.people.get(int(data["chat_id"]))
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def do_sendPhoto(self, data):
        chat, photo = self.chat(data), data["photo"]
        if not photo.startswith(b"\x89PNG"):
            raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if len(data.get("caption", "")) > 1024:
            raise Refusal(400, "Bad Request: message caption is too long")
        sizes = [{"file_id": "p", "file_unique_id": "p", "width": 640, "height": 800}]
        message = {**chat.message(), "photo": sizes, "caption": data.get("caption", ""), "from": self.do_getMe({})}
        chat.received.append({**message, "text": message["caption"], "png": photo})
        return message

    def do_sendDocument(self, data):
        chat, content = self.chat(data), data["document"]
        if not content:
            raise Refusal(400, "Bad Request: file must be non-empty")
        if len(data.get("caption", "")) > 1024:
            raise Refusal(400, "Bad Request: message caption is too long")
        document = {
            "file_id": "d",
            "file_unique_id": "d",
            "file_name": data["document:name"],
            "file_size": len(content),
        }
        message = {
            **chat.message(),
            "document": document,
            "caption": data.get("caption", ""),
            "from": self.do_getMe({}),
        }
        chat.received.append({**message, "text": message["caption"], "content": content})
        return message

    def do_getFile(self, data):
        if data["file_id"] not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        return {"file_id": data["file_id"], "file_unique_id": "u", "file_path": f"voice/{data['file_id']}.oga"}

    def do_setWebhook(self, data):
        self.hook = data
        return True

    def bring(self, update, to=None, secret=None, patience=PATIENCE):
        """Brings an update to the webhook, or elsewhere, as Telegram does; the status of the answer."""
        place = urlsplit(to or self.hook["url"])
        connection = HTTPConnection(place.hostname, place.port, timeout=patience)
        secret = self.hook["secret_token"] if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret.encode("latin-1")}
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        try:
            connection.request("POST", place.path, body, headers)
            return connection.getresponse().status
        except BrokenPipeError:  # refused before it was read
            return None
        finally:
            connection.close()

    def do_sendMessage(self, data):
        chat = self.chat(data)
        text = data.get("text", "")
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        message = {**chat.message(), "text": text, "from": self.do_getMe({})}
        if markup := json.loads(data.get("reply_markup") or "{}"):
            message["reply_markup"] = _checked(markup)
        chat.received.append(message)
        shown = {key: value for key, value in message.items() if key != "reply_markup"}
        return message if "inline_keyboard" in markup else shown

    def do_editMessageText(self, data):
        message = self.chat(data).find(int(data["message_id"]))
        if message is None or "photo" in message or "document" in message:
            raise Refusal(400, "Bad Request: message to edit not found")
        markup = _checked(json.loads(data.get("reply_markup") or "{}"))
        if not data.get("text", "").strip() or len(data["text"].encode("utf-16-le")) // 2 > 4096:
            raise Refusal(400, "Bad Request: message text is empty, or too long")
        if (message["text"], message.get("reply_markup", {})) == (data["text"], markup):
            raise Refusal(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        message.update({"text": data["text"], **({"reply_markup": markup} if markup.get("inline_keyboard") else {})})
        return message

    def do_editMessageReplyMarkup(self, data):
        message = self.people[int(data["chat_id"])].find(int(data["message_id"]))
        markup = _checked(json.loads(data.get("reply_markup") or "{}"))
        if message.get("reply_markup", {}) == markup:
            raise Refusal(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        if markup.get("inline_keyboard"):
            message["reply_markup"] = markup
        return message

    def do_answerCallbackQuery(self, data):
        if not data["callback_query_id"].startswith("query-"):
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def do_deleteWebhook(self, data):
        return True

    def do_setMyCommands(self, data):
        for command in json.loads(data["commands"]):
            if not (1 <= len(command["description"]) <= 256 and command["command"].islower()):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        return True


class Person:
    """Somebody with a private chat with the bot: what they do, and what they got."""

    def __init__(self, api, number, language, name="居民", phone=""):
        self.api, self.number, self.name, self.phone = api, number, name, phone
        self.user = {"id": number, "is_bot": False, "first_name": name, "language_code": language}
        self.received, self.blocked = [], False

    def message(self, **content):
        self.api.next_message += 1
        chat = {"id": self.number, "type": "private", "first_name": self.name}
        return {
            "message_id": self.api.next_message,
            "date": int(time.time()),
            "chat": chat,
            "from": self.user,
            **content,
        }

    def writes(self, text, **more):
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text[0] == "/" else []
        update = self.api.update(message=self.message(text=text, entities=entities, **more))
        self.api.post(update)
        return update

    def does(self, **content):
        self.api.post(self.api.update(message=self.message(**content)))

    def shares(self, phone=None, owner=None, **more):
        contact = {"phone_number": phone or self.phone, "first_name": self.name, "user_id": owner or self.number}
        self.does(contact=contact, **more)

    def presses(self, label, message=None):
        message = message or self.last
        data = next(b["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for b in row
                    if b["text"] == label)  # fmt: skip
        message = {key: value for key, value in message.items() if key not in ("png", "content")}
        query = {"id": f"query-{self.api.next_message}", "from": self.user, "message": message, "data": data,
                 "chat_instance": "1"}  # fmt: skip
        self.api.post(self.api.update(callback_query=query))

    @property
    def last(self):
        return self.received[-1]

    @property
    def texts(self):
        return [message["text"] for message in self.received]

    @property
    def labels(self):
        rows = self.last.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    def find(self, message_id):
        return next((message for message in self.received if message["message_id"] == message_id), None)

    def gets(self, count):
        """Waits until that many messages in all have come; the last one's text."""
        self.api.until(lambda: len(self.received) >= count, f"message {count} after {self.texts}")
        return self.last["text"]


def _checked(markup):
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
            if not button["text"]:
                raise Refusal(400, "Bad Request: text buttons are allowed in reply keyboards only")
    return markup


def _handler(api):
    class Handler(BaseHTTPRequestHandler):
        """One connection, kept open for many requests, as the library likes it."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else the body of an answer waits 40 ms for the head to be confirmed

        def do_POST(self):
            _, bot, method = self.path.split("/")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                if bot != f"bot{TOKEN}":
                    raise Refusal(401, "Unauthorized")
                self.reply(200, {"ok": True, "result": api.answer(method, self.fields(body))})
            except Refusal as no:
                more = {"parameters": no.parameters} if no.parameters else {}
                self.reply(no.code, {"ok": False, "error_code": no.code, "description": no.description, **more})

        def do_GET(self):
            path = unquote(self.path).removeprefix(f"/file/bot{TOKEN}/voice/").removesuffix(".oga")
            content = api.files.get(path)
            self.reply(404 if content is None else 200, content or b"", "application/octet-stream")

        def fields(self, body):
            kind = self.headers.get("Content-Type", "")
            if not kind.startswith("multipart/"):
                return dict(parse_qsl(body.decode()))
            whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
            files, plain = {}, {}
            for part in whole.iter_parts():
                name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
                if part.get_filename():
                    files[f"attach://{name}"] = content
                    plain[f"{name}:name"] = part.get_filename()
                plain[name] = content if part.get_filename() else content.decode()
            return {name: files.get(value, value) for name, value in plain.items()}

        def reply(self, code, content, kind="application/json"):
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            try:
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the bot went away meanwhile
                self.close_connection = True

        def log_message(self, *args):
            pass

    return Handler
