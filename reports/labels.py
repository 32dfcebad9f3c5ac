"""The codes of the store in words that staff read, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from reports.table import Label

SYMPTOM_LABELS: Mapping[str, Label] = {
    "fever": Label("发热", "Fever"),
    "cough": Label("咳嗽", "Cough"),
    "diarrhoea": Label("腹泻", "Diarrhoea"),
    "fatigue": Label("乏力", "Fatigue"),
    "sore_throat": Label("咽痛", "Sore throat"),
    "shortness_of_breath": Label("气促", "Shortness of breath"),
    "loss_of_smell_taste": Label("嗅味觉减退", "Loss of smell or taste"),
    "headache": Label("头痛", "Headache"),
    "vomiting": Label("呕吐", "Vomiting"),
    "runny_nose": Label("流涕", "Runny nose"),
    "muscle_ache": Label("肌肉酸痛", "Muscle ache"),
    "chills": Label("寒战", "Chills"),
    "chest_pain": Label("胸痛", "Chest pain"),
    "rash": Label("皮疹", "Rash"),
}

DISPOSITION_LABELS: Mapping[str, Label] = {
    "complete": Label("完成", "Complete"),
    "partial": Label("部分完成", "Partial"),
    "break_off": Label("中途挂断", "Break-off"),
    "refused": Label("拒访", "Refused"),
    "non_contact": Label("未接触", "Non-contact"),
    "other": Label("其他原因", "Other"),
    "unknown": Label("情况不明", "Unknown"),
    "ineligible": Label("不适用", "Ineligible"),
    "pending": Label("待定", "Pending"),
}

STATUS_LABELS: Mapping[str, Label] = {
    "symptomatic": Label("有症状", "Symptomatic"),
    "asymptomatic": Label("无症状", "Asymptomatic"),
    "non_reporting": Label("未报告", "Not reporting"),
    "closed": Label("已结束", "Closed"),
    "no_status": Label("尚无结论", "No status yet"),
}

COUNT_LABELS: Mapping[str, Label] = {
    "residents": Label("应报居民", "Residents due"),
    "attempted": Label("已呼叫", "Attempted"),
    "reached": Label("已接通", "Reached"),
    "reported": Label("已报告", "Reported"),
    "by_proxy": Label("家人代报", "Reported by proxy"),
    "measured": Label("报告了体温", "Gave a temperature"),
    "fever_measured": Label("体温达到发热线", "Temperature at or over the threshold"),
    "fever": Label("发热", "With fever"),
    "fever_known": Label("已知是否发热", "Known for fever"),
    "contact": Label("有接触或旅行史", "Contact or travel"),
    "contact_known": Label("已知有无接触史", "Known for contact"),
    "needs_help": Label("需要帮助", "Needs help"),
    "needs_help_known": Label("已知是否需要帮助", "Known for need of help"),
    "to_visit": Label("待上门", "To be visited"),
    "to_call": Label("待回电", "To be called"),
    "urgent": Label("紧急", "Urgent"),
    **DISPOSITION_LABELS,
    **STATUS_LABELS,
    **{f"has_{name}": label for name, label in SYMPTOM_LABELS.items()},
    **{
        f"knows_{name}": Label(f"已知有无{label.zh}", f"Known for {label.en.lower()}")
        for name, label in SYMPTOM_LABELS.items()
    },
}

OUTCOME_LABELS: Mapping[str, Label] = {
    "answered_human": Label("接通", "Answered"),
    "answered_machine": Label("语音信箱", "Answering machine"),
    "no_answer": Label("无人接听", "No answer"),
    "busy": Label("占线", "Busy"),
    "rejected": Label("拒接", "Rejected"),
    "powered_off": Label("关机", "Powered off"),
    "suspended": Label("停机", "Suspended"),
    "invalid_number": Label("空号", "Invalid number"),
    "unreachable": Label("无法接通", "Unreachable"),
    "network_error": Label("网络故障", "Network error"),
    "not_dialled": Label("未拨出", "Not dialled"),
    "interrupted": Label("系统中断", "Interrupted"),
    "in_progress": Label("进行中", "In progress"),
}

VISITS = ("emergency", "urgent_visit", "red_result", "fever_cluster", "home_visit", "not_reached")
"""Kinds of follow-up for which somebody goes to the door; all others are done by telephone."""

KIND_LABELS: Mapping[str, Label] = {
    "emergency": Label("急救", "Emergency"),
    "urgent_visit": Label("紧急上门", "Urgent visit"),
    "red_result": Label("红码", "Red result"),
    "fever_cluster": Label("同楼聚集发热", "Fevers in one building"),
    "home_visit": Label("上门", "Home visit"),
    "not_reached": Label("未联系上，上门查看", "Not reached: visit"),
    "needs_help": Label("需要帮助", "Needs help"),
    "human": Label("要求人工", "Asked for a person"),
    "call_back": Label("回电", "Call back"),
    "watch": Label("继续观察", "Watch"),
    "erasure": Label("要求删除资料", "Asked to be erased"),
    "other": Label("其他", "Other"),
}

STATE_LABELS: Mapping[str, Label] = {"open": Label("待办", "Open"), "closed": Label("已办结", "Closed")}
CLOSE_LABELS: Mapping[str, Label] = {
    "seen": Label("已上门看望", "Seen at the door"),
    "spoken_to": Label("已电话联系", "Spoken to"),
    "referred": Label("已转诊", "Referred to a doctor"),
    "not_needed": Label("不再需要", "No longer needed"),
    "not_found": Label("查无此人", "Not found"),
    "moved": Label("已搬走", "Moved away"),
    "mistaken": Label("误报", "Mistaken"),
    "reported": Label("本人已报告", "Has reported since"),
    "erased": Label("已抹除", "Erased"),
}
EVENT_LABELS: Mapping[str, Label] = {
    "opened": Label("产生", "Opened"),
    "assigned": Label("分派", "Assigned"),
    "noted": Label("备注", "Noted"),
    "reported": Label("再次报告", "Reported again"),
    "escalated": Label("上报", "Escalated"),
    "closed": Label("办结", "Closed"),
    "reopened": Label("重新打开", "Opened again"),
}
COLOUR_LABELS: Mapping[str, Label] = {
    "red": Label("红", "Red"),
    "yellow": Label("黄", "Yellow"),
    "green": Label("绿", "Green"),
}
REPORTER_LABELS: Mapping[str, Label] = {
    "self": Label("本人", "Self"),
    "proxy": Label("家人", "Household"),
    "staff": Label("工作人员", "Staff"),
}
LANGUAGE_LABELS: Mapping[str, Label] = {
    "zh-Hans": Label("简体中文", "Chinese, simplified"),
    "zh-Hant": Label("繁体中文", "Chinese, traditional"),
    "en": Label("英语", "English"),
}
CHANNEL_LABELS: Mapping[str, Label] = {
    "phone": Label("电话", "Phone"),
    "chat": Label("聊天", "Chat"),
    "telegram": Label("Telegram", "Telegram"),
    "web": Label("网页", "Web page"),
    "simulated": Label("模拟", "Simulated"),
    "terminal": Label("终端", "Terminal"),
    "outbox": Label("短信网关", "Message gateway"),
}
ANSWER_LABELS: Mapping[str, Label] = {
    "temperature": Label("体温", "Temperature"),
    "fever": Label("发热", "Fever"),
    "symptoms": Label("症状", "Symptoms"),
    "onset": Label("开始时间", "Onset"),
    "contact": Label("接触或旅行史", "Contact or travel"),
    "needs": Label("需求", "Needs"),
    "needs_help": Label("需要帮助", "Needs help"),
    "identity": Label("身份", "Identity"),
    "others": Label("家人", "Others at home"),
    "family": Label("家人代答", "The family answers"),
    "at_home": Label("是否在家", "At home"),
    "visitors": Label("来访", "Visitors"),
}
STEP_LABELS: Mapping[str, Label] = {
    **ANSWER_LABELS,
    "greeting": Label("开场白", "Greeting"),
    "when_later": Label("何时再打", "When to call again"),
    "member_symptoms": Label("家人的症状", "Symptoms of the family"),
    "member_temperature": Label("家人的体温", "Temperature of the family"),
}
NEED_LABELS: Mapping[str, Label] = {
    "food": Label("买菜", "food"),
    "medicine": Label("买药", "medicine"),
    "visit": Label("上门看看", "a visit"),
}
SEX_LABELS: Mapping[str, Label] = {"male": Label("男", "Male"), "female": Label("女", "Female")}
YES_NO: Mapping[bool, Label] = {True: Label("是", "Yes"), False: Label("否", "No")}


def in_words(code: str | None, labels: Mapping[str, Label]) -> Label | str | None:
    """The label of a code; a code unknown to us as it is; blank stays blank."""
    return None if code is None else labels.get(code, code)


def needs(text: str | None) -> Label | str | None:
    """What is needed, noted as codes with "; " between them; what are no codes of ours are somebody's own words."""
    codes = text.split("; ") if text else []
    if not all(code in NEED_LABELS for code in codes):
        return text
    found = [NEED_LABELS[code] for code in codes]
    return Label("、".join(label.zh for label in found), ", ".join(label.en for label in found)) if found else None
