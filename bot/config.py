"""Read the settings from the environment and `.env`, check them at the start, and name all mistakes at once."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from bot.database.dialect import parse_database_url
from bot.domain.ratings import RatingScale

DISCORD_API_URL = "https://discord.com/api/v10"


class SettingsError(Exception):
    """The bot cannot run with its settings.

    Attributes:
        mistakes: one sentence per mistake; no sentence repeats a secret.
    """

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


def _token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise ValueError("is no token; copy the bot's own from Discord's developer portal")
    return SecretStr(token)


def _database_url(value: SecretStr) -> SecretStr:
    parse_database_url(value.get_secret_value())
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    from redis.asyncio.connection import parse_url as parse_redis_url

    try:
        parse_redis_url(value.get_secret_value())
    except ValueError:
        # The reason may quote a password, so do not show it.
        raise ValueError("is not a Redis URL; write redis://host:6379/0, rediss://… or unix:///path") from None
    return value


def _api_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        # An invalid port raises only when somebody reads it.
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
        redis_url: the Redis that shares the recalculation lock between processes; None for a single process.
        bot_owner_id: Discord's id of a user who is an admin in every server; None for nobody.
        submit_cooldown_seconds: the least time between two accepted submissions of a player in a server.
        elo_debounce_seconds: the window in which the bot recalculates an event at most once.
        leaderboard_base_elo: the Elo of a score that equals the mean of its field.
        elo_per_sigma: Elo points per standard deviation.
        missed_week_elo: the weekly Elo of a missed week.
        log_level: the least severity that the log shows.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    discord_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    discord_api_url: Annotated[str, AfterValidator(_api_url)] = DISCORD_API_URL
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] = SecretStr("sqlite:///leaderboard.db")
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = None
    bot_owner_id: int | None = Field(default=None, gt=0)
    submit_cooldown_seconds: int = Field(default=60, ge=0, le=86_400)
    elo_debounce_seconds: int = Field(default=30, ge=1, le=3_600)
    leaderboard_base_elo: int = Field(default=1000, ge=-1_000_000, le=1_000_000)
    elo_per_sigma: float = Field(default=200.0, gt=0, le=1_000_000, allow_inf_nan=False)
    missed_week_elo: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def database(self) -> URL:
        """The URL of the database with its asynchronous driver."""
        return parse_database_url(self.database_url.get_secret_value())

    @property
    def scale(self) -> RatingScale:
        """The constants of the ratings."""
        return RatingScale(self.leaderboard_base_elo, self.elo_per_sigma, self.missed_week_elo)


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings; the environment overrides the file.

    Raises:
        SettingsError: at least one setting is wrong; the error names all that are wrong.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        # Leave the value out, since it may be a secret.
        mistakes = [_sentence(str(e["loc"][0]), e["msg"]) for e in error.errors(include_input=False)]
        raise SettingsError(mistakes) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError([f"{env_file} cannot be read as text in UTF-8."]) from None


def _sentence(name: str, reason: str) -> str:
    return f"{name.upper()} {reason.removeprefix('Value error, ').removeprefix('Input ')}."
