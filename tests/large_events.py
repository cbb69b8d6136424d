"""Events of few players, treated as those of many are."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from bot.domain import moved_elos
from bot.services.ratings import _recalculation as stored_elos


@contextmanager
def as_if_large() -> Iterator[None]:
    """Have recalculations look at those only whose Elo may have moved, however few the others are."""
    with patch.object(stored_elos, "FEW_PLAYERS", 0), patch.object(moved_elos, "GREATEST_SHARE", math.inf):
        yield
