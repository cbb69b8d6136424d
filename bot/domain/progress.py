"""How far long work is, for whoever watches it."""

from typing import Protocol


class Progress(Protocol):
    """Somebody who watches work. Work may tell it from any thread, one call after the other."""

    def begin(self, total: int) -> None:
        """Take note that so many units of work are about to be done, those before being done."""

    def advance(self, done: int) -> None:
        """Take note that so many more units are done."""


class Unwatched:
    """Nobody, who watches nothing."""

    def begin(self, total: int) -> None:
        """Ignore how much there is to do."""

    def advance(self, done: int) -> None:
        """Ignore how much is done."""
