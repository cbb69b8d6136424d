"""Draw pictures in a separate process, so that they never delay the bot.

The process needs memory, so it ends when it has been idle for some time, and after several pictures; the next picture
starts a new one.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any

from async_lru import alru_cache

from bot.errors import PictureNotDrawn
from bot.ui.pictures._canvas import Picture
from bot.ui.pictures._painter import ANSWER, LENGTH

PAINTER = Path(__file__).with_name("_painter.py")
MOST_KEPT = 32
"""How many drawings are cached, the most recently used ones, at about 100 KB each."""
MOST_WAITING = 32
"""The most pictures that are in progress or waiting."""
LONGEST_SECONDS = 30.0
"""A picture that takes longer, including the wait, is not drawn."""
IDLE_SECONDS = 60.0
MOST_DRAWN = 6
"""How many pictures a process draws: Typst caches what it has laid out, and that takes memory."""
KEPT: tuple[str, ...] = ("PATH", "HOME", "LANG", "LC_", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "PYTHON")
"""The process inherits the bot's environment variables that begin like this; none of them is a secret."""
SPARING = {
    "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
"""The environment of the process: one thread, because the other processor is the bot's; and free memory is returned at
once."""

logger = logging.getLogger(__name__)


class Studio:
    """Draws pictures, one at a time; equal pictures are drawn once, as long as they are cached."""

    def __init__(self) -> None:
        self._drawings = alru_cache(maxsize=MOST_KEPT)(self._draw)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._painter: Process | None = None
        self._drawn = 0
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[Any]] = set()

    async def draw(self, picture: Picture) -> bytes:
        """Return a picture as PNG, with two pixels per point.

        Raises:
            PictureNotDrawn: too many pictures wait; or drawing failed, and the log says why.
        """
        return await self._drawings(picture.drawing)

    async def close(self) -> None:
        """End the process, and wait until it and all earlier ones have ended."""
        self._dismiss()
        await asyncio.gather(*self._ending)

    async def _draw(self, drawing: str) -> bytes:
        if self._waiting >= MOST_WAITING:
            logger.warning("a picture was not drawn: %d others wait", self._waiting)
            raise PictureNotDrawn
        self._waiting += 1
        try:
            async with asyncio.timeout(LONGEST_SECONDS), self._turn:
                return await self._paint(drawing)
        except (OSError, EOFError) as error:
            logger.error("a picture could not be drawn: %r", error)
            raise PictureNotDrawn from error
        finally:
            self._waiting -= 1

    async def _paint(self, drawing: str) -> bytes:
        painter, content = await self._open(), drawing.encode()
        is_through = False
        try:
            assert painter.stdin is not None  # noqa: S101 - both are pipes
            assert painter.stdout is not None  # noqa: S101
            painter.stdin.write(LENGTH.pack(len(content)) + content)
            await painter.stdin.drain()
            is_drawn, length = ANSWER.unpack(await painter.stdout.readexactly(ANSWER.size))
            answer = await painter.stdout.readexactly(length)
            is_through = True
        finally:
            self._drawn += 1
            # The answer to an abandoned picture must not be mistaken for the answer to the next one.
            if not is_through or self._drawn >= MOST_DRAWN:
                self._dismiss()
        if not is_drawn:
            logger.error("a picture could not be drawn: %s", answer.decode())
            raise PictureNotDrawn
        return answer

    async def _open(self) -> Process:
        if self._painter is not None and self._painter.returncode is not None:
            self._dismiss()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._dismiss)
        if self._painter is None:
            program = sys.executable, "-P", str(PAINTER)
            kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
            self._painter = await asyncio.create_subprocess_exec(
                *program, stdin=PIPE, stdout=PIPE, env={**kept, **SPARING}
            )
            self._drawn = 0
        return self._painter

    def _dismiss(self) -> None:
        """End the process, if there is one."""
        painter, self._painter = self._painter, None
        if self._idle is not None:
            self._idle.cancel()
        if painter is not None:
            with suppress(ProcessLookupError):
                painter.kill()
            ending = asyncio.create_task(painter.communicate())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
