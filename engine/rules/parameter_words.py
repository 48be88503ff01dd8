"""How parameters are said to people: the field's words in Chinese, tables line by line."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from engine import terms
from engine.rules.parameters import UNITS, Parameter, plain

_DICTIONARIES = (
    terms.NoticeKind, terms.ReturnReason, terms.TicketKind, terms.Urgency, terms.Role,
    terms.Rung, terms.Satisfaction, terms.AnswerOutcome, terms.AttemptResult,
    terms.CallbackChannel, terms.RectificationGround,
    terms.RefusalReason, terms.LimitUnit, terms.TicketStatus,
)  # fmt: skip
WORDS = MappingProxyType({
    **{member.value: member.label for words in _DICTIONARIES for member in words},
    "no_limit": "不设时限",
    "approval": "须复核",
    "advice": "告知",
    "superior": "上级单位",
    "discipline": "纪检监察机关",
    "supervision": "督查部门",
    "business_environment": "营商环境管理",
    "acceptance": "受理登记",
    "dispatch": "派单",
    "hotline": "热线",
    "restart": "重新起算",
    "next_day": "次日",
    "signing": "签发",
    "morning": "上午",
    "afternoon": "下午",
    "evening": "晚间",
    "end_of_day": "24:00",
    "close_of_business": "下班时间",
    "number": "工单号",
    "kind": "类型",
    "urgency": "紧急程度",
    "category": "事项",
    "due": "到期日",
    "link": "链接",
    "reason": "理由",
    "basis": "依据",
    "suggested_unit": "建议承办单位",
    "law": "法规名称",
    "article": "条款",
    "working_days": "工作日数",
    "response": "响应",
    "True": "是",
    "False": "否",
})  # fmt: skip
TOPICS = MappingProxyType({
    "time_limits": "各类时限", "sign_for": "签收", "returns": "退单、裁定和会商",
    "extension": "延期", "suspension": "停表", "escalation": "预警和升级阶梯",
    "callback": "评价和回访", "rectification": "重办、整改函和提议移交", "referral": "线索移交",
    "acceptance": "受理、并单和群体诉求", "calendar": "日历和计时方法", "notices": "通知的时间",
    "documents": "文书编号和规则版本", "privacy": "保密和保存", "scoring": "评价指标",
    "access": "事件推送和接口密钥", "desk": "撤回登记、草稿和附件",
    "promise": "承诺和核查", "knowledge": "知识库",
})  # fmt: skip
_COUNTED = frozenset(UNITS) - {
    "list", "table", "text", "choice", "yes_no", "moment", "month_day", "weight",
}  # fmt: skip
_STEP = MappingProxyType({
    "share_of_limit": "时限过 {percent}%", "working_days_left": "剩 {working_days} 个工作日",
    "due_day_opening": "到期日上班时", "due": "到期时",
    "after_due": "到期后第 {working_days} 个工作日",
})  # fmt: skip


def topic(parameter: Parameter) -> str:
    """Return what a parameter is about: the heading it stands under."""
    return TOPICS[Path(parameter.file).stem]


def said(value: object) -> str:
    """Return a value as people read it, the field's words in Chinese."""
    if isinstance(value, tuple | list):
        return "、".join(said(item) for item in value)
    if isinstance(value, Mapping):
        if "rung" in value:
            return said(value["rung"])
        return "\n".join(_row(str(key), item) for key, item in value.items())
    return WORDS.get(str(value), str(value))


def _row(key: str, item: object) -> str:
    """Return one line of a table; a key that is only a program's name for its words is left out."""
    if isinstance(item, Mapping):
        parts = (_part(one, it) for one, it in item.items())
        return f"{said(key)}：{'，'.join(parts)}"
    return (
        said(item) if isinstance(item, str) and key.isidentifier() else f"{said(key)}：{said(item)}"
    )


def _part(key: str, item: object) -> str:
    return f"{'' if item else '不'}{said(key)}" if isinstance(item, bool) else said(item)


def in_words(parameter: Parameter, value: Any) -> str:
    """Return a parameter's value with its unit; a ladder is told rung by rung."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value} {UNITS[parameter.unit]}" if parameter.unit in _COUNTED else str(value)
    steps = value if isinstance(value, tuple | list) else ()
    if steps and isinstance(steps[0], Mapping):
        return "\n".join(_step(one) for one in steps)
    return said(value)


def _step(step: Mapping[str, Any]) -> str:
    numbers = {"percent": step.get("percent"), "working_days": step.get("working_days")}
    when = _STEP[step["when"]].format(**numbers).replace("第 0 个", "次一个")
    when = "到期后次一工作日上班时" if (step["when"], numbers["working_days"]) == (
        "after_due", 0) else when  # fmt: skip
    to = "、".join(terms.Recipient.parse(one).label for one in step["recipients"])
    person = "，须主管确认" if step.get("needs_person") else ""
    return f"{said(step['rung'])}：{when}，发{to}{person}"


def typed(value: Any) -> str:
    """Return a value as one would type it again: words and numbers plain, the rest as YAML."""
    stated = plain(value)
    if isinstance(stated, bool):
        return "是" if stated else "否"
    if isinstance(stated, list | dict):
        flow = isinstance(stated, list) and not any(isinstance(one, dict) for one in stated)
        return yaml.safe_dump(
            stated, allow_unicode=True, sort_keys=False, width=88, default_flow_style=flow or None
        ).strip()
    return str(stated)


def differences(parameter: Parameter, old: Any, new: Any) -> tuple[tuple[str, str], ...]:
    """Return the lines of two values with a mark each: − gone, + new, nothing for the same."""
    before, after = (in_words(parameter, one).splitlines() for one in (old, new))
    lines = difflib.ndiff(before, after)
    marks = {"- ": "−", "+ ": "+", "  ": ""}
    return tuple((marks[one[:2]], one[2:]) for one in lines if one[:2] in marks)
