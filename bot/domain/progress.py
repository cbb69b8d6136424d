"""How far long work is, for whoever watches it."""

from typing import Protocol


class Progress(Protocol):
    """Somebody who watches work. Work may tell it from any thread, one call after the other."""

    def begin(self, total: int) -> None:
        """Begin so many units of work; those before are done."""

    def advance(self, done: int) -> None:
        """Count so many more units as done."""


class Unwatched:
    """Nobody, who watches nothing."""

    def begin(self, total: int) -> None:
        """Ignore how much there is to do."""

    def advance(self, done: int) -> None:
        """Ignore how much is done."""
