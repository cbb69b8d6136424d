"""Read the settings from the environment and `.env`, check them at the start, and report all mistakes at once."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from bot.database.dialect import POOL_SIZE, parse_database_url
from bot.domain.ratings import RatingScale
from bot.setting_names import Stranger, strangers_in_environment, strangers_in_file

DISCORD_API_URL = "https://discord.com/api/v10"
ENV_FILE = Path(".env")
REDIS_OPTIONS = {
    *("db", "username", "password", "client_name", "protocol", "health_check_interval", "max_connections"),
    *("socket_timeout", "socket_connect_timeout", "socket_keepalive", "retry_on_timeout"),
    *("ssl_cert_reqs", "ssl_check_hostname", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"),
}
"""The options of a Redis URL that the bot can apply to its connections."""


class SettingsError(Exception):
    """The bot, or a command, cannot run with its settings or arguments.

    Attributes:
        mistakes: one sentence per mistake; no sentence repeats a secret.
    """

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class UnknownOptions(ValueError):
    """A URL has options that no connection supports."""


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise ValueError("is no token; copy the bot's own from Discord's developer portal")
    return SecretStr(token)


def _database_url(value: SecretStr) -> SecretStr:
    parse_database_url(value.get_secret_value())
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    from redis.asyncio import ConnectionPool
    from redis.exceptions import RedisError

    url = value.get_secret_value()
    try:
        parts = urlsplit(url)
        if unknown := sorted(parse_qs(parts.query, keep_blank_values=True).keys() - REDIS_OPTIONS):
            raise UnknownOptions(f"has options that are not known here: {', '.join(unknown)}")
        if parts.scheme != "unix" and not re.fullmatch(r"/?|/\d+", parts.path):
            raise UnknownOptions("must end with the number of a database, such as /0, or with nothing")
        ConnectionPool.from_url(url).make_connection()  # type: ignore[no-untyped-call]  # checks each option
    except UnknownOptions:
        raise
    except (ValueError, TypeError, RedisError):
        # The reason may quote a password, so do not show it.
        raise ValueError("is not a Redis URL; write redis://host:6379/0, rediss://… or unix:///path") from None
    return value


def _api_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        # urlsplit checks the port only when it is read.
        names_host = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        names_more = "@" in parts.netloc or bool(parts.query or parts.fragment)
    except ValueError:
        names_host = names_more = False
    if not names_host:
        raise ValueError("must begin with https:// or http:// and name a host")
    if names_more:
        raise ValueError("must end with a path: no user name, no ? and no #")
    return value.rstrip("/")


class Settings(BaseSettings):
    """The settings; each field is the environment variable of the same name in capitals.

    Attributes:
        discord_token: the bot's token; only `run` and `sync` need it.
        discord_api_url: Discord's HTTP API, which also names the gateway.
        database_url: `sqlite:///file` or `postgresql://user:password@host/name`.
        database_pool_size: the most connections to a server that the bot opens.
        redis_url: the Redis that shares the recalculation lock between processes; None for a single process.
        bot_owner_id: Discord's id of a user who is an admin in every server; None for no such user.
        submit_cooldown_seconds: the least time between two accepted submissions of a player in a server.
        elo_debounce_seconds: the time window in which the bot recalculates an event at most once.
        leaderboard_base_elo: the Elo of a score that equals the mean of its field.
        elo_per_sigma: Elo points per standard deviation.
        missed_week_elo: the weekly Elo of a missed week.
        log_level: the least severity that the log shows, in upper or lower case.
        health_port: the port of the health page; None for no page.
        health_host: the address on which the health page listens.
        log_format: whether the log is text for people or JSON for programs.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    discord_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    discord_api_url: Annotated[str, AfterValidator(_api_url)] = DISCORD_API_URL
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] = SecretStr("sqlite:///leaderboard.db")
    database_pool_size: int = Field(default=POOL_SIZE, ge=1, le=1_000)
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = None
    bot_owner_id: int | None = Field(default=None, gt=0)
    submit_cooldown_seconds: int = Field(default=60, ge=0, le=86_400)
    elo_debounce_seconds: int = Field(default=30, ge=1, le=3_600)
    leaderboard_base_elo: int = Field(default=1000, ge=-1_000_000, le=1_000_000)
    elo_per_sigma: float = Field(default=200.0, gt=0, le=1_000_000, allow_inf_nan=False)
    missed_week_elo: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    health_port: int | None = Field(default=None, ge=1, le=65_535)
    health_host: str = "127.0.0.1"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = "text"

    @property
    def database(self) -> URL:
        """The URL of the database with its asynchronous driver."""
        return parse_database_url(self.database_url.get_secret_value())

    @property
    def redis(self) -> str | None:
        """The URL of Redis; None without Redis."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()

    @property
    def redis_address(self) -> str | None:
        """The URL of Redis without user, password and options; None without Redis."""
        if self.redis is None:
            return None
        parts = urlsplit(self.redis)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def scale(self) -> RatingScale:
        """The constants of the ratings."""
        return RatingScale(self.leaderboard_base_elo, self.elo_per_sigma, self.missed_week_elo)


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings; the environment overrides the file.

    Raises:
        SettingsError: a setting is wrong, or a name in the file is misspelt; the error lists all mistakes.
    """
    mistakes: list[str] = []
    try:
        mistakes += [one.found_in(str(env_file)) for one in _strangers_in(env_file) if one.meant is not None]
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        # Leave out the value, because it may be a secret.
        mistakes += [_sentence(str(e["loc"][0]), e["msg"]) for e in error.errors(include_input=False)]
        raise SettingsError(mistakes) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError([f"{env_file} cannot be read as text in UTF-8."]) from None
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def unknown_settings() -> list[str]:
    """Return a sentence for each name that looks like a setting but has no effect.

    It reports names in the file and in the environment, after the settings were loaded.
    """
    around = strangers_in_environment(os.environ, _names())
    return [one.found_in(str(ENV_FILE)) for one in _strangers_in(ENV_FILE)] + [
        one.found_in("the environment") for one in around
    ]


def _strangers_in(env_file: Path | None) -> list[Stranger]:
    return strangers_in_file(dotenv_values(env_file), _names()) if env_file is not None and env_file.exists() else []


def _names() -> list[str]:
    return [name.upper() for name in Settings.model_fields]


def _sentence(name: str, reason: str) -> str:
    return f"{name.upper()} {reason.removeprefix('Value error, ').removeprefix('Input ')}."
