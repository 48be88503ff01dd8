"""What may be asked for (services): the kinds of tickets, and what more each wants to know."""

from collections.abc import Iterator
from typing import Any

from api.open311.formats import Rows
from engine.errors import BadInputError, NotFoundError
from engine.rules.routing.catalogue import Catalogue
from engine.settings import load_settings
from engine.terms import TicketKind, Urgency

DESCRIPTIONS = {
    TicketKind.CONSULTATION: "咨询政策、办事条件和流程。",
    TicketKind.HELP_REQUEST: "办事遇到困难，请求协调解决。",
    TicketKind.COMPLAINT: "对服务、作风、时限等不满意。",
    TicketKind.REPORT: "举报违法违纪线索。一律保密，本接口不能查询。",
    TicketKind.SUGGESTION: "对营商环境的建议。",
    TicketKind.PRAISE: "表扬单位或个人。",
}
TEXT, LIST = "string", "singlevaluelist"
ATTRIBUTES = (
    ("external_id", TEXT, "对方系统的编号：同一编号只登记一次，中断后可安全重发"),
    ("enterprise", TEXT, "企业名称"),
    ("credit_code", TEXT, "统一社会信用代码，18 位"),
    ("urgency", LIST, "紧急程度；不填为一般"),
)
ACCUSED = ("accused_unit", LIST, "被反映单位：不会单独承办")
WITH_ACCUSED = (TicketKind.COMPLAINT, TicketKind.REPORT)


def services() -> Rows:
    """Return every service, in the order of the kinds."""
    return Rows("service", [_service(kind) for kind in TicketKind])


def _service(kind: TicketKind) -> dict[str, Any]:
    return {
        "service_code": kind.value,
        "service_name": kind.label,
        "description": DESCRIPTIONS[kind] + "须留联系电话，供回访。",
        "metadata": True,
        "type": "realtime",
        "keywords": f"{kind.label}, 营商环境, 企业诉求, 12345",
        "group": load_settings().hotline_name,
    }


def service_kind(code: str) -> TicketKind:
    """Return the kind that a service code names.

    Raises:
        BadInputError: none was given.
        NotFoundError: there is no such service.
    """
    if not code:
        message = "没有给出 service_code。"
        raise BadInputError(message, fields={"service_code": message})
    try:
        return TicketKind.parse(code)
    except ValueError as error:
        message = f"没有 service_code 为“{code[:40]}”的服务；可用的见 services。"
        raise NotFoundError(message) from error


def attributes_of(kind: TicketKind) -> list[str]:
    """Return the codes of what a service wants to know besides the standard's own fields."""
    return [code for code, _, _ in _wanted(kind)]


def _wanted(kind: TicketKind) -> tuple[tuple[str, str, str], ...]:
    return (*ATTRIBUTES, ACCUSED) if kind in WITH_ACCUSED else ATTRIBUTES


def definition(kind: TicketKind, catalogue: Catalogue) -> dict[str, Any]:
    """Return the definition of a service: its attributes, in order, with their values."""
    found = [
        {
            "variable": True,
            "code": code,
            "datatype": datatype,
            "required": False,
            "datatype_description": "从所列的值里选一个" if datatype == LIST else None,
            "order": order,
            "description": description,
            "values": Rows("value", list(_values(code, catalogue))),
        }
        for order, (code, datatype, description) in enumerate(_wanted(kind), start=1)
    ]
    return {"service_code": kind.value, "attributes": Rows("attribute", found)}


def _values(code: str, catalogue: Catalogue) -> Iterator[dict[str, str]]:
    if code == "urgency":
        for one in Urgency:
            yield {"key": one.value, "name": one.label}
    if code == "accused_unit":
        for unit in catalogue.units:
            yield {"key": unit.slug, "name": unit.name}


def discovery() -> dict[str, Any]:
    """Return where the service is and which formats it speaks (Service Discovery)."""
    settings = load_settings()
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{settings.link_base}/open311/v2",
        "changeset": CHANGESET,
        "type": "test" if settings.demo_data else "production",
        "formats": Rows("format", ["text/xml", "application/json"]),
    }
    return {
        "changeset": CHANGESET,
        "contact": f"{settings.hotline_name}，{settings.contact}",
        "key_service": "接口密钥由热线管理员在“接口密钥”页或用 hotline key create 建立。",
        "endpoints": Rows("endpoint", [endpoint]),
    }


# When services or definitions last changed: clients refresh what they keep.
CHANGESET = "2026-11-26 09:00"
