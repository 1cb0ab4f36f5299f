"""Settings come from KABAR_* alone, and every refusal names the variable and what to write."""

import pytest
from pydantic import ValidationError

from bot.config import ClockKind, Settings, load
from bot.errors import SettingsError

TOKEN = "123456789:AAcanaryAAcanaryAAcanaryAAcanaryAA"
EMULATOR = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KABAR_{name.upper()}", raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"KABAR_{name.upper()}", value)
    return load()


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(monkeypatch, **variables)
    return caught.value.problems


def test_nothing_needs_to_be_set_for_a_command() -> None:
    found = load()

    assert found.api_url == "https://api.telegram.org"
    assert found.database_url == "sqlite:///var/kabar.db"
    assert str(found.key_file) == "var/kabar.key"
    assert (found.http_host, found.http_port) == ("127.0.0.1", 8081)
    assert (found.pace_total, found.pace_chat) == (30, 1)
    assert found.timezone == "Asia/Jakarta"
    assert found.clock is ClockKind.SYSTEM
    assert found.webhook_url is None
    assert found.content_dir is None


def test_only_running_needs_the_token() -> None:
    with pytest.raises(SettingsError, match=r"KABAR_BOT_TOKEN is not set.*@BotFather"):
        load().require_token()


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, webhook_url="", clock="", bot_token="")

    assert (found.webhook_url, found.clock, found.bot_token) == (None, ClockKind.SYSTEM, None)


def test_settings_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)

    with pytest.raises(ValidationError):
        found.clock = ClockKind.MANUAL  # type: ignore[misc]


def test_secrets_stand_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(
        monkeypatch,
        bot_token=TOKEN,
        webhook_url="https://kabar.example.org/canary-path",
        webhook_secret="canary-secret",
        heartbeat_url="https://beats.example.org/canary-beat",
        database_url="postgresql://kabar:canary-password@db/kabar",
    )

    assert "canary" not in f"{found!r} {found}"
    assert found.require_token() == TOKEN


def test_a_pasted_token_may_have_white_space_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, bot_token=f" {TOKEN}\n").require_token() == TOKEN


@pytest.mark.parametrize("token", ["123456789", "123456789:short", "canary", "a/b:c"])
def test_telegram_wants_a_whole_token(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    (problem,) = refused(monkeypatch, bot_token=token)

    assert problem.startswith("KABAR_BOT_TOKEN ")
    assert token not in problem


def test_an_emulator_takes_any_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, api_url=EMULATOR, bot_token="1:a").require_token() == "1:a"


@pytest.mark.parametrize("token", ["1:a/b", "1:a b", "1:a?b", "word", ":a"])
def test_no_token_may_break_out_of_the_address(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    (problem,) = refused(monkeypatch, api_url=EMULATOR, bot_token=token)

    assert problem.startswith("KABAR_BOT_TOKEN must look like 123456:abc")


def test_the_slash_at_the_end_of_the_address_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, api_url=f"{EMULATOR}/").api_url == EMULATOR


