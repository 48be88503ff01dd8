"""What proves a finding (认定的证据): something that another person can look up."""

import re
from collections.abc import Collection

from engine.rules.citations import cites

SHORTEST_REASON = 4
SHORTEST_OWN = 10  # nobody outside the hotline can appeal what it excuses itself of
_SILENT = re.compile(r"[\W_]+")
_DISTINCT = 3  # a reason of fewer different characters says nothing
# What repeats the verdict or points at nothing: a reason that is made of these alone is none.
_EMPTY = re.compile(
    "暂无|没有|无|同上|同前|如题|见上|如上|如下|以上|情况|属实|理由|原因|说明|依据|事实|清楚|证据|充分|经核实|经查|核实|"
    "同意|不同意|通过|批准|可以|应当|应该|应予|予以|给予|建议|申请|请求|认定|免责|剔除|确认|超期|逾期|准予|"
    "本次|该单|此单|工单|单位|确实|的确|符合|规定|条件|要求|成立|合理|正当|特此|"
    "是|的|了|为|请|已|均|此|该|对|由|有|和|并|即|\\d|[a-zA-Z]"
)
_EVENT = re.compile(r"事件\s*第?\s*(\d+)\s*号?")
_TITLE = re.compile(r"《([^《》]+)》")
_DOCUMENT = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*第?\s*\d+\s*号")
_NUMBERED = re.compile(r"([\u4e00-\u9fff]{2,})第\s*[\d一二三四五六七八九十百零〇]+\s*号")
_RECORD = re.compile(r"([\u4e00-\u9fff]{2,})[\s:：#]*([A-Za-z0-9][A-Za-z0-9/_-]{4,})")
_TICKET = re.compile(r"(?<![A-Za-z0-9])LZ\d{10}(?!\d)")
_DAY = re.compile(r"(?:19|20)\d{2}[-/_]?(?:0?[1-9]|1[0-2])[-/_]?(?:0?[1-9]|[12]\d|3[01])")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
# Words that name no document or record by themselves: any is one, and so is none.
_ANY = re.compile(
    "情况|说明|证明|文件|材料|通知|公告|报告|记录|证据|附件|资料|依据|理由|有关|相关|关于|内容|详见|参见|"
    "编号|文号|单号|号码|电话|手机|日期|时间|见|的|及|和|无|年|月|日|第|号|[\\W\\d_]"
)
_DIGITS = 5
_NAME = 2


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
    """Return whether a title, a document's number or a record with its number stands in a text."""
    called = (*_TITLE.findall(text), *_NUMBERED.findall(text))
    return (
        bool(_DOCUMENT.search(text) or _TICKET.search(text))
        or any(map(_is_name, called))
        or any(_is_record(*one) for one in _RECORD.findall(text))
    )


def _is_name(words: str) -> bool:
    """Return whether words name something: 停电公告 does, 情况 or 说明 may be anything."""
    return len(set(_ANY.sub("", words))) >= _NAME


def _is_record(kind: str, number: str) -> bool:
    """Return whether a record is named with its number; a day or a telephone is none."""
    if _DAY.fullmatch(number) or _PHONE.fullmatch(number):
        return False
    return sum(map(str.isdigit, number)) >= _DIGITS and _is_name(kind)


@cites("house/H-47")
def reason_lacks(text: str, *, own: bool) -> str | None:
    """Return what a reason lacks that changes a figure, or nothing; `own` is the hotline's breach.

    Fillers, digits, one character again and again, and what only repeats the verdict are none.
    """
    said = _SILENT.sub("", text)
    least = SHORTEST_OWN if own else SHORTEST_REASON
    if len(said) < least or len(set(said)) < _DISTINCT or not _EMPTY.sub("", said):
        whose = "热线自己的超期没有单位申诉，" if own else ""
        return f"{whose}请写明理由和依据，至少 {least} 个字。"
    return None
