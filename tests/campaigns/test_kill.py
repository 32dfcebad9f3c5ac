"""A small kill test: real processes, a worker killed in the middle of its calls, and the audit of every call."""

import pytest

from tests.campaigns.kill import FAULTS, drill


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_no_answer_is_lost_and_no_call_doubled_when_workers_are_killed(kind, tmp_path, request):
    if kind == "postgresql":
        request.getfixturevalue("postgresql_url")  # skips where no server answers
    found = drill(kind, tmp_path, calls=100, kills=3, workers=1 if kind == "sqlite" else 2, lines=10)
    assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert found["kills"] == 3
    assert found["acknowledged"] > 85  # whoever answered a moment before a kill was not told so
