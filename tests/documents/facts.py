"""Facts to build letters and notices from; every name in them is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from engine.documents.bulletin import BulletinFacts
from engine.documents.letter_annexes import CertificateDay, HistoryLine, Material
from engine.documents.letter_texts import (
    Certificate,
    Correction,
    GroundEvidence,
    RectificationFacts,
    Referral,
)
from engine.rules.shanghai import SHANGHAI
from engine.terms import DayKind, RectificationGround

ISSUER = "柳州市城中区政务网络服务中心"
EVIDENCE = (
    "2026年10月16日24:00期限届满未答复（事件第9号）",
    "10月19日、20日两次催办未回应（事件第11、13号）",
)
SIGNED_AT = datetime(2026, 10, 23, 1, 0, tzinfo=UTC)


def beijing(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def a_rectification(**changes) -> RectificationFacts:
    facts = RectificationFacts(
        issuer=ISSUER,
        unit="区样例局",
        subordinate=True,
        ticket_number="LZ202609280042",
        kind_label="投诉",
        accepted_at=beijing(9, 28, 9, 12),
        dispatched_at=beijing(9, 28, 9, 40),
        signed_at=beijing(9, 29, 8, 50),
        due_on=date(2026, 10, 16),
        limit_working_days=10,
        grounds=(
            GroundEvidence(
                RectificationGround.PERFUNCTORY,
                EVIDENCE,
            ),
        ),
        demands=("重新办理并向诉求人说明", "开展内部整改，落实责任"),
        reply_by=date(2026, 10, 30),
        reply_days=5,
        objection_channel="区12345热线主管",
        basis="《2023年城中区优化营商环境工作要点》（城中政办〔2023〕19号）附件第113项",
        dated=date(2026, 10, 23),
        number_cited="城中政办〔2023〕19号附件第113项",
        number="城中12345整改〔2026〕1号",
        cc="区发展和改革局，区市场监管局",
        certificate=Certificate("10个工作日，9月29日起算，至10月16日24:00届满。", holiday_days()),
        overdue_days=5, overdue_since=beijing(10, 17, 0),
    )  # fmt: skip
    return replace(facts, **changes)


A_CORRECTION = Correction(
    "城中12345整改〔2026〕1号", "关于投诉工单办理问题整改的函", date(2026, 10, 23),
    "10月19日、20日两次催办", "10月19日、21日两次催办",
)  # fmt: skip


def a_correction(**changes) -> RectificationFacts:
    return a_rectification(**{"correction": A_CORRECTION, "certificate": None, "cc": "", **changes})


def a_referral(**changes) -> RectificationFacts:
    referral = Referral(
        target="区样例监督机关",
        source="12345热线督办中发现",
        measures=("2026年10月19日、20日催办", "10月23日发整改函"),
        materials=(Material("督办函", 3, "ab" * 32), Material("整改函", 2)),
        judgement="两个月内两次整改不到位，企业反映强烈",
    )
    given = {"referral": referral, "certificate": None, "cc": "", "correction": A_CORRECTION}
    return a_rectification(**{**given, **changes})


def a_bulletin(**changes) -> BulletinFacts:
    words = {
        "basis": "该文件第113项", "as_of": "2026年10月22日17:30",
        "due": 120, "on_time": "95.8%（115/120）", "heard": 80,
        "solved": "71.3%（57/80）", "satisfied": "88.6%（71/80）", "human": "100.0%（23/23）",
        "returned": 3, "reworked": 2, "least": 10, "ranking": False, "good": ["甲。"], "bad": [],
    }  # fmt: skip
    facts = BulletinFacts(
        organ=ISSUER, period="2026年9月", date=date(2026, 10, 23), words=words,
        indicators=[("解决率", "解决 ÷ 有效回访", "80", "71.3%", "72.0%", "70%")] * 5,
        units=[("件数较多", "区样例局", *["95.8%\nn=12"] * 6)] * 40,
    )  # fmt: skip
    return replace(facts, **changes)


def a_history():
    accepted = HistoryLine(1, beijing(9, 28, 9, 12), "受理登记")
    return (accepted, HistoryLine(2, beijing(9, 28, 9, 40), "派单"))


def holiday_days():
    """10 working days from Mon 2026-09-28 over National Day, with the make-up Saturday 10-10."""
    days, ordinal, day = [CertificateDay(date(2026, 9, 28), DayKind.RECEIVED)], 0, date(2026, 9, 28)
    notice = "国办发明电〔2025〕7号"
    while ordinal < 10:
        day += timedelta(days=1)
        if date(2026, 10, 1) <= day <= date(2026, 10, 7):
            days.append(CertificateDay(day, DayKind.HOLIDAY, note=notice))
        elif day.weekday() > 4 and day != date(2026, 10, 10):
            days.append(CertificateDay(day, DayKind.WEEKEND))
        else:
            ordinal += 1
            made_up = day == date(2026, 10, 10)
            kind = DayKind.MAKE_UP if made_up else DayKind.COUNTED
            days.append(CertificateDay(day, kind, ordinal, notice if made_up else ""))
    return tuple(days)


def notice_facts(**changes):
    facts = {
        "number": "LZ202609280042",
        "kind": "投诉",
        "urgency": "一般",
        "category": "水电气报装",
        "unit": "区样例局",
        "role": "主办",
        "written_at": datetime(2026, 9, 28, 1, 40, tzinfo=UTC),
        "ended": "诉求人已自愿撤回",
        "moved": False,
        "due_on": date(2026, 10, 16),
        "due_how": "10个工作日，9月29日起算，扣除国庆节放假，计入10月10日调休上班",
        "sign_by": datetime(2026, 9, 29, 10, 0, tzinfo=UTC),
        "return_by": datetime(2026, 9, 29, 16, 0, tzinfo=UTC),
        "return_conditions": "须附法定依据和建议承办单位，每单位限退一次",
        "link": "http://127.0.0.1:8000/tickets/LZ202609280042",
        "task_rows": [21, 113],
        "route_reason": "清单第21项牵头单位",
        "contact": "区12345热线派单岗",
        "confidential": False,
        "limit_name": "承办时限",
        "overdue": True,
        "rung": "黄牌：剩一个工作日",
        "overdue_days": 2,
        "reply_by": date(2026, 10, 20),
        "report": "通报",
        "letter_number": "城中12345整改〔2026〕1号",
        "letter_title": "关于投诉工单办理问题整改的函",
        "letter_kind": "整改函",
        "judged": True,
        "reason": "两次催办未回应",
        "decision": "同意延期",
        "ruling": "不同意退单",
        "new_due_on": date(2026, 10, 20),
        "old_due_on": date(2026, 10, 16),
        "code": "004219",
        "finding": "确认超期",
        "about": "承办时限",
        "appeal_until": date(2026, 10, 28),
        "period": "2026年9月",
        "entry": "个体户怎样办营业执照",
        "what": "即将到期",
        "valid_until": date(2026, 10, 31),
        "moves": [
            {
                "limit_name": "承办时限",
                "old_due_on": date(2026, 10, 16),
                "new_due_on": date(2026, 10, 20),
            }
        ],
        "items": [
            {
                "number": "LZ202609280042",
                "kind": "投诉",
                "what": "超期2个工作日",
                "due_on": date(2026, 10, 16),
                "link": "http://127.0.0.1:8000/tickets/LZ202609280042",
            }
        ],
        "hotline_name": "城中区12345优化营商环境专线",
    }
    return {**facts, **changes}
