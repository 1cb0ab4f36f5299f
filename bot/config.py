"""Settings: every KABAR_* variable, read once into one frozen object and given down by argument."""

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

PREFIX = "KABAR_"
TELEGRAM = "https://api.telegram.org"
TELEGRAM_HOST = "telegram.org"  # with every name below it
TELEGRAM_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,64}")
TOKEN_ANYWHERE = re.compile(r"\d+:[A-Za-z0-9_.~-]+")  # aiogram wants the number, addresses the rest
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
MOST_A_SECOND, MOST_A_SECOND_IN_A_CHAT = 30.0, 1.0  # what Telegram's FAQ promises to carry
OUR_PATHS = ("/health", "/ready", "/metrics", "/clock")

WANTED: Mapping[str, str] = {
    "http_port": "must be a port number from 0 to 65535, such as 8081",
    "pace_total": "must be a number of messages a second above 0, such as 30",
    "pace_chat": "must be a number of messages a second above 0, such as 1",
    "clock": "must be system or manual",
}
"""What belongs into a variable whose value is not even of the right kind."""


class ClockKind(StrEnum):
    SYSTEM = "system"
    MANUAL = "manual"  # system time plus an offset that POST /clock moves


def _positive(value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError("must be above 0")
    return value


Pace = Annotated[float, AfterValidator(_positive)]


class Settings(BaseSettings):
    """All KABAR_* variables; what is empty counts as unset. Secrets stand in no repr.

    `pace_*` are messages a second. `http_port` 0 takes a free one.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        validate_default=True,  # "needs a secret" must be noticed where none is given
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    api_url: str = TELEGRAM  # before the rest: what is allowed depends on whose Bot API it is
    bot_token: SecretStr | None = None
    database_url: str = Field(default="sqlite:///var/kabar.db", repr=False)
    key_file: Path = Path("var/kabar.key")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8081, ge=0, le=65535)
    webhook_url: str | None = Field(default=None, repr=False)
    webhook_secret: SecretStr | None = None
    timezone: str = "Asia/Jakarta"
    content_dir: Path | None = None
    heartbeat_url: str | None = Field(default=None, repr=False)  # whoever has it can fake a beat
    pace_total: Pace = MOST_A_SECOND
    pace_chat: Pace = MOST_A_SECOND_IN_A_CHAT
    clock: ClockKind = ClockKind.SYSTEM

    @property
    def is_telegram(self) -> bool:
        """Is it Telegram's own Bot API, which real families are behind?"""
        return _is_telegram(self.api_url)

    @property
    def webhook_path(self) -> str:
        """Where the webhook answers on our own port."""
        return urlsplit(self.webhook_url or "").path or "/"

    def require_token(self) -> str:
        """The bot's token, which `kabar run` alone needs. Raises SettingsError."""
        if self.bot_token is None:
            raise SettingsError(
                "KABAR_BOT_TOKEN is not set. Put the token from @BotFather into it, or any like"
                " 123456:abc when KABAR_API_URL is an emulator."
            )
        return self.bot_token.get_secret_value()

    @field_validator("api_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        address = _http_address(value)
        if address.query or address.fragment:
            raise ValueError(f"must end with the path, such as {TELEGRAM}")
        if _is_telegram(value) and address.scheme != "https":
            raise ValueError(f"must begin with https://, as in {TELEGRAM}")
        return value.rstrip("/")

    @field_validator("bot_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if not TOKEN_ANYWHERE.fullmatch(token):
            raise ValueError("must look like 123456:abc; copy the whole token, without quotes")
        if _telegram_in(info) and not TELEGRAM_TOKEN.fullmatch(token):
            raise ValueError("is no token of Telegram; copy the whole of it from @BotFather")
        return SecretStr(token)

    @field_validator("webhook_url")
    @classmethod
    def _is_webhook(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        address = _http_address(value)
        if address.scheme != "https" and _telegram_in(info):
            raise ValueError("must begin with https://: Telegram delivers to nothing else")
        if address.path in OUR_PATHS:
            raise ValueError(f"ends with {address.path}, which is taken; choose another path")
        token = info.data.get("bot_token")
        if token is not None and token.get_secret_value() in value:
            raise ValueError("holds the bot's token, which proxies would log; choose another path")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("webhook_url") is not None:
            raise ValueError("must be set with KABAR_WEBHOOK_URL: it proves who delivers")
        if value is not None and not SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 1 to 256 characters out of A-Z a-z 0-9 _ -")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _is_heartbeat(cls, value: str | None) -> str | None:
        if value is not None:
            _http_address(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(
                "names no time zone; use an IANA name such as Asia/Jakarta, Asia/Makassar or"
                " Asia/Jayapura"
            ) from None
        return value

    @field_validator("pace_total", "pace_chat")
    @classmethod
    def _is_allowed_pace(cls, value: float, info: ValidationInfo) -> float:
        most = MOST_A_SECOND if info.field_name == "pace_total" else MOST_A_SECOND_IN_A_CHAT
        if value > most and _telegram_in(info):
            raise ValueError(f"must be at most {most:g} with Telegram's own API; lower it")
        return value

    @field_validator("clock")
    @classmethod
    def _is_allowed_clock(cls, value: ClockKind, info: ValidationInfo) -> ClockKind:
        if value is ClockKind.MANUAL and _telegram_in(info):
            raise ValueError(
                "cannot be manual with Telegram's own API, where real families are; leave it out,"
                " or set KABAR_API_URL to an emulator"
            )
        return value


def load() -> Settings:
    """Read the environment. Raises SettingsError with every problem."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [_told(problem) for problem in error.errors(include_input=False)]
    raise SettingsError(*problems)  # outside `except`: the cause would carry the values along


def _http_address(value: str) -> SplitResult:
    """Raises ValueError unless it is an address with http:// or https:// and a host."""
    wrong = "must be an address that begins with http:// or https://"
    try:
        address = urlsplit(value)
        _ = address.port
    except ValueError:
        raise ValueError(wrong) from None
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(wrong)
    return address


def _is_telegram(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return host == TELEGRAM_HOST or host.endswith(f".{TELEGRAM_HOST}")


def _telegram_in(info: ValidationInfo) -> bool:
    """False too where the address of the API is itself the problem: one error at a time."""
    url = info.data.get("api_url")
    return isinstance(url, str) and _is_telegram(url)


def _told(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    if problem["type"] == "value_error":
        wrong = str(problem["ctx"]["error"])
    else:
        wrong = WANTED.get(name, f"cannot be used: {problem['msg']}")
    return f"{PREFIX}{name.upper()} {wrong}."
