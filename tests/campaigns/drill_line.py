"""The line of the drill: a process of its own that takes calls for 20 to 100 ms, and logs all that it sees.

It speaks JSON lines over a UNIX socket, one connection a call. An answer counts as acknowledged when, after it was
spoken, the caller goes on with the call: then it must be in the store, whatever happens.
"""

import json
import os
import random
import socketserver
import sys
import threading
import time
from pathlib import Path

OUTCOMES = ("no_answer", "busy", "answered_machine")


class Call(socketserver.StreamRequestHandler):
    """One call, from the dial to the end of the connection."""

    def handle(self):
        call = json.loads(self.rfile.readline())
        self.server.note("dialled", call)
        rng = random.Random(f"{call['phone']} {call['number']}")
        time.sleep(rng.uniform(0.02, 0.06))
        answered = rng.random() < 0.8
        try:
            self.say({"outcome": "answered_human" if answered else rng.choice(OUTCOMES)})
            if answered:
                self.talk(call, rng)
        except OSError:  # the caller was killed
            pass
        finally:
            self.server.note("closed", call)

    def talk(self, call, rng):
        words, spoken = f"{36 + rng.randrange(0, 12) / 10:.1f}", None
        for line in self.rfile:
            said = json.loads(line)["said"]
            if spoken is not None:
                self.server.note("acknowledged", {**call, "words": spoken})
            if said == "tell":
                break
            time.sleep(rng.uniform(0.0, 0.04))
            spoken = words
            self.server.note("spoken", {**call, "words": spoken})
            self.say({"words": spoken})

    def say(self, what):
        self.wfile.write((json.dumps(what) + "\n").encode())


class Line(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Takes any number of calls at once."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address, log):
        super().__init__(address, Call)
        self.log, self.writing = log, threading.Lock()

    def note(self, event, call):
        with self.writing, Path(self.log).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"at": time.time(), "event": event, **call}) + "\n")

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    socket, log = sys.argv[1:]
    if os.path.exists(socket):
        os.remove(socket)
    Line(socket, log).serve_forever(poll_interval=0.2)
