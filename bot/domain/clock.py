"""The clock that services go by."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
