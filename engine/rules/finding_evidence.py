"""What proves a finding (认定的证据): something that another person can look up."""

import re
from collections.abc import Collection

from engine.rules.citations import cites

SHORTEST_REASON = 4
SHORTEST_OWN = 10  # nobody outside the hotline can appeal what it excuses itself of
_SILENT = re.compile(r"[\W_]+")
_EMPTY = frozenset(
    {"无", "没有", "暂无", "同上", "同前", "如题", "见上", "如上", "情况属实", "属实"}
)
_EVENT = re.compile(r"事件\s*第?\s*(\d+)\s*号?")
_NUMBER = re.compile(r"第\s*[\d一二三四五六七八九十百零〇]+\s*号|〔\d{4}〕\s*\d+\s*号")
_TITLE = re.compile(r"《[^《》]{2,}》")
_LONG_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{5,}")  # of a record, a call, another ticket
_DIGITS = 4


@cites("house/H-47")
def evidence_lacks(text: str, events: Collection[int], files: Collection[str]) -> str | None:
    """Return what evidence lacks to be looked up, or nothing.

    It names an event of the ticket by number, a file of it by name, or a document by title or
    number. `events` are the numbers of the ticket's events, `files` the names of its files.
    """
    named = [int(one) for one in _EVENT.findall(text)]
    unknown = next((one for one in named if one not in events), None)
    if unknown is not None:
        return f"工单没有第{unknown}号事件，请对照工单的办理经过。"
    if named or any(name in text for name in files) or _names_document(text):
        return None
    return (
        "证据要能查证：写明事件号（如“事件第12号”）、工单附件的文件名，"
        "或者文件的名称（《…》）、文号、编号。"
    )


def _names_document(text: str) -> bool:
    long = (one for one in _LONG_NUMBER.findall(text) if sum(map(str.isdigit, one)) >= _DIGITS)
    return bool(_TITLE.search(text) or _NUMBER.search(text) or next(long, None))


@cites("house/H-47")
def reason_lacks(text: str, *, own: bool) -> str | None:
    """Return what a reason lacks that changes a figure, or nothing; `own` is the hotline's breach.

    Fillers such as 无 or 同上 are none.
    """
    said = _SILENT.sub("", text)
    least = SHORTEST_OWN if own else SHORTEST_REASON
    if said in _EMPTY or len(said) < least:
        whose = "热线自己的超期没有单位申诉，" if own else ""
        return f"{whose}请写明理由和依据，至少 {least} 个字。"
    return None
