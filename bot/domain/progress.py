"""The progress of long work, for an observer."""

from typing import Protocol


class Progress(Protocol):
    """An observer of long work. The work may report from any thread, but never concurrently."""

    def begin(self, total: int) -> None:
        """Begin `total` units of work; all earlier ones are done."""

    def advance(self, done: int) -> None:
        """Count `done` more units as done."""


class Unwatched:
    """An observer that ignores everything."""

    def begin(self, total: int) -> None:
        """Ignore the amount of work."""

    def advance(self, done: int) -> None:
        """Ignore the progress."""
