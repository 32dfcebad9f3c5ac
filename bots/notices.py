"""What is written to a household that no call has reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

MESSAGES: Mapping[str, str] = {
    "zh-Hans": "您好，这里是{office}的健康助手。今天没能打通您的电话，{where}（{until:%H:%M}前有效）。",
    "zh-Hant": "您好，這裡是{office}的健康助手。今天沒能打通您的電話，{where}（{until:%H:%M}前有效）。",
    "en": "Hello, this is the health assistant of {office}. We could not reach you by phone today. "
    "{where} (until {until:%H:%M}).",
}
BY_LINK: Mapping[str, str] = {
    "zh-Hans": "请点这里回答几个问题：{link}",
    "zh-Hant": "請點這裡回答幾個問題：{link}",
    "en": "Please answer a few questions here: {link}",
}
HERE: Mapping[str, str] = {
    "zh-Hans": "请直接在这里回答几个问题",
    "zh-Hant": "請直接在這裡回答幾個問題",
    "en": "Please answer a few questions right here",
}


def message(language: str, office: Mapping[str, str] | str, until: datetime, link: str = "") -> str:
    """The message in a resident's language: with a link, or without one for a chat that is open already.

    `office` is who calls, where it differs by language; `until` is in the resident's own time.
    """
    known = language if language in MESSAGES else "zh-Hans" if language.startswith("zh") else "en"
    where = BY_LINK[known].format(link=link) if link else HERE[known]
    caller = office if isinstance(office, str) else office.get(known, office["zh-Hans"])
    return MESSAGES[known].format(office=caller, where=where, until=until)
