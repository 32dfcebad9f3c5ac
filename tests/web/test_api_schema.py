"""The API keeps what its description promises, whatever it is called with: Schemathesis, bounded, for each role."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.web.town import PASSWORD

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: pip install 'wenan[dev]'")

EXAMPLES = 3  # of each operation and role


@pytest.mark.filterwarnings("ignore")  # of its own libraries
@pytest.mark.parametrize("login", ["", "gui-worker", "staff", "boss"])
def test_answers_are_those_described(town, login):
    browser, headers = town.browser(), {}
    schema = schemathesis.openapi.from_dict(browser.get("/api/openapi.json").json())
    if login:
        signed = browser.post("/api/sign-in", json={"login": login, "password": PASSWORD}).json()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"x-csrf-token": signed["token"], "cookie": cookies}
    called = set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(), there=st.booleans())
        def call(case, there):
            if there and "number" in case.path_parameters:  # a number by chance is that of nothing
                case.path_parameters["number"] = 1
            answer = case.call(base_url=town.url, headers=headers)
            assert answer.status_code < 500
            case.validate_response(answer)

        call()
        called.add(operation.label)
    assert len(called) == 11
