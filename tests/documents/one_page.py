"""The usual 整改函, each of which is one page: one ground, or two short ones; told and asked."""

from datetime import date

from engine.documents.letter_data import LetterData
from engine.documents.letter_texts import Again, GroundEvidence, rectification_letter
from engine.terms import RectificationGround as G
from tests.documents.facts import a_history, a_rectification, beijing

MISSED = GroundEvidence(G.DUTY_NOT_PERFORMED, ("11月13日24:00承办时限届满未办（事件第9号）",))
REMINDED = GroundEvidence(
    G.PERFUNCTORY, ("11月16日红牌催办，截至11月17日未答复（事件第11号）",)
)  # fmt: skip
DENIED = GroundEvidence(
    G.FALSE_REPORT,
    ("11月20日答复称已解决（事件第14号）", "11月23日回访：未解决、不满意（事件第20号）"),
)  # fmt: skip
TWICE = GroundEvidence(
    G.DISSATISFIED_TWICE,
    ("11月23日回访：未解决、不满意（事件第20号）", "11月30日回访：未解决、不满意（事件第31号）"),
)
DEEMED = GroundEvidence(
    G.REFUSED_TO_SIGN, ("11月2日17:30逾期未签收，视为签收，11月3日查见（事件第6号）",)
)
RUDE = GroundEvidence(G.BAD_ATTITUDE, ("11月20日热线核实认定（事件第12号）",))
LEAK = GroundEvidence(G.LEAK, ("11月20日热线核实认定（事件第12号）",))
# Days of four digits, over the year's end: as long as they come.
DAYS = {
    "accepted_at": beijing(10, 30, 9, 12), "dispatched_at": beijing(10, 30, 9, 40),
    "signed_at": beijing(11, 2, 17, 30), "due_on": date(2026, 11, 13),
    "dated": date(2026, 12, 21), "reply_by": date(2026, 12, 28),
    "objection_channel": "12345专线分派岗",
}  # fmt: skip
AGAIN = Again(beijing(11, 23, 9), date(2026, 11, 26), beijing(11, 25, 9))
LATE = {"answered_at": beijing(11, 20, 9)}
CASES: dict[str, tuple[tuple[GroundEvidence, ...], dict[str, object]]] = {
    "missed": ((MISSED,), {}), "reminded": ((REMINDED,), {}), "denied": ((DENIED,), LATE),
    "twice": ((TWICE,), {**LATE, "again": AGAIN}), "refused": ((DEEMED,), {"deemed": True}),
    "rude": ((RUDE,), {}), "leak": ((LEAK,), {}), "two": ((MISSED, REMINDED), {}),
    "two_rude": ((MISSED, RUDE), {}), "next_year": ((MISSED,), {"reply_by": date(2027, 1, 4)}),
    "provisional": ((MISSED,), {"reply_by": date(2027, 1, 4), "reply_provisional": True}),
    "other_days": ((MISSED,), {"dispatched_at": beijing(11, 2, 9), "signed_at": beijing(11, 3, 9)}),
    "beside": ((RUDE,), {"beside": ("11月13日24:00承办时限届满未办（事件第9号）",)}),
}  # fmt: skip
# A report (举报) has a sentence more: it fits with one ground that one line proves.
REPORTED = ("missed", "provisional", "reminded", "refused", "rude", "leak", "other_days")


def _letter(
    grounds: tuple[GroundEvidence, ...], changes: dict[str, object], **more: object
) -> LetterData:
    facts = {"grounds": grounds, "history": a_history(), **DAYS, **changes, **more}
    return rectification_letter(a_rectification(**facts))


ONE_PAGE: dict[str, LetterData] = {
    "two_annexes": rectification_letter(a_rectification(history=a_history())),
    **{f"{name}": _letter(*case) for name, case in CASES.items()},
    **{f"{name}_asked": _letter(*case, subordinate=False) for name, case in CASES.items()},
    **{f"举报_{name}{'' if told else '_asked'}": _letter(
        *CASES[name], confidential=True, cc="", kind_label="举报", subordinate=told)
       for name in REPORTED for told in (True, False)},
}  # fmt: skip
ONE_PAGE["举报"] = ONE_PAGE["举报_missed"]
