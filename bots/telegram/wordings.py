"""What the letter box says itself, outside of any dialog, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = {"zh-Hans": "中文", "en": "English"}
COMMANDS = ("report", "language", "stop", "help")

WORDINGS: Mapping[str, Mapping[str, str]] = {
    "share": {
        "zh": "您好！这里是社区健康助手，是机器人。请点下面的按钮，分享您自己的手机号，"
        "好找到您的居民登记；手动输入的号码不算。",
        "en": "Hello! This is the community's health assistant, a robot. Please press the button below to share your "
        "own phone number, so that I can find you on the residents' register. A number that is typed does not count.",
    },
    "share_button": {"zh": "分享我的手机号", "en": "Share my phone number"},
    "not_own": {
        "zh": "只能用您自己的号码，别人的名片或转发的名片不行。请点下面的按钮。",
        "en": "It must be your own number: a contact of somebody else, or a forwarded one, cannot be taken. "
        "Please press the button below.",
    },
    "not_found": {
        "zh": "您的号码不在居民登记里。请联系社区居委会登记后再试。",
        "en": "Your number is not on the residents' register. Please contact your community office, then try again.",
    },
    "linked": {"zh": "找到您的登记了，谢谢！", "en": "I have found you on the register. Thank you!"},
    "done": {
        "zh": "今天的报告已经收到，谢谢！情况有变化，直接告诉我，或者按下面的按钮。",
        "en": "Today's report is in, thank you! If anything has changed, just tell me, or press the button below.",
    },
    "again_button": {"zh": "重新报告", "en": "Report again"},
    "words_only": {
        "zh": "我现在只看得懂文字，麻烦您用文字告诉我。",
        "en": "I can only read text for now. Please tell me in words.",
    },
    "edited": {
        "zh": "改过的消息我不会再读，请重新发一条。",
        "en": "I do not read changes to earlier messages. Please send a new one.",
    },
    "old_button": {"zh": "这个问题已经过去了。", "en": "That question has been dealt with."},
    "choose_language": {"zh": "请选择语言。Please choose a language.", "en": "Please choose a language. 请选择语言。"},
    "language_noted": {"zh": "好的，以后用中文。", "en": "All right, English from now on."},
    "stopped": {
        "zh": "好的，不再给您发消息，您随时可以再写来。如果也不想接到电话，请在对话里说“别再打了”。",
        "en": "All right, I will send you no more messages; you can write again at any time. If you do not want calls "
        "either, say “stop calling” in a conversation.",
    },
    "help": {
        "zh": "直接用平常的话写就行，比如“36度5，没有不舒服”。\n/report 今天的健康报告\n"
        "/language 换语言\n/stop 不再收消息\n紧急情况请马上拨打120。",
        "en": "Just write in your own words, for example “36.5, no symptoms”.\n/report today's health report\n"
        "/language another language\n/stop no more messages\nIn an emergency call 120 at once.",
    },
    "trouble": {
        "zh": "抱歉，刚才那条我没能处理，请换个说法再发一次。",
        "en": "Sorry, I could not deal with that message. Please send it again in other words.",
    },
    "report_command": {"zh": "今天的健康报告", "en": "Today's health report"},
    "language_command": {"zh": "换语言 Language", "en": "Language 语言"},
    "stop_command": {"zh": "不再收消息", "en": "No more messages"},
    "help_command": {"zh": "怎么用", "en": "How this works"},
}


def wording(name: str, language: str) -> str:
    """One of the wordings, in the nearest of its languages."""
    return WORDINGS[name]["zh" if language.startswith("zh") else "en"]
