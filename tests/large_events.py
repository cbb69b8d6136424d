"""Treat small events like large ones."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from bot.domain import moved_elos
from bot.services.ratings import _recalculation as stored_elos


@contextmanager
def as_if_large() -> Iterator[None]:
    """Make recalculations look only at players whose Elo may have moved, even in small events."""
    with patch.object(stored_elos, "FEW_PLAYERS", 0), patch.object(moved_elos, "GREATEST_SHARE", math.inf):
        yield
