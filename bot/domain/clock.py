"""The clock that services read."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

Clock = Callable[[], datetime]
"""Returns the current instant, aware and in UTC."""


utc_now: Clock = partial(datetime.now, UTC)
"""The real clock."""
