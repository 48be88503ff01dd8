"""Calls of Open311 GeoReport v2 as tests make them."""

from typing import Any

from tests.api.conftest import NOW, Caller
from tests.builders import LICENCE, an_api_key

V2 = "/open311/v2"
EARLY = "Mon 2026-11-23 09:00"


def a_form(**changes: Any) -> dict[str, Any]:
    filled = {
        "api_key": an_api_key(NOW), "jurisdiction_id": "chengzhong", "service_code": "complaint",
        "address_string": "潭中中路 1 号", "phone": "0772-2800000",
        "description": LICENCE, **changes,
    }  # fmt: skip
    return {name: value for name, value in filled.items() if value is not None}


def post(caller: Caller, form: Any, kind: str = "json", **headers: str) -> Any:
    return caller.client.post(f"{V2}/requests.{kind}", data=form, headers=headers)


def get(caller: Caller, path: str, **query: Any) -> Any:
    return caller.client.get(f"{V2}/{path}", params={"api_key": an_api_key(NOW), **query})
