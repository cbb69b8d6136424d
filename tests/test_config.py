"""Settings: their sources, their checks, and that no secret is ever shown."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from bot.config import Settings, SettingsError, load_settings, unknown_settings
from bot.database.dialect import parse_database_url
from bot.domain.ratings import RatingScale

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the settings of this machine, in its environment and in a file in the working directory."""
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def mistakes() -> list[str]:
    with pytest.raises(SettingsError) as error:
        load_settings()
    return error.value.mistakes


def test_without_any_setting_scores_are_in_a_file() -> None:
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.discord_api_url == "https://discord.com/api/v10"
    assert settings.database == URL.create("sqlite+aiosqlite", database="leaderboard.db")
    assert settings.redis_url is None
    assert settings.bot_owner_id is None
    assert settings.submit_cooldown_seconds == 60
    assert settings.elo_debounce_seconds == 30
    assert settings.scale == RatingScale(base_elo=1000, elo_per_sigma=200.0, missed_week_elo=0)
    assert settings.log_level == "INFO"


def test_the_example_file_names_every_setting_and_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (Path(__file__).parents[1] / ".env.example").read_text().splitlines()
    for line in lines:
        name, is_setting, default = line.removeprefix("#").partition("=")
        if is_setting and name.isupper() and default:
            monkeypatch.setenv(name, default)
    assert load_settings() == Settings(_env_file=None)
    named = {line.removeprefix("#").partition("=")[0].lower() for line in lines if "=" in line}
    assert set(Settings.model_fields) <= named


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("LEADERBOARD_BASE_ELO=1500\nELO_PER_SIGMA=100\n")
    monkeypatch.setenv("ELO_PER_SIGMA", "250")
    assert load_settings().scale == RatingScale(1500, 250.0, 0)


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DISCORD_TOKEN=\nREDIS_URL=\n")
    monkeypatch.setenv("BOT_OWNER_ID", "")
    settings = load_settings()
    assert (settings.discord_token, settings.redis_url, settings.bot_owner_id) == (None, None, None)


def test_what_the_file_says_of_other_programs_does_not_matter() -> None:
    Path(".env").write_text("POSTGRES_PASSWORD=for-the-container\n")
    assert load_settings() == Settings(_env_file=None)


def test_a_misspelt_setting_in_the_file_is_a_mistake() -> None:
    Path(".env").write_text("DISCORD_TOKE=x\nelo_per_sigmas=100\nREIDS_URL=redis://localhost\nLOG_LEVEL=LOUD\n")
    assert mistakes() == [
        "DISCORD_TOKE in .env is not a setting of this version. Do you mean DISCORD_TOKEN?",
        "ELO_PER_SIGMAS in .env is not a setting of this version. Do you mean ELO_PER_SIGMA?",
        "REIDS_URL in .env is not a setting of this version. Do you mean REDIS_URL?",
        "LOG_LEVEL should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'.",
    ]


def test_what_only_looks_like_a_setting_is_named_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("LOG_FOLDER=logs\nPOSTGRES_PASSWORD=x\nREDIS_URL=\n")
    for name in ("ELO_PER_SIGMAS", "DISCORD_PREFIX", "ELO_PER_SIGMA"):
        monkeypatch.setenv(name, "100")
    # Other programs, such as Kubernetes, set these in the environment.
    for name in ("REDIS_PASSWORD", "LOG_DIR", "DATABASE_HOST", "LEADERBOARD_BOT_SERVICE_HOST", "DISCORD_PORT_80_TCP"):
        monkeypatch.setenv(name, "localhost")
    assert load_settings().elo_per_sigma == 100
    assert unknown_settings() == [
        "LOG_FOLDER in .env is not a setting of this version.",
        "DISCORD_PREFIX in the environment is not a setting of this version.",
        "ELO_PER_SIGMAS in the environment is not a setting of this version. Do you mean ELO_PER_SIGMA?",
    ]


def test_a_file_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes("DISCORD_TOKEN=x".encode("utf-16"))
    assert mistakes() == [".env cannot be read as text in UTF-8."]


NONSENSE = {
    "DISCORD_TOKEN": ("two words", "a\nb", "…", "   "),
    "DISCORD_API_URL": (
        "discord.com/api/v10",
        "ftp://discord.com/api/v10",
        "https://",
        "https://[::1/api",
        "http://localhost:port/api",
        f"http://proxy:{SECRET}@localhost/api",
        "http://localhost/api?v=10",
    ),
    "REDIS_URL": (
        "localhost:6379",
        "http://localhost:6379",
        f"redis://localhost:{SECRET}",
        "redis://localhost?socket_timeout=long",
        "redis://localhost/0?foo=bar",
        "redis://localhost?retry=3",
        "rediss://localhost?ssl_cert_reqs=perhaps",
        "redis://localhost/one",
        "redis://localhost/-1",
        "redis://localhost?db=one",
        "redis://localhost/0/1",
    ),
    "DATABASE_POOL_SIZE": ("0", "1001", "many"),
    "BOT_OWNER_ID": ("@owner", "0"),
    "SUBMIT_COOLDOWN_SECONDS": ("-1", "86401", "1.5"),
    "ELO_DEBOUNCE_SECONDS": ("0", "3601"),
    "LEADERBOARD_BASE_ELO": ("1000.5", "1000001", "-1000001"),
    "ELO_PER_SIGMA": ("0", "-200", "1000001", "nan", "inf"),
    "MISSED_WEEK_ELO": ("none", "1000001"),
    "LOG_LEVEL": ("LOUD",),
    "LOG_FORMAT": ("xml",),
}


