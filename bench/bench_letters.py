"""How fast a letter is made and in how much memory, beside an empty typst page in the same run.

    python bench/bench_letters.py

Prints the CPU time (a busy machine stretches wall time) of a 整改函 with its 期限计算书, never the
same letter twice, and of a 工单 as it is printed; then the peak memory of a fresh process that
makes fifty of each, the letters as DOCX too.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import typst

from engine.documents.fonts import find_fonts
from engine.documents.letter_annexes import CertificateDay
from engine.documents.letter_data import LetterData
from engine.documents.letter_texts import (
    Certificate,
    GroundEvidence,
    RectificationFacts,
    rectification_letter,
)
from engine.documents.letters import render_docx, render_pdf, render_png
from engine.documents.sheets import PPI, Sheet, form_sheet, render_sheet, sheet_pictures
from engine.terms import DayKind, RectificationGround

LETTERS, WARM_UP = 40, 5
SIGNED_AT = datetime(2026, 10, 23, 1, 0, tzinfo=UTC)
TARGET_MS, TARGET_MB = 25, 120


def a_letter(order: int) -> LetterData:
    accepted = datetime(2026, 9, 28, 1, 0, tzinfo=UTC) + timedelta(minutes=order)
    first = date(2026, 9, 1) + timedelta(days=order)
    days = tuple(
        CertificateDay(first + timedelta(days=one), DayKind.COUNTED, one + 1) for one in range(12)
    )
    line = f"2026年10月16日24:00期限届满未答复（事件第{order}号）"
    facts = RectificationFacts(
        issuer="柳州市城中区政务网络服务中心", unit="区样例局", subordinate=True,
        ticket_number=f"LZ20260928{order:04}", kind_label="投诉",
        accepted_at=accepted, dispatched_at=accepted, due_on=first + timedelta(days=11),
        grounds=(GroundEvidence(RectificationGround.PERFUNCTORY, (line,)),),
        demands=("重新办理并向诉求人说明情况", "查明超期原因，落实责任"),
        reply_by=first + timedelta(days=20), reply_days=5,
        objection_channel="区12345热线主管",
        basis="城中政办〔2023〕19号附件第113项", dated=first, number=f"样例〔2026〕{order}号",
        certificate=Certificate(f"10个工作日，第{order}件。", days), overdue_days=order,
    )  # fmt: skip
    return rectification_letter(facts)


def a_sheet(order: int) -> Sheet:
    accepted = datetime(2026, 9, 28, 1, 0, tzinfo=UTC) + timedelta(minutes=order)
    facts = {
        "number": f"LZ20260928{order:04}", "kind": "投诉", "urgency": "一般", "reads": True,
        "confidential": False, "accepted_at": accepted, "dispatched_at": accepted,
        "lead": "区样例局", "assisting": [], "task_rows": [21], "sign_by": accepted,
        "unanswered": False, "status": "已派单", "had_unit": True, "ended": False, "into": "",
        "limit_name": "办结期限", "due_at": accepted + timedelta(days=14), "reservation": "",
        "closed_at": None, "answer": None, "answer_text": "",
        "sentence": f"10个工作日，第{order}件。",
        "content": f"第{order}件：窗口先后三次要求补交材料，每次说法不同，至今未受理。" * 4,
        "issuer": "柳州市城中区政务网络服务中心",
    }  # fmt: skip
    return form_sheet("order_sheet", facts, date(2026, 9, 28))


def milliseconds(run: Callable[[int], object]) -> float:
    taken = []
    for order in range(1, LETTERS + 1):
        began = time.process_time()
        run(order)
        taken.append(time.process_time() - began)
    return statistics.median(taken[WARM_UP:]) * 1e3


def floor() -> Callable[[int], object]:
    """The least there is to do: an empty A4 page, compiled and written as PDF/A."""
    compiler = typst.Compiler(ignore_system_fonts=True)

    def page(order: int) -> object:
        source = f'#set page(paper: "a4")\n#metadata({order})'.encode()
        return compiler.compile(
            input=source, format="pdf", pdf_standards=["a-2b"], timestamp=SIGNED_AT
        )

    return page


def speed() -> None:
    fonts = find_fonts()
    measured = {
        "floor: an empty page": milliseconds(floor()),
        "letter as PDF/A": milliseconds(
            lambda order: render_pdf(a_letter(order), fonts=fonts, moment=SIGNED_AT)
        ),
        "letter as PNG, 110 dpi": milliseconds(
            lambda order: render_png(a_letter(order), fonts=fonts)
        ),
        "letter as DOCX": milliseconds(lambda order: render_docx(a_letter(order))),
        "work order as PDF/A": milliseconds(
            lambda order: render_sheet(a_sheet(order), fonts=fonts)
        ),
        f"work order as PNG, {PPI} dpi": milliseconds(
            lambda order: sheet_pictures(a_sheet(order), fonts=fonts)
        ),
    }
    lowest = measured["floor: an empty page"]
    for name, taken in measured.items():
        print(f"{name:<27} {taken:8.2f} ms CPU {taken / lowest:7.1f} × floor")
    print(f"target for a PDF            {TARGET_MS:8.2f} ms; load average {os.getloadavg()[0]:.1f}")


def memory(program: str) -> str:
    run = [sys.executable, __file__, program]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()


def peak_mb() -> float:
    """Return this process's own peak; getrusage would count what the parent held before exec."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def fifty_letters() -> None:
    fonts = find_fonts()
    for order in range(50):
        letter = a_letter(order)
        render_pdf(letter, fonts=fonts, moment=SIGNED_AT)
        render_docx(letter)
        render_sheet(a_sheet(order), fonts=fonts)


if __name__ == "__main__":
    if sys.argv[1:] == ["floor"]:
        floor()(1)
        print(f"{peak_mb():8.0f}")
    elif sys.argv[1:] == ["letters"]:
        fifty_letters()
        print(f"{peak_mb():8.0f}")
    else:
        speed()
        print(f"memory: an empty page      {memory('floor'):>8} MB")
        print(f"memory: fifty of each      {memory('letters'):>8} MB; target {TARGET_MB} MB")
