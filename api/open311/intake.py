"""POST requests: the standard's form → a new ticket."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from api.open311.services import attributes_of, service_kind
from engine.actions.characters import tidied, unstorable, visible
from engine.actions.intake_checks import LONGEST, NewTicket, checked, parse_urgency
from engine.errors import BadInputError
from engine.terms import TicketKind, Urgency

SOURCE = "open311"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100
ATTRIBUTE = re.compile(r"attribute\[([\w-]{1,40})\](\[\])?")
LATITUDE, LONGITUDE = 90.0, 180.0


def read_form(body: bytes, content_type: str) -> dict[str, str]:
    """Return the fields of a form; of one that comes several times, all values with commas.

    Raises:
        BadInputError: it is no such form, not UTF-8, or has too many fields.
    """
    if content_type.partition(";")[0].strip().lower() not in (FORM, ""):
        message = f"请用 Content-Type: {FORM} 提交；要发 JSON 请用 /api/v1/tickets。"
        raise BadInputError(message)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict",
            max_num_fields=MOST_FIELDS,
        )  # fmt: skip
    except ValueError as error:
        message = "表单读不出来：文字应为 UTF-8，字段不超过 100 个。"
        raise BadInputError(message) from error
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found and value else value
    return found


def new_request(form: Mapping[str, str]) -> NewTicket:
    """Return the ticket that a form describes.

    Raises:
        BadInputError: a field is missing or wrong; all of them are named.
        NotFoundError: there is no such service.
    """
    kind = service_kind(form.get("service_code", "").strip())
    wrong = _unstorable(form)
    given = _attributes(form, kind, wrong)
    place = _place(form, wrong)
    urgency = _urgency(given.pop("urgency", ""), wrong)
    contact = _name(form.get("last_name", "").strip(), form.get("first_name", "").strip())
    new = NewTicket(
        kind=kind, content=_content(form), phone=form.get("phone", ""), contact_name=contact,
        place=place, urgency=urgency, source=SOURCE, **given,
    )  # fmt: skip
    try:
        tidy = checked(new)
    except BadInputError as error:
        wrong = {**wrong, **error.fields}
    if wrong:
        raise BadInputError("；".join(wrong.values()), fields=wrong)
    return tidy


def _unstorable(form: Mapping[str, str]) -> dict[str, str]:
    found = ((tidied(name), unstorable(name + value)) for name, value in form.items())
    return {name: f"{name}：{words}" for name, words in found if words}


def _name(last: str, first: str) -> str:
    """Return a person's name as it is said: 张三, but John Smith."""
    return f"{last}{first}" if not (last + first).isascii() else f"{first} {last}".strip()


def _urgency(text: str, wrong: dict[str, str]) -> Urgency:
    try:
        return parse_urgency(text)
    except BadInputError as error:
        wrong.update(error.fields)
        return Urgency.NORMAL


def _content(form: Mapping[str, str]) -> str:
    """Return what is wanted; what has no field of its own stands below, so that nothing is lost."""
    told = [form.get("description", "").strip()]
    told += [f"附件：{form['media_url'].strip()}"] if form.get("media_url", "").strip() else []
    told += [f"电子邮箱：{form['email'].strip()}"] if form.get("email", "").strip() else []
    return "\n".join(told).strip() if told[0] else ""


def _attributes(form: Mapping[str, str], kind: TicketKind, wrong: dict[str, str]) -> dict[str, Any]:
    known = attributes_of(kind)
    found: dict[str, Any] = {}
    for name, value in form.items():
        named = ATTRIBUTE.fullmatch(name)
        if named is None:
            continue
        code = named.group(1)
        if code not in known:
            wrong[name] = f"“{kind.label}”没有 {code} 这个属性；可用：{'、'.join(known)}。"
        elif value and code == "external_id" and not visible(value):
            wrong[name] = "外部编号不能只有空白字符：没有编号就不要写这个属性。"
        elif tidied(value):
            found[code] = tidied(value)
    return found


def _place(form: Mapping[str, str], wrong: dict[str, str]) -> str:
    """Return where it is: an address, an address's number, or a point."""
    lat, long = form.get("lat", "").strip(), form.get("long", "").strip()
    if lat or long:
        _check_degrees(wrong, lat=(lat, LATITUDE), long=(long, LONGITUDE))
    words = [form.get("address_string", "").strip(), form.get("address_id", "").strip()]
    words += [f"{lat},{long}"] if lat and long else []
    said = [one for one in words if one]
    if not said and not (lat or long):
        wrong["address_string"] = "请给出地点：address_string、address_id，或 lat 和 long。"
    if len("；".join(said)) > LONGEST["place"]:
        wrong["address_string"] = f"地点合计最多 {LONGEST['place']} 字；其余请写进 description。"
        return ""
    return "；".join(said)


def _check_degrees(wrong: dict[str, str], **degrees: tuple[str, float]) -> None:
    for name, (text, most) in degrees.items():
        if not text:
            wrong[name] = "lat 和 long 要一起给出。"
        elif not re.fullmatch(r"-?\d{1,3}(\.\d{1,20})?", text) or abs(float(text)) > most:
            wrong[name] = f"{name} 应是 -{most:.0f} 到 {most:.0f} 的度数（WGS84）。"
