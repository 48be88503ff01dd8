"""The whole contract under schemathesis: no fault of ours, no answer that is not documented.

Together above ten thousand cases, in process (ASGI), against a real database; half of them as the
contract wants them, half as it does not.
"""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.python import asgi

from tests.api.conftest import Caller
from tests.builders import a_dispatched_ticket, a_ticket, a_ticket_to_call_back

pytestmark = pytest.mark.slow
CASES = 280  # for each operation, in each mode; what takes no input has one case, or none
PARTS = 2  # of the contract, so that two workers share the time
LEAST = 2_500  # in each mode and part: ten thousand in all
EARLY = "Mon 2026-11-23 09:00"
# What is promised: no fault of ours; every status, type, header and shape as the contract says.
WANTED = ["not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_headers_conformance", "response_schema_conformance"]  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_any_call_of_the_contract_gets_a_documented_answer(
    caller: Caller, mode: GenerationMode, part: int
) -> None:
    asking = Asking(caller)
    operations = [one.ok() for one in asking.schema.get_all_operations()]

    with asgi.get_client(caller.app) as asking.session:
        for operation in operations[part::PARTS]:
            asking.ask(operation, mode)

    print(mode.value, part, dict(asking.counts))
    assert asking.counts["all"] >= LEAST


class Asking:
    """Asks one application, with tickets in it that can be asked for, and counts the answers."""

    def __init__(self, caller: Caller) -> None:
        load_all_checks()
        self.numbers = [a_ticket(EARLY), a_dispatched_ticket(EARLY), a_ticket_to_call_back(EARLY)]
        self.schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", caller.app)
        self.headers = {"Authorization": caller.client.headers["Authorization"]}
        self.checks = CHECKS.get_by_names(WANTED)
        self.counts: Counter[str] = Counter()
        self.session: Any = None

    def ask(self, operation: Any, mode: GenerationMode) -> None:
        """Ask for one operation in as many ways as there are cases."""

        @given(operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=CASES, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None, derandomize=True,
        )  # fmt: skip
        def each(case: Any) -> None:
            self.one(case)

        with suppress(Unsatisfiable):  # what takes no input cannot be sent wrong input
            each()

    def one(self, case: Any) -> None:
        """Ask once; every other time for a ticket that is there."""
        asked = self.counts["all"]
        if "number" in (case.path_parameters or {}) and asked % 2:
            case.path_parameters["number"] = self.numbers[asked // 2 % len(self.numbers)]
        answer = case.call(headers=self.headers, session=self.session)
        self.counts.update(("all", str(answer.status_code)))
        case.validate_response(answer, checks=self.checks)
