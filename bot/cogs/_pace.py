"""Send requests no faster than Discord allows."""

import asyncio

REQUESTS_A_SECOND = 45
"""Discord allows 50 per bot, and a few requests bypass the pace. Answers to interactions do not count."""


class Pace:
    """Spaces requests evenly, in the order of their arrival."""

    def __init__(self, a_second: float = REQUESTS_A_SECOND) -> None:
        """Let `a_second` requests pass per second."""
        self._seconds = 1 / a_second
        self._next = 0.0

    async def wait(self) -> None:
        """Wait until the next request may be sent."""
        now = asyncio.get_running_loop().time()
        turn = max(self._next, now)
        self._next = turn + self._seconds
        if turn > now:
            await asyncio.sleep(turn - now)
