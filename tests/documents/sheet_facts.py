"""Facts to build sheets from; every name in them is invented."""

from dataclasses import dataclass
from datetime import datetime

from engine.terms import AnswerOutcome
from tests.documents.facts import ISSUER, beijing

CONTENT = (
    "来电人反映：企业在该街道租用厂房，10月申请水电气报装，窗口先后三次要求补交材料，每次说法不同，"
    "至今未受理。企业认为一次性告知没有落实，影响开工。\n希望尽快明确所需材料清单，并说明办理时限。"
)
ANSWER = (
    "我局已于11月26日与您联系，核对了全部材料，当日受理了报装申请，预计12月4日前完成接入。\n"
    "窗口未一次性告知的问题属实，我局已对当班人员进行提醒，并在窗口张贴了材料清单。"
)
NUMBER = "LZ202611240007"
ANSWERED, REVIEWED = beijing(11, 27, 15, 20), beijing(11, 28, 9, 5)


@dataclass(frozen=True)
class Told:
    outcome: AnswerOutcome = AnswerOutcome.SOLVED
    text: str = ANSWER
    legal_basis: str = "《优化营商环境条例》第三十五条"
    answered_at: datetime = ANSWERED
    reviewed_at: datetime | None = REVIEWED


def order_facts(**changes):
    facts = {
        "number": NUMBER, "kind": "投诉", "urgency": "一般", "confidential": False, "reads": True,
        "accepted_at": beijing(11, 24, 9), "dispatched_at": beijing(11, 24, 9, 25),
        "lead": "区样例局", "assisting": ["区样例中心"], "task_rows": [21, 113],
        "sign_by": beijing(11, 25, 18), "unanswered": False, "status": "已派单", "had_unit": True,
        "limit_name": "办结期限", "ended": False, "into": "", "closed_at": None, "answer": None,
        "answer_text": "",
        "due_at": beijing(12, 9, 0), "reservation": "",
        "sentence": "10个工作日，11月25日起算，至12月8日24:00届满。", "content": CONTENT,
        "issuer": ISSUER,
    }  # fmt: skip
    return {**facts, **changes}


def callback_facts(**changes):
    facts = {
        "number": NUMBER, "kind": "投诉", "urgency": "一般", "confidential": False,
        "accepted_at": beijing(11, 24, 9), "due_at": beijing(12, 3, 0), "lead": "区样例局",
        "matter": CONTENT, "promise": "", "promised_on": None, "answer": Told(),
        "answer_text": ANSWER, "issuer": ISSUER,
    }  # fmt: skip
    return {**facts, **changes}


def note_facts(**changes):
    answer = changes.get("answer", Told())
    facts = {
        "number": NUMBER, "accepted_at": beijing(11, 24, 9), "lead": "区样例局",
        "hotline_name": "城中区12345优化营商环境专线", "answer": answer,
        "answer_text": answer.text, "legal_basis": answer.legal_basis, "promise": "",
        "promised_on": None, "again": False, "to_be_called_back": True, "issuer": ISSUER,
    }  # fmt: skip
    return {**facts, **changes}