@pytest.mark.parametrize(
    "url", ["api.telegram.org", "ftp://x", "http://", "http://[", "http://a:b"]
)
def test_an_address_begins_with_http(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    (problem,) = refused(monkeypatch, api_url=url)

    assert problem == "KABAR_API_URL must be an address that begins with http:// or https://."


@pytest.mark.parametrize(
    ("url", "is_telegram"),
    [
        ("https://api.telegram.org", True),
        ("https://API.Telegram.org.", True),
        ("https://telegram.org.example.com", False),
        ("http://127.0.0.1:8080/telegram.org", False),
    ],
)
def test_telegrams_own_api_is_known_by_its_host(
    monkeypatch: pytest.MonkeyPatch, url: str, is_telegram: bool
) -> None:
    assert settings(monkeypatch, api_url=url).is_telegram is is_telegram


def test_the_token_does_not_travel_to_telegram_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(monkeypatch, api_url="http://api.telegram.org")

    assert problem.startswith("KABAR_API_URL must begin with https://")


@pytest.mark.parametrize(("name", "most"), [("pace_total", 30), ("pace_chat", 1)])
def test_telegram_is_not_sent_more_than_it_carries(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    (problem,) = refused(monkeypatch, **{name: f"{most}.5"})

    assert problem.startswith(f"KABAR_{name.upper()} must be at most {most} with Telegram's own")


def test_an_emulator_may_be_sent_more(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, api_url=EMULATOR, pace_total="1000", pace_chat="50")

    assert (found.pace_total, found.pace_chat) == (1000, 50)


@pytest.mark.parametrize("pace", ["0", "-1", "nan", "inf", "fast"])
def test_a_pace_is_a_number_above_zero(monkeypatch: pytest.MonkeyPatch, pace: str) -> None:
    (problem,) = refused(monkeypatch, api_url=EMULATOR, pace_chat=pace)

    assert problem.startswith("KABAR_PACE_CHAT must be ")


def test_time_is_not_moved_where_real_families_are(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(monkeypatch, clock="manual")

    assert problem.startswith("KABAR_CLOCK cannot be manual with Telegram's own API")


def test_time_may_be_moved_at_an_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, api_url=EMULATOR, clock="manual").clock is ClockKind.MANUAL


@pytest.mark.parametrize("name", ["clock", "http_port"])
def test_a_value_of_the_wrong_kind_is_told_what_belongs_there(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (problem,) = refused(monkeypatch, **{name: "canary"})

    assert problem.startswith(f"KABAR_{name.upper()} must be ")
    assert "canary" not in problem


@pytest.mark.parametrize("zone", ["Asia/Bandung", "WIB", "../../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    (problem,) = refused(monkeypatch, timezone=zone)

    assert problem.startswith("KABAR_TIMEZONE names no time zone; use an IANA name")


def test_a_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(monkeypatch, webhook_url="https://kabar.example.org/hook")

    assert problem.startswith("KABAR_WEBHOOK_SECRET must be set with KABAR_WEBHOOK_URL")


@pytest.mark.parametrize("secret", ["with space", "a.b", "x" * 257])
def test_a_secret_is_of_telegrams_alphabet(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    (problem,) = refused(monkeypatch, webhook_secret=secret)

    assert problem == ("KABAR_WEBHOOK_SECRET must be 1 to 256 characters out of A-Z a-z 0-9 _ -.")


def test_telegram_delivers_to_https_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = refused(
        monkeypatch, webhook_url="http://kabar.example.org/hook", webhook_secret="s"
    )

    assert problem.startswith("KABAR_WEBHOOK_URL must begin with https://")


def test_an_emulator_delivers_to_http_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(
        monkeypatch, api_url=EMULATOR, webhook_url="http://127.0.0.1:8081/hook", webhook_secret="s"
    )

    assert found.webhook_path == "/hook"


@pytest.mark.parametrize("path", ["/ready", f"/{TOKEN}"])
def test_the_webhooks_path_is_neither_ours_nor_secret(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (problem,) = refused(
        monkeypatch,
        bot_token=TOKEN,
        webhook_url=f"https://kabar.example.org{path}",
        webhook_secret="s",
    )

    assert problem.endswith("choose another path.")
    assert TOKEN not in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(
        monkeypatch,
        bot_token="canary",
        clock="manual",
        pace_total="31",
        http_port="70000",
        timezone="Mars",
        webhook_url="http://example.org",
    )

    names = {problem.partition(" ")[0] for problem in problems}
    assert names == {
        "KABAR_BOT_TOKEN",
        "KABAR_CLOCK",
        "KABAR_PACE_TOTAL",
        "KABAR_HTTP_PORT",
        "KABAR_TIMEZONE",
        "KABAR_WEBHOOK_URL",
    }
    assert "canary" not in "".join(problems)


def test_the_error_does_not_carry_the_values_along(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(monkeypatch, bot_token="canary")

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
