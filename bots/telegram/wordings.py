"""What the letter box says itself, outside of any dialog, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = {"zh-Hans": "中文", "en": "English"}
COMMANDS = ("report", "status", "week", "time", "correct", "language", "stop", "forget", "help")
# What is said for a resident who presses a button instead, in the words that the dialog knows.
WRONG = {"zh": "说错了", "en": "that is wrong"}
SWITCH = {"zh-Hans": "请说中文", "en": "English please"}

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "head": {"zh": "户主", "en": "head of the family"},
    "spouse": {"zh": "配偶", "en": "spouse"},
    "son": {"zh": "儿子", "en": "son"},
    "daughter": {"zh": "女儿", "en": "daughter"},
    "father": {"zh": "父亲", "en": "father"},
    "mother": {"zh": "母亲", "en": "mother"},
    "grandson": {"zh": "孙子", "en": "grandson"},
    "granddaughter": {"zh": "孙女", "en": "granddaughter"},
    "grandfather": {"zh": "祖父", "en": "grandfather"},
    "grandmother": {"zh": "祖母", "en": "grandmother"},
    "brother": {"zh": "兄弟", "en": "brother"},
    "sister": {"zh": "姐妹", "en": "sister"},
    "room_mate": {"zh": "室友", "en": "room-mate"},
}

Texts = Mapping[str, Mapping[str, str]]  # by name, and by `zh` or `en`


class Wordings:
    """What is said, by name, in Chinese and English."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def __call__(self, name: str, language: str, /, **places: object) -> str:
        """One of the wordings, in the nearest of its languages, its places filled."""
        text = self.texts[name]["zh" if language.startswith("zh") else "en"]
        return text.format(**places) if places else text


