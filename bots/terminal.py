"""A talk typed in a terminal: for trying a script, and for recording a talk as a test case."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from dialogs.dialog import Dialog
from dialogs.events import Heard, Reply

KEYS = "#"  # "#378" stands for keys pressed on a telephone
HINT = "(empty line: silence 空行＝沉默 · #378: keys 按键 · Ctrl-D: hang up 挂断)"


class TerminalLine:
    """Somebody at the keyboard; `short` shows the wording for the telephone instead of the one for chat."""

    def __init__(
        self, *, short: bool = False, read: Callable[[str], str] = input, write: Callable[[str], None] = print
    ) -> None:
        self.short, self.read, self.write = short, read, write
        self.began = monotonic()

    def ask(self, reply: Reply) -> Heard:
        """Shows the reply and reads one line; the end of input hangs up."""
        self.tell(reply)
        try:
            line = self.read("> ")
        except EOFError:
            return Heard(hung_up=True, seconds=self._seconds())
        if line.startswith(KEYS):
            return Heard(keys=line.removeprefix(KEYS).strip(), how="keys", seconds=self._seconds())
        return Heard(words=line.strip() or None, seconds=self._seconds())

    def tell(self, reply: Reply) -> None:
        """Shows the reply, with its buttons."""
        self.write(reply.short if self.short else reply.text)
        if reply.buttons:
            self.write("  ".join(f"[{label}]" for _, label in reply.buttons))

    def _seconds(self) -> float:
        return round(monotonic() - self.began, 1)


def converse(dialog: Dialog, line: TerminalLine) -> list[Heard]:
    """Plays a dialog on a line, and returns what was heard; Ctrl-C ends it like a hang-up."""
    heard: list[Heard] = []
    dialog.open()
    try:
        while not dialog.over:
            heard.append(line.ask(dialog.reply))
            dialog.hear(heard[-1])
        line.tell(dialog.reply)
    except KeyboardInterrupt:
        dialog.interrupt("hung_up")
    return heard
