"""Send requests no faster than Discord takes them."""

import asyncio

REQUESTS_A_SECOND = 45
"""Discord takes 50 of a bot, and a few are sent past the pace. Answers to interactions do not count."""


class Pace:
    """Spreads requests evenly; whoever comes while others wait goes behind them."""

    def __init__(self, a_second: float = REQUESTS_A_SECOND) -> None:
        """Let so many requests pass a second."""
        self._seconds = 1 / a_second
        self._next = 0.0

    async def wait(self) -> None:
        """Wait until the next request may be sent."""
        now = asyncio.get_running_loop().time()
        turn = max(self._next, now)
        self._next = turn + self._seconds
        if turn > now:
            await asyncio.sleep(turn - now)