WORDINGS: Texts = {
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
    "report_button": {"zh": "现在报告", "en": "Report now"},
    "again_button": {"zh": "重新报告", "en": "Report again"},
    "none_button": {"zh": "都没有", "en": "None of these"},
    "done_button": {"zh": "选好了", "en": "Done"},
    "correct_button": {"zh": "更正", "en": "Correct an answer"},
    "days_0": {"zh": "今天", "en": "Today"},
    "days_1": {"zh": "昨天", "en": "Yesterday"},
    "days_2": {"zh": "前天", "en": "Two days ago"},
    "days_3": {"zh": "三天前", "en": "Three days ago"},
    "enter_first": {"zh": "请先按数字或勾选。", "en": "Please press digits or tick something first."},
    "words_only": {
        "zh": "这个我看不懂，麻烦您用文字或语音告诉我，也可以按按钮。",
        "en": "I cannot make sense of that. Please tell me in words, written or spoken, or press a button.",
    },
    "photo": {
        "zh": "谢谢您发来照片，可我不会看图，怕看错体温。请把数字写给我，比如“36.5”，或者按按钮。",
        "en": "Thank you for the picture, but I do not read pictures, and might misread a temperature. Please write "
        "the number, for example “36.5”, or press the buttons.",
    },
    "forwarded": {
        "zh": "转发的内容我不当作您的回答，请用您自己的话告诉我。",
        "en": "I do not take what is forwarded for your answer. Please tell me in your own words.",
    },
    "text_only": {
        "zh": "我现在听不了语音，只看得懂文字，麻烦您打字或按按钮。",
        "en": "I cannot listen to voice messages at the moment, only read text. Please write, or press a button.",
    },
    "too_long": {
        "zh": "这条语音太长了，请说短一点（一分钟以内），或者打字。",
        "en": "That voice message is too long. Please keep it under a minute, or write.",
    },
    "not_fetched": {
        "zh": "您的语音没有收到，麻烦再说一遍，或者打字。",
        "en": "Your voice message did not arrive. Please say it again, or write.",
    },
    "unclear": {
        "zh": "没听清您的语音，也可以打字或按按钮。",
        "en": "I could not make out what you said; you may also write, or press.",
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
        "zh": "直接用平常的话写或者说就行，比如“36度5，没有不舒服”。\n/report 今天的健康报告\n/status 我的健康码\n"
        "/week 这一周我说过什么\n/time 每天几点问我\n/correct 更正刚才的回答\n/language 换语言\n/stop 不再收消息\n"
        "/forget 删除我的资料\n紧急情况请马上拨打120。",
        "en": "Just write or say it in your own words, for example “36.5, no symptoms”.\n"
        "/report today's health report\n"
        "/status my health code\n/week what I said this week\n/time when to ask me every day\n"
        "/correct put an answer right\n/language another language\n/stop no more messages\n"
        "/forget delete what you know of me\nIn an emergency call 120 at once.",
    },
    "invitation_forged": {
        "zh": "这个邀请不是我们发的，或者没有复制完整。请扫社区给您的二维码，或者点下面的按钮。",
        "en": "This invitation is not one of ours, or was not copied in full. Please scan the code that your community "
        "gave you, or press the button below.",
    },
    "invitation_used": {
        "zh": "这个邀请已经用过了，每个只能用一次。请向社区要一个新的，或者点下面的按钮。",
        "en": "This invitation was used already; each is good once. Please ask your community for a new one, or press "
        "the button below.",
    },
    "invitation_expired": {
        "zh": "这个邀请已经过期。请向社区要一个新的，或者点下面的按钮。",
        "en": "This invitation has expired. Please ask your community for a new one, or press the button below.",
    },
    "who": {
        "zh": "这个号码登记了几位家人，请问您是哪一位？请点名字。",
        "en": "Several people of your family share this number. Which one are you? Please press your name.",
    },
    "check_in": {
        "zh": "{name}，您好！今天身体怎么样？直接回复就行，比如“36度5，没有不舒服”，或者按下面的按钮。",
        "en": "Hello {name}! How are you today? Just reply, for example “36.5, no symptoms”, or press the button.",
    },
    "reminder": {
        "zh": "{name}，今天的健康报告还没有收到，方便的时候回复一下好吗？",
        "en": "{name}, today's health report is not in yet. Could you reply when it suits you?",
    },
    "go_on": {"zh": "我们刚才还没说完：", "en": "We had not finished yet:"},
    "choose_hour": {
        "zh": "每天几点问您最方便？也可以直接写，比如“每天晚上八点问我”。",
        "en": "At what time shall I ask you every day? You can also write it, for example “every day at 8 pm”.",
    },
    "hour_noted": {"zh": "好的，每天{hour}点问您。", "en": "All right, I will ask you every day at {hour}:00."},
    "hour_never": {"zh": "不要每天问", "en": "Do not ask daily"},
    "never_noted": {
        "zh": "好的，不再每天问您，您随时可以自己写来报告。",
        "en": "All right, I will not ask you daily; you can write your report at any time.",
    },
    "too_late": {
        "zh": "现在没有可以更正的回答（十五分钟以内的才行）。情况有变化，请重新报告。",
        "en": "There is no answer that I could still correct (15 minutes at most). If things changed, report again.",
    },
    "forget_sure": {
        "zh": "确定要我忘记您吗？我会马上解除这个聊天与您登记的联系，不再发消息；"
        "您的健康记录由社区工作人员依规定抹除，统计人数不变。",
        "en": "Shall I really forget you? I will at once cut the link between this chat and your registration and "
        "write no more; our staff then erase your health records by the rules, of which only counts remain.",
    },
    "forget_yes": {"zh": "忘记我", "en": "Forget me"},
    "forget_no": {"zh": "不用了", "en": "No, keep it"},
    "forgotten": {
        "zh": "好的，这个聊天已经和您无关了，已请工作人员抹除您的记录。祝您健康！",
        "en": "Done: this chat is no longer linked to you, and our staff are asked to erase your records. Stay well!",
    },
    "kept": {"zh": "好的，一切照旧。", "en": "All right, everything stays as it is."},
    "week": {"zh": "您这一周的报告：", "en": "What you reported this week:"},
    "week_empty": {"zh": "这一周还没有您的报告。", "en": "There is no report of yours this week."},
    "trouble": {
        "zh": "抱歉，刚才那条我没能处理，请换个说法再发一次。",
        "en": "Sorry, I could not deal with that message. Please send it again in other words.",
    },
    "report_command": {"zh": "今天的健康报告", "en": "Today's health report"},
    "status_command": {"zh": "我的健康码", "en": "My health code"},
    "week_command": {"zh": "这一周我说过什么", "en": "What I said this week"},
    "time_command": {"zh": "每天几点问我", "en": "When to ask me every day"},
    "correct_command": {"zh": "更正刚才的回答", "en": "Put an answer right"},
    "forget_command": {"zh": "删除我的资料", "en": "Delete what you know of me"},
    "language_command": {"zh": "换语言 Language", "en": "Language 语言"},
    "stop_command": {"zh": "不再收消息", "en": "No more messages"},
    "help_command": {"zh": "怎么用", "en": "How this works"},
}

wording = Wordings(WORDINGS)
