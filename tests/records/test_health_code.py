"""Health codes: up at once, down by the rules, signed, and refused when forged, expired or no longer true."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.events import Answered, Ended
from records.answers import fold_conversation
from records.health import default_rules
from records.health_code import CodeRefused, Reported, check_code, code_of, health_code, sign_code
from records.seal import Seal, SealError, kept_secret
from tests.records.town import LI, WANG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = default_rules()
SEAL = Seal("a secret of the tests")


@pytest.mark.parametrize(
    ("reports", "colour", "held_days"),
    [
        ([], None, None),
        ([(0, "green")], "green", None),
        ([(0, "red")], "red", None),
        ([(-1, "green")], None, None),  # a day old: no longer good
        ([(-1, "green"), (0, "red")], "red", None),  # up at once
        ([(-2, "red"), (0, "green")], "red", 5),
        ([(-6.5, "red"), (0, "green")], "red", 0.5),
        ([(-7, "red"), (0, "green")], "green", None),  # down when the time is over
        ([(-2, "yellow"), (0, "green")], "yellow", 1),
        ([(-3, "yellow"), (0, "green")], "green", None),
        ([(-4, "red"), (-2, "yellow"), (0, "green")], "red", 3),  # the worst first
        ([(-1, "yellow"), (0, "red")], "red", None),
        ([(-6, "red"), (-2, "red"), (0, "green")], "red", 5),  # the last red counts
    ],
)
def test_colour_rises_at_once_and_falls_by_the_rules(now, reports, colour, held_days):
    code = health_code(RULES.code, [Reported(now + days * DAY, name) for days, name in reports], now)
    held = None if held_days is None else now + held_days * DAY
    assert (code and (code.colour, code.held_until)) == (colour and (colour, held))


def report(town, *answers, after=timedelta(0), who=WANG):
    talk = town.call(who, after=after)
    with town.store.transaction() as tx:
        events = [Answered(name, value, str(who)) for name, value in answers]
        fold_conversation(
            tx, talk, [*events, Ended("complete", "done", "bye")], essential=("temperature",), now=talk.opened_at
        )
    return talk.opened_at


def test_code_comes_from_the_report_and_is_checked_by_its_token(town, now):
    at = report(town, ("temperature", 38.4))
    with town.store.reading() as tx:
        code = code_of(tx, RULES, WANG, at + HOUR)
        assert (code.colour, code.reported.reasons) == ("red", ("fever",))
        assert code_of(tx, RULES, LI, at + HOUR) is None
        token = sign_code(SEAL, WANG, code, at + HOUR)
        shown = check_code(tx, SEAL, RULES, f" {token}\n", at + HOUR + timedelta(minutes=9))
        assert (shown.resident_id, shown.colour, shown.shown_at) == (WANG, "red", at + HOUR)


def test_forged_expired_and_outdated_codes_are_refused(town, now):
    at = report(town, ("temperature", 36.4))
    with town.store.reading() as tx:
        code = code_of(tx, RULES, WANG, at)
        token = sign_code(SEAL, WANG, code, at)
        assert check_code(tx, SEAL, RULES, token, at).colour == "green"
        forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token, token[5:], "", "绿码", "a" * 5000]
        forged += [Seal("another secret, as long").sign("health-code", WANG, "green", 0), SEAL.sign("invitation", WANG)]
        for text in forged:
            with pytest.raises(CodeRefused, match="forged"):
                check_code(tx, SEAL, RULES, text, at)
        with pytest.raises(CodeRefused, match="expired"):
            check_code(tx, SEAL, RULES, token, at + timedelta(minutes=11))
        with pytest.raises(CodeRefused, match="outdated"):
            check_code(tx, SEAL, RULES, SEAL.sign("health-code", 4711, "green", int(at.timestamp())), at)
        with pytest.raises(CodeRefused, match="outdated"):
            check_code(tx, SEAL, RULES, SEAL.sign("health-code", WANG, "red", int(at.timestamp())), at)


def test_tokens_fit_any_channel_and_one_purpose():
    token = SEAL.sign("invitation", 10**6)
    assert len(token) <= 64
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert SEAL.read("invitation", token) == [10**6]
    with pytest.raises(SealError):
        SEAL.read("link", token)
    for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":  # some read as the same bits
        for place in (-1, -2, 0, len(token) // 3):
            at = place % len(token)
            if sign != token[at]:
                with pytest.raises(SealError):
                    SEAL.read("invitation", token[:at] + sign + token[at + 1 :])
    with pytest.raises(SealError, match="16 characters"):
        Seal("short")


@given(st.lists(st.integers() | st.text(max_size=60) | st.none(), max_size=6))
def test_whatever_is_signed_is_read_again(fields):
    token = SEAL.sign("link", *fields)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert SEAL.read("link", token) == fields


def test_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    file = tmp_path / "wenan.secret"
    secret = kept_secret(file)
    assert len(secret) >= 32
    assert kept_secret(file) == secret
    assert file.stat().st_mode & 0o777 == 0o600
