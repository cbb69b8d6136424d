"""How long tests wait: until the expected event, however slow or busy the machine is.

The bot has limits that distinguish silent peers from working ones. On a busy machine, working peers reach them too.
Tests therefore give the bot limits that only a hang reaches; a test of such a limit sets it, with a peer that is really
silent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

UNTIL_IT_HANGS: Final = 120.0
"""Only something that hangs takes this many seconds."""

IN_MODULES: Final = {
    "BUSY_TIMEOUT_SECONDS": "bot.database.dialect",
    "CONNECT_TIMEOUT_SECONDS": "bot.database.dialect",
    "CLOSE_SECONDS": "bot.database.database",
    "ROOM_SECONDS": "bot.database._room",
    "PATIENCE_SECONDS": "bot.database._liveness",
    "PROBE_SECONDS": "bot.database._liveness",
    "REDIS_TIMEOUT_SECONDS": "bot.services.ratings._redis_lock",
    "DIRECT_ANSWER_SECONDS": "bot.cogs._delivery",
    "LATEST_DEFERRAL_SECONDS": "bot.cogs._delivery",
    "PRECEDENCE_SECONDS": "bot.cogs._delivery",
    "LAST_COMMANDS_SECONDS": "bot.main",
    "LAST_ANSWERS_SECONDS": "bot.main",
    "LAST_RECALCULATIONS_SECONDS": "bot.backend",
    "GOODBYE_SECONDS": "bot.main",
    "MOST_LAG_SECONDS": "bot.health",
    "ASK_SECONDS": "bot.health",
}
"""The bot's limits, and the modules that define them."""
COURTESIES: Final = ("LATEST_DEFERRAL_SECONDS", "PRECEDENCE_SECONDS")
"""Limits for how long a process without a result waits for the other one; users get the same answer in the end."""
SOON: Final = 0.2
"""How many seconds a test waits for a peer that is really silent."""

_VARIABLE: Final = "LIMITS_OF_THE_BOT"


def patient() -> dict[str, float]:
    """Return limits that only a hang reaches, but short ones for processes that could give the same answer."""
    return dict.fromkeys(IN_MODULES, UNTIL_IT_HANGS) | dict.fromkeys(COURTESIES, SOON)


def limits(**seconds: float) -> dict[str, str]:
    """Return the variable that gives a process of the bot some limits; all others are reached only by a hang."""
    return {_VARIABLE: json.dumps(patient() | seconds)}


def at_its_own_limits() -> dict[str, str]:
    """Return the variable that leaves a process of the bot with its own limits."""
    return {_VARIABLE: json.dumps({})}


def take_limits(environment: MutableMapping[str, str]) -> None:
    """Apply the limits in the environment, if any, to the bot in this process."""
    given = json.loads(environment.pop(_VARIABLE, "{}"))
    if "REDIS_URL" not in environment:
        # The Redis client is slow to import.
        given.pop("REDIS_TIMEOUT_SECONDS", None)
    set_limits(setattr, given)


def set_limits(set_attribute: Callable[[Any, str, float], None], seconds: dict[str, float]) -> None:
    """Set limits of the bot in this process, with a function such as `setattr`."""
    for name, value in seconds.items():
        set_attribute(import_module(IN_MODULES[name]), name, value)


@contextmanager
def hasty(**seconds: float) -> Iterator[None]:
    """Change limits of the bot in this process for a while, for a peer that is really silent."""
    before = {name: getattr(import_module(IN_MODULES[name]), name) for name in seconds}
    set_limits(setattr, seconds)
    try:
        yield
    finally:
        set_limits(setattr, before)
