"""Reads an update of Telegram: who did what in which chat. Groups, channels and other bots are nobody."""

from __future__ import annotations

from datetime import datetime

from telegram import CallbackQuery, ChatMemberUpdated, Contact, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bots.telegram.letters import Incoming


def read(update: Update, received_at: datetime) -> Incoming | None:
    """What the update is to us; None when it is nothing that we may answer."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None or chat.type != ChatType.PRIVATE or user is None or user.is_bot:
        return None
    if update.callback_query:
        return _pressed(chat.id, user, update.callback_query, received_at)
    if update.my_chat_member:
        return _membership(chat.id, update.my_chat_member)
    if update.edited_message:
        return Incoming(chat.id, "edited", update.edited_message.date, user.language_code or "")
    return _sent(chat.id, user, update.message) if update.message else None


def chat_of(update: Update) -> int:
    """The number of the chat that an update is about; 0 for none."""
    return update.effective_chat.id if update.effective_chat else 0


def _pressed(chat: int, user: User, query: CallbackQuery, received_at: datetime) -> Incoming:
    return Incoming(
        chat,
        "button",
        received_at,
        user.language_code or "",
        words=query.data or "",
        query=query.id,
        message=query.message.message_id if query.message else None,
    )


def _membership(chat: int, change: ChatMemberUpdated) -> Incoming:
    gone = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    return Incoming(chat, "blocked" if gone else "unblocked", change.date)


def _sent(chat: int, user: User, message: Message) -> Incoming:
    language, words = user.language_code or "", _plain(message.text or message.caption or "")
    if message.contact:
        phone, own = _phone(message.contact), _own(message, message.contact, user)
        return Incoming(chat, "contact", message.date, language, phone=phone, own=own)
    if message.forward_origin:  # somebody else's words are no answer of theirs
        return Incoming(chat, "forwarded", message.date, language)
    if message.text and words.startswith("/"):
        name, _, rest = words[1:].partition(" ")
        return Incoming(chat, "command", message.date, language, name.partition("@")[0].lower(), rest.strip())
    if message.voice or message.audio:
        return Incoming(chat, "voice", message.date, language)
    if message.photo:
        return Incoming(chat, "photo", message.date, language)
    if words:
        return Incoming(chat, "words", message.date, language, words=words)
    return Incoming(chat, "attachment" if message.effective_attachment else "nothing", message.date, language)


def _plain(text: str) -> str:
    """The text without what no store can keep: zero characters and halves of pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _own(message: Message, contact: Contact, user: User) -> bool:
    """Telegram names the owner of a number; a forwarded card may have been made by anybody."""
    return contact.user_id == user.id and message.forward_origin is None and message.via_bot is None


def _phone(contact: Contact) -> str:
    return "+" + "".join(c for c in contact.phone_number if c in "0123456789")
