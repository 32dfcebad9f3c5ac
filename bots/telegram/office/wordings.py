"""What the office says to those who work here, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from bots.telegram.wordings import Texts, Wordings

# What one says after a visit, in words that the shipped speech models have: what a spoken note is listened for.
NOTES: Mapping[str, tuple[str, ...]] = {
    "zh": (
        "没人在家", "家里没人", "没有人在家", "出门了", "出去了", "不在家", "已经上门", "好一点", "好多了",
        "不发烧了", "还在发烧", "还在咳嗽", "已经叫救护车", "叫救护车", "需要买药", "需要送菜", "需要吃的",
        "已经送药", "已经送菜", "送药了", "送菜了", "一个人在家", "老人一个人在家", "已经搬走", "搬走了", "明天再打",
        "需要医生", "都很好", "没事", "一切正常",
    ),
    "en": (
        "nobody at home", "nobody is at home", "no one at home", "not at home", "he is not at home",
        "she is not at home", "not here", "visited", "no fever", "still has a fever", "still coughing",
        "call an ambulance", "doctor", "a doctor please", "medicine", "food", "groceries", "medicine and food",
        "has moved away", "moved away", "tomorrow", "call back tomorrow", "this afternoon", "everything is fine",
        "all fine",
    ),
}  # fmt: skip

WORDINGS: Texts = {
    # the counter
    "linked": {
        "zh": "您好，{name}！这个聊天现在可以办公了。随时发“菜单”或 /menu 打开菜单。手机丢了，请马上告诉管理员解除。",
        "en": "Hello {name}! You can work from this chat now. Write “menu” or /menu at any time. If the telephone is "
        "lost, have the administrator unlink it at once.",
    },
    "menu": {"zh": "{name}，您好。范围：{place}", "en": "Hello {name}. Your place: {place}"},
    "everywhere": {"zh": "全部", "en": "everywhere"},
    "table_button": {"zh": "📋 今日表格", "en": "📋 Today's table"},
    "campaigns_button": {"zh": "📞 外呼任务", "en": "📞 Campaigns"},
    "tasks_button": {"zh": "✅ 跟进任务 {count}", "en": "✅ Follow-ups {count}"},
    "add_button": {"zh": "➕ 添加居民", "en": "➕ Add a resident"},
    "move_button": {"zh": "🏠 居民搬家", "en": "🏠 Move a resident"},
    "broadcast_button": {"zh": "📢 发通知", "en": "📢 Broadcast"},
    "drop_button": {"zh": "取消", "en": "Cancel"},
    "back": {"zh": "‹ 返回", "en": "‹ Back"},
    "back_page": {"zh": "‹ 上一页", "en": "‹ Earlier"},
    "next_page": {"zh": "下一页 ›", "en": "More ›"},
    "yes": {"zh": "是", "en": "Yes"},
    "no": {"zh": "否", "en": "No"},
    "skip": {"zh": "跳过", "en": "Skip"},
    "chosen": {"zh": "已选", "en": "Chosen"},
    "gone": {"zh": "没有这一项，或已经过去了。", "en": "That is not there, or is over."},
    "not_yours": {
        "zh": "您的角色不能做这件事，请找管理员。",
        "en": "Your role may not do that; ask the administrator.",
    },
    "not_now": {
        "zh": "现在不能这样做：状态变了，或超出您的范围。",
        "en": "Not now: it has changed meanwhile, or reaches beyond your place.",
    },
    "not_your_place": {"zh": "这个地址不在您的范围里。", "en": "That address is not in your place."},
    "no_place": {
        "zh": "您的范围里还没有社区，请先导入名册。",
        "en": "There is no community in your place yet: import a roster.",
    },
    "write_it": {"zh": "没听清，请打字。", "en": "I could not make that out; please write it."},
    "too_long": {
        "zh": "语音太长了（最多一分钟），请短一点，或打字。",
        "en": "That message is too long (a minute at most); say less, or write.",
    },
    # campaigns
    "campaigns": {"zh": "外呼任务，最新在前：", "en": "Campaigns, the newest first:"},
    "no_campaigns": {"zh": "您的范围里还没有外呼任务。", "en": "There is no campaign in your place yet."},
    "is_draft": {"zh": "草稿", "en": "draft"},
    "is_scheduled": {"zh": "已定时", "en": "scheduled"},
    "is_running": {"zh": "进行中", "en": "running"},
    "is_paused": {"zh": "已暂停", "en": "paused"},
    "is_completed": {"zh": "已完成", "en": "completed"},
    "is_cancelled": {"zh": "已取消", "en": "cancelled"},
    "is_exhausted": {"zh": "已到期", "en": "time is over"},
    "do_launch": {"zh": "▶️ 启动…", "en": "▶️ Launch…"},
    "do_pause": {"zh": "⏸ 暂停", "en": "⏸ Pause"},
    "do_resume": {"zh": "▶️ 继续", "en": "▶️ Resume"},
    "do_cancel": {"zh": "⏹ 取消任务…", "en": "⏹ Cancel it…"},
    "follow": {"zh": "👁 跟踪进度", "en": "👁 Follow"},
    "launch_now": {"zh": "▶️ 确认启动", "en": "▶️ Launch now"},
    "cancel_sure": {
        "zh": "确定取消“{name}”？不再打新电话，没打到的人不再跟进。",
        "en": "Really cancel {name}? No new call begins, and whoever was not called is left.",
    },
    "cancel_yes": {"zh": "⏹ 确定取消", "en": "⏹ Yes, cancel it"},
    "look_head": {"zh": "📞 {name}\n范围：{where}", "en": "📞 {name}\nWhere: {where}"},
    "look": {
        "zh": "要打：{people} 人，{homes} 户，{numbers} 个号码，{lines} 条线路",
        "en": "To be called: {people} people, {homes} households, {numbers} numbers, {lines} lines",
    },
    "skipped_not_eligible": {"zh": "不适用：", "en": "not eligible:"},
    "skipped_do_not_call": {"zh": "止呼名单：", "en": "do not call:"},
    "skipped_calls_a_day": {"zh": "今日已达上限：", "en": "called often enough today:"},
    "look_starts": {"zh": "最早开始：{at}", "en": "Earliest start: {at}"},
    "look_ends": {"zh": "约 {calls} 次呼叫，预计 {at} 结束", "en": "About {calls} calls, over by {at}"},
    "look_few": {
        "zh": "线路不够：约 {share} 的住户打不到",
        "en": "Too few lines: {share} of the households would be left",
    },
    "look_nobody": {"zh": "没有人可打。", "en": "There is nobody to call."},
    "pulse_head": {"zh": "📞 {name}\n{state}", "en": "📞 {name}\n{state}"},
    "pulse": {
        "zh": "完成 {done}/{all} · 通话中 {calls} · 等待 {left}",
        "en": "done {done}/{all} · in call {calls} · waiting {left}",
    },
    "pulse_written": {"zh": "已文字通知 {count} 户", "en": "{count} households were written to"},
    "pulse_pace": {"zh": "每小时 {pace} 次 · 预计 {ends} 结束", "en": "{pace} calls/hour · ends about {ends}"},
    "no_workers": {
        "zh": "⚠️ 没有外呼进程：请管理员运行 run_bot.py worker",
        "en": "⚠️ nothing makes calls: have run_bot.py worker started",
    },
    "opens": {"zh": "下一时段：{at}", "en": "next window: {at}"},
    "ended": {"zh": "结束于 {at}", "en": "ended {at}"},
    # tables and files
    "table_of": {"zh": "📋 表格", "en": "📋 Table"},
    "missing_of": {"zh": "📵 未报告名单", "en": "📵 Not reached"},
    "papers": {"zh": "📎 下载文件", "en": "📎 Files"},
    "picture": {"zh": "🖼 图片", "en": "🖼 Picture"},
    "no_round": {
        "zh": "还没有可看的数据：任务启动以后再来。",
        "en": "Nothing to show yet: come back once a campaign is launched.",
    },
    "table_head": {"zh": "📋 {name}（{at}）", "en": "📋 {name} ({at})"},
    "table_more": {"zh": "另有 {count} 个，见图片或文件", "en": "{count} more: see the picture or the files"},
    "papers_head": {"zh": "“{name}”的文件（号码已隐去中间）：", "en": "Files of {name} (numbers are masked):"},
    "paper_community_xlsx": {"zh": "社区表格 XLSX", "en": "Community tables, XLSX"},
    "paper_report_html": {"zh": "报告 HTML", "en": "Report, HTML"},
    "paper_line_list_csv": {"zh": "居民明细 CSV", "en": "Line list, CSV"},
    "paper_line_list_xlsx": {"zh": "居民明细 XLSX", "en": "Line list, XLSX"},
    "paper_follow_up_csv": {"zh": "跟进任务 CSV", "en": "Follow-ups, CSV"},
    "missing": {
        "zh": "📵 {name}：没有报告的 {first}–{last} / {all}",
        "en": "📵 {name}: no report, {first}–{last} of {all}",
    },
    "missing_none": {
        "zh": "{name}：到现在没有“未报告”的居民。还在外呼的不算。",
        "en": "{name}: nobody is without a report so far; who is still being called does not count.",
    },
    # follow-ups
    "tasks": {"zh": "待办 {count} 项，紧急在前：", "en": "{count} open, the urgent first:"},
    "tasks_none": {"zh": "没有待办任务。", "en": "No follow-up is open."},
    "tasks_more": {"zh": "另有 {count} 项新任务。", "en": "{count} more follow-ups are new."},
    "tasks_show": {"zh": "✅ 查看任务", "en": "✅ Show them"},
    "age": {"zh": "{age}岁", "en": "aged {age}"},
    "due": {"zh": "最迟 {at}", "en": "due {at}"},
    "due_over": {"zh": "已超时（最迟 {at}）", "en": "overdue (was due {at})"},
    "task_done_button": {"zh": "✓ 完成", "en": "✓ Done"},
    "task_done": {"zh": "完成", "en": "Done"},
    "nobody_home_button": {"zh": "🚪 没人在家", "en": "🚪 Nobody home"},
    "nobody_home_note": {"zh": "没人在家", "en": "nobody home"},
    "noted_home": {
        "zh": "已记下：没人在家。任务还在，请再去一次。",
        "en": "Noted: nobody home. It stays open; please go again.",
    },
    "need_ambulance_button": {"zh": "🚑 需要救护车", "en": "🚑 Needs ambulance"},
    "ambulance_note": {"zh": "需要救护车", "en": "needs an ambulance"},
    "ambulance_now": {"zh": "请马上拨打 120！", "en": "Call 120 at once!"},
    "ambulance": {
        "zh": "🚑 任务 #{number}：请马上拨打 120。已标为紧急，并通知上级。",
        "en": "🚑 Follow-up #{number}: call 120 at once. It is urgent now, and the level above is being told.",
    },
    "note_button": {"zh": "📝 备注", "en": "📝 Note"},
    "note_ask": {"zh": "任务 #{number}：请写下或说出备注。", "en": "Follow-up #{number}: write or say your note."},
    "note_kept": {"zh": "📝 #{number} 已记下：“{words}”", "en": "📝 #{number} noted: “{words}”"},
    "phone_button": {"zh": "☎️ 电话", "en": "☎️ Number"},
    # the roster
    "ask_name": {"zh": "姓名？", "en": "Their name?"},
    "ask_phone": {"zh": "手机号？", "en": "Their phone number?"},
    "ask_community": {"zh": "哪个社区？", "en": "Which community?"},
    "ask_building": {"zh": "几号楼？", "en": "Which building?"},
    "ask_unit": {"zh": "房号？同一个房号就是一户。", "en": "Which flat? Who has the same is one household."},
    "ask_grid": {"zh": "哪个网格？", "en": "Which grid?"},
    "ask_birth_year": {"zh": "出生年份？", "en": "Year of birth?"},
    "ask_language": {"zh": "说什么语言？", "en": "Which language do they speak?"},
    "ask_new_who": {
        "zh": "谁搬家？写姓名、编号，或手机号后四位。",
        "en": "Who moves? Write a name, a number of the list, or the last four digits of the phone.",
    },
    "ask_new_community": {"zh": "搬到哪个社区？", "en": "To which community?"},
    "ask_new_building": {"zh": "搬到几号楼？", "en": "To which building?"},
    "ask_new_unit": {"zh": "新的房号？", "en": "Which flat there?"},
    "ask_new_grid": {"zh": "新的网格？", "en": "Which grid there?"},
    "bad_cell": {"zh": "⚠️ {why}，请重新写。", "en": "⚠️ {why}: please write it again."},
    "empty": {"zh": "这里要填", "en": "this must be filled in"},
    "no_such_community": {"zh": "请点按钮选择社区", "en": "choose a community by its button"},
    "found": {"zh": "是哪一位？", "en": "Which of them?"},
    "found_none": {"zh": "您的范围里没有找到，请换个写法。", "en": "Nobody in your place goes by that; try again."},
    "confirm_add": {"zh": "添加这位居民？", "en": "Add this resident?"},
    "confirm_move": {"zh": "搬到这里？", "en": "Move to this address?"},
    "added": {"zh": "➕ 已添加 {name}，编号 {number}。", "en": "➕ {name} is added, number {number}."},
    "updated": {
        "zh": "{name} 本来就在名册上（编号 {number}），已更新。",
        "en": "{name} was on the roster already (number {number}) and is updated.",
    },
    "moved": {
        "zh": "🏠 {name} 已搬到 {where}。以前的报表不变。",
        "en": "🏠 {name} lives at {where} now. Reports of the past do not change.",
    },
    # broadcasts
    "cast_where": {"zh": "发给哪个社区？", "en": "To which community?"},
    "cast_words": {"zh": "发给{where}。请写通知内容：", "en": "To {where}. Write what is to be said:"},
    "cast_long": {
        "zh": "太长了：最多 {longest} 字，现在 {there} 字。",
        "en": "Too long: {longest} characters at most, not {there}.",
    },
    "cast_head": {"zh": "📢 {where}通知", "en": "📢 Notice from {where}"},
    "cast_ahead": {
        "zh": "↑ 居民将收到的样子。\n共 {people} 人：{chats} 个聊天能收到。\n{lines}",
        "en": "↑ This is how it arrives.\n{people} residents: {chats} chats get it.\n{lines}",
    },
    "cast_all": {"zh": "人人都能收到。", "en": "Everybody gets it."},
    "cast_lasts": {"zh": "约需 {minutes} 分钟。", "en": "It takes about {minutes} min."},
    "cast_go": {"zh": "📢 发给 {count} 个聊天", "en": "📢 Send to {count} chats"},
    "cast_going": {"zh": "📢 正在发给{where}", "en": "📢 Being sent to {where}"},
    "cast_over": {"zh": "📢 已发完：{where}", "en": "📢 Sent to {where}"},
    "cast_pulse": {"zh": "已发 {sent} · 待发 {left}", "en": "sent {sent} · left {left}"},
    "cast_unreached": {"zh": "收不到的 {count} 人：", "en": "{count} are not reached:"},
    "cast_no_chat": {"zh": "没有接入聊天", "en": "no chat linked"},
    "cast_stopped": {"zh": "不愿收消息", "en": "wish no messages"},
    "cast_blocked": {"zh": "拉黑了机器人", "en": "have blocked the bot"},
    "cast_refused": {"zh": "Telegram 没有送达", "en": "not taken by Telegram"},
    "cast_cancelled": {"zh": "停发时还没轮到", "en": "stopped before their turn"},
    "cast_alone": {
        "zh": "其中 {count} 人家里没有别人收到，请打电话或上门",
        "en": "of them {count} live with nobody who gets it: call or visit",
    },
    "cast_stop": {"zh": "⏹ 停发", "en": "⏹ Stop"},
    "cast_unreached_button": {"zh": "📎 收不到的名单", "en": "📎 Who was not reached"},
    "cast_unreached_file": {"zh": "收不到通知的居民", "en": "Residents who were not reached"},
    "cast_columns": {
        "zh": "编号|姓名|手机号|社区|地址|原因|家里有人收到",
        "en": "Number|Name|Phone|Community|Address|Why|Somebody at home got it",
    },
}

said = Wordings(WORDINGS)
