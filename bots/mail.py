"""Sends files by e-mail, over one SMTP connection for each message."""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from records.errors import Mendable

PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
TIMEOUT = 30  # seconds


class MailError(Mendable, RuntimeError):
    """A message that could not be sent; says why, and holds no password."""


def send_mail(server: str, sender: str, to: Sequence[str], subject: str, words: str, files: Sequence[Path]) -> None:
    """Sends one message with files. Raises MailError.

    `server` is smtp://user:password@host:587 (encrypted by STARTTLS), smtps://... (encrypted from the start), or
    smtp+plain://host:25 for a relay on the same machine. Source: RFC 5321, RFC 8314.
    """
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, ", ".join(to)
    message.set_content(words)
    for file in files:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)
    _deliver(server, message)


def _deliver(server: str, message: EmailMessage) -> None:
    url, port = urlsplit(server), _port(server)
    if url.scheme not in PORTS or not url.hostname or port is None:
        other = url.scheme or "nothing"
        raise MailError(
            f"mail server: write it as smtp://user:password@host:587, not as {other}://... "
            "(in a password / is written as %2F, @ as %40, % as %25)",
            f"邮件服务器应写成 smtp://用户:密码@主机:587，而不是 {other}://..."
            "（密码里的 / 写作 %2F，@ 写作 %40，% 写作 %25）",
        )
    place, secure = (url.hostname, port or PORTS[url.scheme]), ssl.create_default_context()
    try:
        connection = (
            smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=secure)
            if url.scheme == "smtps"
            else smtplib.SMTP(*place, timeout=TIMEOUT)
        )
        with connection as smtp:
            if url.scheme == "smtp":
                smtp.starttls(context=secure)
            if url.username:
                smtp.login(unquote(url.username), unquote(url.password or ""))
            refused = smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        why = _reason(error)
        raise MailError(f"mail server {url.hostname}: {why}", f"邮件服务器 {url.hostname}：{why}") from error
    if refused:
        whom = ", ".join(refused)
        raise MailError(f"mail server {url.hostname} refuses {whom}", f"邮件服务器 {url.hostname} 拒收 {whom}")


def _port(server: str) -> int | None:
    """The port, 0 where none is named; None where it is no number, as where a password has a "/" in it."""
    try:
        return urlsplit(server).port or 0
    except ValueError:  # its words hold a part of the password
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"refuses {', '.join(error.recipients)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return str(error) or type(error).__name__