def test_a_value_that_makes_no_sense_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for name, values in NONSENSE.items():
        for value in values:
            monkeypatch.setenv(name, value)
            told[name, value] = outcome()
        monkeypatch.delenv(name)
    assert {case: what for case, what in told.items() if not is_one_sentence_about(case[0], what)} == {}


def outcome() -> list[str]:
    """Return the mistakes in the settings; none if they are accepted."""
    try:
        load_settings()
    except SettingsError as error:
        return error.mistakes
    return []


def is_one_sentence_about(name: str, mistakes: list[str]) -> bool:
    sentence = "".join(mistakes)
    is_plain = "Value error" not in sentence and SECRET not in sentence
    return len(mistakes) == 1 and sentence.startswith(f"{name} ") and sentence.endswith(".") and is_plain


def test_a_value_that_makes_sense_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    values: list[tuple[str, str, object]] = [
        ("DISCORD_API_URL", "http://127.0.0.1:8080/api/v10/", "http://127.0.0.1:8080/api/v10"),
        ("DISCORD_TOKEN", "  abc.def-ghi_jkl\n", SecretStr("abc.def-ghi_jkl")),
        ("REDIS_URL", "rediss://:pw@redis.example:6380/1", SecretStr("rediss://:pw@redis.example:6380/1")),
        ("REDIS_URL", "unix:///run/redis.sock?db=3", SecretStr("unix:///run/redis.sock?db=3")),
        ("SUBMIT_COOLDOWN_SECONDS", "0", 0),
        ("ELO_DEBOUNCE_SECONDS", "3600", 3600),
        ("LEADERBOARD_BASE_ELO", "0", 0),
        ("LEADERBOARD_BASE_ELO", "-1000000", -1_000_000),
        ("ELO_PER_SIGMA", "0.5", 0.5),
        ("MISSED_WEEK_ELO", "800", 800),
        ("BOT_OWNER_ID", "80351110224678912", 80351110224678912),
        ("REDIS_URL", "redis://redis.example/", SecretStr("redis://redis.example/")),
        ("REDIS_URL", "rediss://r/0?ssl_cert_reqs=none", SecretStr("rediss://r/0?ssl_cert_reqs=none")),
        ("LOG_LEVEL", "DEBUG", "DEBUG"),
        ("LOG_LEVEL", " warning ", "WARNING"),
        ("LOG_FORMAT", "JSON", "json"),
    ]
    for name, value, meant in values:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert getattr(load_settings(), name.lower()) == meant, (name, value)


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/scores")
    monkeypatch.setenv("ELO_PER_SIGMA", "-1")
    Path(".env").write_text("LOG_LEVEL=LOUD\nREDIS_URL=localhost\n")
    named = [mistake.partition(" ")[0] for mistake in mistakes()]
    assert sorted(named) == ["DATABASE_URL", "ELO_PER_SIGMA", "LOG_LEVEL", "REDIS_URL"]


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:{SECRET}@db.example/scores")
    monkeypatch.setenv("REDIS_URL", f"redis://:{SECRET}@redis.example")
    settings = load_settings()
    for shown in (settings, settings.database, settings.model_dump(), settings.model_dump_json()):
        assert SECRET not in str(shown)
        assert SECRET not in repr(shown)
    assert settings.database.password == SECRET


def test_a_secret_beside_a_mistake_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f"{SECRET} {SECRET}")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:{SECRET}/scores")
    monkeypatch.setenv("REDIS_URL", f"redis://redis.example:{SECRET}")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert len(error.value.mistakes) == 3
    assert SECRET not in str(error.value)
    assert SECRET not in repr(error.value)
    # The cause may quote a secret, so it must not be printed.
    assert error.value.__suppress_context__


def test_a_database_url_may_leave_the_driver_out() -> None:
    drivers = {
        "sqlite:///scores.db": "sqlite+aiosqlite",
        "sqlite+aiosqlite:///scores.db": "sqlite+aiosqlite",
        "sqlite:////var/lib/scores.db": "sqlite+aiosqlite",
        " sqlite:///scores.db\n": "sqlite+aiosqlite",
        "postgresql://bot:pw@localhost/scores": "postgresql+asyncpg",
        "postgres://bot:pw@localhost/scores": "postgresql+asyncpg",
        "postgresql+asyncpg://bot:pw@localhost:5433/scores": "postgresql+asyncpg",
        "postgresql+psycopg2://bot:pw@localhost/scores": "postgresql+asyncpg",
        "postgresql://bot@/scores?host=/run/postgresql": "postgresql+asyncpg",
    }
    assert {written: parse_database_url(written).drivername for written in drivers} == drivers


def test_a_database_url_that_cannot_work_is_refused() -> None:
    reasons = {
        "": "not a database URL",
        "scores.db": "not a database URL",
        "sqlite://": "must name a file",
        "sqlite:///:memory:": "must name a file",
        "sqlite+aiosqlite:///:memory:": "must name a file",
        "mysql://localhost/scores": "must begin with sqlite:/// or postgresql://",
        "sqlite+pysqlite:///scores.db": "must begin with sqlite:/// or postgresql://",
        f"postgresql://bot:{SECRET}/scores": "not a database URL",
        f"postgresql://bot:{SECRET}@localhost:65536/scores": "port from 1 to 65535",
        f"postgresql://bot:{SECRET}@localhost:0/scores": "port from 1 to 65535",
        f"postgresql://bot@localhost/scores?colour={SECRET}": "not known here: colour",
        "sqlite:///scores.db?mode=ro": "not known here: mode",
    }
    told = {written: refusal(written) for written in reasons}
    assert {written: why for written, why in told.items() if reasons[written] not in why or SECRET in why} == {}


def refusal(written: str) -> str:
    try:
        return f"taken: {parse_database_url(written)!r}"
    except ValueError as error:
        return str(error)
