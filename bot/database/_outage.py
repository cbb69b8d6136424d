"""Log an outage of the database in two lines: its beginning, and its length and cost at the end."""

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import DataError, IntegrityError, NotSupportedError, ProgrammingError

CALM_SECONDS = 1.0
"""An outage is over once a transaction succeeds this long after the last failure."""

_OWN_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""Errors by which a working database rejects a faulty statement; the traceback shows which one."""

logger = logging.getLogger(__name__)


class OutageLog:
    """Counts the transactions that fail in an outage, instead of logging each one."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Measure time with a clock that returns seconds."""
        self._now = now
        self._failures = 0
        self._began = self._latest = 0.0

    def failed(self, error: BaseException) -> None:
        """Log the first failure of an outage and count the others; log a faulty statement with its traceback."""
        if isinstance(error, _OWN_MISTAKES):
            logger.error("the database refused a statement", exc_info=error)
            return
        self._latest = self._now()
        if self._failures == 0:
            self._began = self._latest
            logger.error("the database failed: %s", _first_line(error))
        self._failures += 1

    def succeeded(self) -> None:
        """Log the end of an outage, if there was one."""
        if self._failures == 0 or self._now() - self._latest < CALM_SECONDS:
            return
        lasted = self._latest - self._began
        logger.warning("the database works again; failed transactions: %d, in %.1f seconds", self._failures, lasted)
        self._failures = 0


def _first_line(error: BaseException) -> str:
    # In SQLAlchemy's errors, the statement follows after the first line.
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
