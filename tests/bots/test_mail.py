"""E-mail, sent to a real SMTP server on this machine: with files, with a password, and refused."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from bots.mail import MailError, send_mail


class Letters:
    """Keeps what arrives; knows one person who may not be written to."""

    def __init__(self):
        self.kept = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.kept.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def letters():
    return Letters()


@pytest.fixture
def server(letters):
    controller = Controller(letters, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield f"smtp+plain://127.0.0.1:{controller.port}"
    controller.stop()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def send(server, to=("chen@example.org",), files=(), words="发热 3 人。"):
    send_mail(server, "wenan@example.org", to, "每日反馈", words, files)


def test_words_and_files_arrive_as_they_were(server, letters, tmp_path):
    file = tmp_path / "feedback-2026-03-10.docx"
    file.write_bytes(bytes(range(256)) * 50)
    send(server, ["chen@example.org", "li@example.org"], [file])
    ((to, message),) = letters.kept
    assert to == ["chen@example.org", "li@example.org"]
    assert (message["Subject"], message["From"]) == ("每日反馈", "wenan@example.org")
    assert message.get_body().get_content().strip() == "发热 3 人。"
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (file.name, file.read_bytes())


def test_server_that_refuses_or_is_not_there_is_named(server, letters):
    with pytest.raises(MailError, match=r"127\.0\.0\.1: refuses nobody@example\.org"):
        send(server, ["nobody@example.org"])
    with pytest.raises(MailError, match=r"refuses nobody@example\.org"):
        send(server, ["li@example.org", "nobody@example.org"])
    assert len(letters.kept) == 1  # whoever can be written to has it
    with pytest.raises(MailError, match="Connection refused"):
        send(f"smtp+plain://127.0.0.1:{_free_port()}")
    with pytest.raises(MailError, match="smtp://user:password@host:587"):
        send("http://example.org")
    with pytest.raises(MailError, match="%2F") as caught:
        send("smtp://me:geh/eim@example.org")
    assert "geh" not in str(caught.value) + caught.value.zh
    assert caught.value.__context__ is None  # nothing below it, which a traceback would show


def test_encryption_and_passwords_are_not_sent_in_the_clear(server):
    with pytest.raises(MailError, match="STARTTLS extension not supported") as caught:
        send(server.replace("smtp+plain://", "smtp://me:geheim@"))
    assert "geheim" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # that is what is tested, on one machine
def test_password_is_given_where_one_is_asked_for(letters):
    given = []

    def check(server, session, envelope, mechanism, login):
        given.append((login.login, login.password))
        return AuthResult(success=login.password == b"p@ss/word", handled=False)

    controller = Controller(
        letters, "127.0.0.1", _free_port(), authenticator=check, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        send(f"smtp+plain://me:p%40ss%2Fword@127.0.0.1:{controller.port}")
        with pytest.raises(MailError, match="535"):
            send(f"smtp+plain://me:wrong@127.0.0.1:{controller.port}")
    finally:
        controller.stop()
    assert given[0] == (b"me", b"p@ss/word")
    assert len(letters.kept) == 1
