"""Set up the log, as text or as JSON, with all secrets hidden."""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.database.dialect import CHATTY_LOGGERS

HIDDEN = "[hidden]"
QUIET = {"alembic": logging.WARNING, **dict.fromkeys(CHATTY_LOGGERS, logging.INFO)}
"""Libraries whose messages below these levels are not useful."""

# Secrets that are recognized by their place: interaction tokens in addresses and payloads, passwords in URLs, and texts
# from users that PostgreSQL or its driver rejects.
_SECRET_PLACES = (
    re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/?\s'\"]+"),
    re.compile(r"(['\"]token['\"]: ?['\"])[^'\"]+"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
    re.compile(r"([?&](?:ssl)?password=)[^&\s'\"]+"),
    re.compile(r"(\nDETAIL: +|invalid input for query argument \$\d+: )[^\n]+"),
)


def set_up_log(level: str, *, as_json: bool, secrets: Iterable[str]) -> None:
    """Log to standard error from the given level; hide the secrets in everything."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(secrets) if as_json else TextFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler])
    for library, least in QUIET.items():
        logging.getLogger(library).setLevel(least)


class TextFormatter(logging.Formatter):
    """Formats an entry as one line, followed by its traceback."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Hide these secrets, and those that are recognized by their place."""
        super().__init__("%(asctime)s %(levelname)-8s %(name)s: %(message)s")
        self._secrets = _any_of(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry without secrets."""
        return _hide(super().format(record), self._secrets)


class JsonFormatter(logging.Formatter):
    """Formats an entry as one line of JSON.

    Its keys are `time` (UTC), `level`, `logger`, `message` and, for an error, `traceback`.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        """Hide these secrets, and those that are recognized by their place."""
        super().__init__()
        self._secrets = _any_of(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry without secrets."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        # Hide secrets before quotes are escaped, because some places are recognized by their quotes.
        shown = {name: _hide(value, self._secrets) for name, value in entry.items()}
        return json.dumps(shown, ensure_ascii=False)


def _any_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(re.escape(secret) for secret in secrets)
    return re.compile(alternatives) if alternatives else None


def _hide(text: str, secrets: re.Pattern[str] | None) -> str:
    for place in _SECRET_PLACES:
        text = place.sub(rf"\1{HIDDEN}", text)
    return text if secrets is None else secrets.sub(HIDDEN, text)
