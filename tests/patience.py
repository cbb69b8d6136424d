"""How long tests wait: until what they wait for happens, however slow or busy the machine is.

The bot has limits of its own, which tell what is silent from what works. On a busy machine what works reaches them
too. So tests give it limits that only a hang reaches; a test about such a limit sets it, beside a peer that really is
silent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

UNTIL_IT_HANGS: Final = 120.0
"""Seconds that nothing takes but what would take for ever."""

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
    "LAST_RECALCULATIONS_SECONDS": "bot.main",
    "GOODBYE_SECONDS": "bot.main",
    "MOST_LAG_SECONDS": "bot.health",
    "ASK_SECONDS": "bot.health",
}
"""The bot's limits, and where they are."""
COURTESIES: Final = ("LATEST_DEFERRAL_SECONDS", "PRECEDENCE_SECONDS")
"""How long one with nothing to tell leaves the word to another; in the end users are told the same anyway."""
SOON: Final = 0.2
"""Seconds that a test lets pass beside a peer that really is silent."""

_VARIABLE: Final = "LIMITS_OF_THE_BOT"


def patient() -> dict[str, float]:
    """Return limits that only a hang reaches, and little courtesy between two who may answer the same."""
    return dict.fromkeys(IN_MODULES, UNTIL_IT_HANGS) | dict.fromkeys(COURTESIES, SOON)


def limits(**seconds: float) -> dict[str, str]:
    """Return the variable that gives a process of the bot some limits, and for the rest such as only a hang reaches."""
    return {_VARIABLE: json.dumps(patient() | seconds)}


def at_its_own_limits() -> dict[str, str]:
    """Return the variable that leaves a process of the bot its own limits."""
    return {_VARIABLE: json.dumps({})}


def take_limits(environment: MutableMapping[str, str]) -> None:
    """Give the bot in this process the limits that its environment names, if it does."""
    given = json.loads(environment.pop(_VARIABLE, "{}"))
    if "REDIS_URL" not in environment:
        # Its client takes a while to import.
        given.pop("REDIS_TIMEOUT_SECONDS", None)
    set_limits(setattr, given)


def set_limits(set_attribute: Callable[[Any, str, float], None], seconds: dict[str, float]) -> None:
    """Set limits of the bot in this process, by a function such as `setattr`."""
    for name, value in seconds.items():
        set_attribute(import_module(IN_MODULES[name]), name, value)


@contextmanager
def hasty(**seconds: float) -> Iterator[None]:
    """Give the bot in this process other limits for a while, beside a peer that really is silent."""
    before = {name: getattr(import_module(IN_MODULES[name]), name) for name in seconds}
    set_limits(setattr, seconds)
    try:
        yield
    finally:
        set_limits(setattr, before)
