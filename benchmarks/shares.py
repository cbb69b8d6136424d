"""Measure where the time of a submission goes, inside the running bot: `measured_bots leaderboard --shares`.

Nothing here is loaded without that option. With it, three things are wrapped from outside: the service's `submit`, the
transactions of the database, and the HTTP requests with which discord.py answers interactions. A context variable,
inherited by all tasks in between, follows each submission from the gateway's event to the request with its answer.

Times are those of `time.perf_counter`, whose clock the processes of a machine share, so the sender of an interaction
can compute how long it was on its way. The database's share of a submission is the time with at least one open
transaction while the service had the submission: its own transaction, or one that it waits for.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from discord.state import ConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter

from bot.database.database import Database
from bot.services.submissions import LeaderboardService

FILE_VARIABLE = "SHARES_FILE"
"""The environment variable that names the output file, which is written when the program ends."""

_TRANSACTIONS = ("read", "write")
_ENTRANCE = "parse_interaction_create"


@dataclass(slots=True)
class Passage:
    """The passage of one interaction through the bot, in seconds of `time.perf_counter`.

    Attributes:
        served_at: when the service received the submission; 0 for any other interaction.
        done_at: when the service had counted it.
        database: how long a transaction was open between the two.
        sent_at: when the request with the answer began; 0 before that.
    """

    served_at: float = 0.0
    done_at: float = 0.0
    database: float = 0.0
    sent_at: float = 0.0


_current: ContextVar[Passage | None] = ContextVar("passage", default=None)


class Shares:
    """Follows submissions through the bot of this process."""

    def __init__(self) -> None:
        """Begin without following anything."""
        self._passages: dict[str, Passage] = {}
        self._open = 0
        self._opened_at = 0.0
        self._database = 0.0

    def watch(self) -> None:
        """Follow the submissions of a bot that is created later."""
        _wrap(LeaderboardService, "submit", self._serving)
        for name in _TRANSACTIONS:
            _wrap(Database, name, self._transacting)
        _wrap(AsyncWebhookAdapter, "request", self._sending)
        self._watch_gateway()

    def _watch_gateway(self) -> None:
        """Follow interactions from their arrival."""
        parse: Callable[..., None] = getattr(ConnectionState, _ENTRANCE)

        def followed(state: Any, data: Any) -> None:
            passage = self._passages[str(data["id"])] = Passage()
            token = _current.set(passage)
            try:
                parse(state, data)
            finally:
                _current.reset(token)

        setattr(ConnectionState, _ENTRANCE, followed)

    def write(self, file: Path) -> None:
        """Write the passages of the answered submissions, by interaction id."""
        answered = {key: asdict(one) for key, one in self._passages.items() if one.done_at and one.sent_at}
        file.write_text(json.dumps(answered))

    @contextmanager
    def _serving(self) -> Iterator[None]:
        passage = _current.get() or Passage()
        passage.served_at, before = time.perf_counter(), self._database_seconds()
        try:
            yield
        finally:
            passage.done_at = time.perf_counter()
            passage.database = self._database_seconds() - before

    @contextmanager
    def _transacting(self) -> Iterator[None]:
        if self._open == 0:
            self._opened_at = time.perf_counter()
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if self._open == 0:
                self._database += time.perf_counter() - self._opened_at

    @contextmanager
    def _sending(self) -> Iterator[None]:
        passage = _current.get()
        if passage is not None and passage.done_at and not passage.sent_at:
            passage.sent_at = time.perf_counter()
        yield

    def _database_seconds(self) -> float:
        """Return how long a transaction has been open so far."""
        return self._database + (time.perf_counter() - self._opened_at if self._open else 0.0)


def _wrap(owner: type, name: str, around: Callable[[], AbstractContextManager[None]]) -> None:
    """Wrap a coroutine method of a class, so that each call runs within a context."""
    original = getattr(owner, name)

    @wraps(original)
    async def wrapped(*arguments: Any, **options: Any) -> Any:
        with around():
            return await original(*arguments, **options)

    setattr(owner, name, wrapped)
