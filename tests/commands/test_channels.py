"""What the command of a channel says before it serves: what is missing or wrong, in both languages."""

import pytest

from tests.programs import run

HOOKED = ("--webhook", "https://bot.example.org/t")


def says(folder, language, *arguments, **settings):
    """Exit code and what `run_bot.py telegram` says with these settings."""
    settings = {f"WENAN_{name.upper()}": value for name, value in settings.items()}
    ran = run(folder, "--lang", language, "telegram", *arguments, **settings)
    return ran.returncode, ran.stderr.strip()


@pytest.mark.parametrize(
    ("arguments", "settings", "en", "zh"),
    [
        ((), {}, "there is no Telegram token: write /newbot", "没有 Telegram 令牌：在 Telegram 里找"),
        ((), {"telegram_token_file": "gone"}, "telegram_token_file: gone: No", "telegram_token_file：gone：No"),
        (HOOKED, {"telegram_token": "1:x"}, "--webhook and --listen go together", "--webhook 和 --listen 要一起用"),
        (
            ("--webhook", "http://bot.example.org/t", "--listen", "127.0.0.1:8443"), {"telegram_token": "1:x"},
            "--webhook: 'http://bot.example.org/t' is not an address such as https://", "--webhook：'http://bot",
        ),
        ((), {"telegram_token": "1:x", "telegram_api": "nonsense"}, "telegram_api: 'nons", "telegram_api：'nons"),
        ((*HOOKED, "--listen", "8443"), {"telegram_token": "1:x"}, "is not HOST:PORT", "应为“主机:端口”"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(tmp_path, arguments, settings, en, zh):
    for language, words in (("en", en), ("zh-Hans", zh)):
        code, said = says(tmp_path, language, *arguments, **settings)
        assert (code, words in said) == (2, True), said
        assert "Traceback" not in said
