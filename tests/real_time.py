"""Simulated Discords: one that waits for a slow machine, and one in which the bot's short waits take real time."""

import asyncio
import time
from typing import Any

from simcord import Env

from tests.patience import UNTIL_IT_HANGS

SHORT_SECONDS = 10.0
COMMAND_TASKS = ("CommandTree-", "discord-ui-")


class PatientEnv(Env):
    """An environment that waits for the bot until it hangs; SimCord's own gives it five seconds.

    A longer time-out would not do: SimCord mistakes a timer that rings within it for unfinished work.
    """

    async def _settle_internal(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - SimCord's own signature
        idle: float = 0.05,
        dispatch: str | None = None,
        _deadline: float | None = None,
    ) -> None:
        until = time.monotonic() + UNTIL_IT_HANGS
        while True:
            try:
                await super()._settle_internal(timeout=timeout, idle=idle, dispatch=dispatch)
            except TimeoutError:
                if time.monotonic() > until:
                    raise
            else:
                return

    async def _advance_to(self, target: float, deadline: float) -> None:
        # This is the time-out of a whole step in time, within which the bot may have much to do.
        await super()._advance_to(target, deadline + UNTIL_IT_HANGS)


class RealTimeEnv(PatientEnv):
    """An environment whose short timers ring on time, and which notices sooner that the bot is done.

    SimCord's own timers ring only once the bot is idle, so that no wait within the bot would ever time out. Long timers
    ring only in `advance_time`: there is one for each statement, which never rings, and all of them would be searched
    every time.

    Attributes:
        waits: whether the environment waits for the bot after a user's action.
    """

    waits = True

    def _schedule_timer(self, record: Any, callback: Any, args: tuple[Any, ...], schedule_context: Any) -> None:
        super()._schedule_timer(record, callback, args, schedule_context)
        real = record.real_handle
        if real is None:
            return

        def ring() -> None:
            if record.handle is not None and not record.handle.cancelled():
                record.handle._run()

        real.cancel()
        record.real_handle = None
        if record.when - self._virtual_time < SHORT_SECONDS:
            assert self._runtime is not None
            record.real_handle = self._runtime.call_at(real.when(), ring, context=schedule_context)

    async def _settle_internal(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - SimCord's own signature
        idle: float = 0.004,
        dispatch: str | None = None,
        _deadline: float | None = None,
    ) -> None:
        if not self.waits:
            return
        # Checking everything repeatedly costs more than the commands themselves, so first wait for these alone.
        commands = {task for task in self._work.tasks if task.get_name().startswith(COMMAND_TASKS)}
        if commands and not self._advancing:
            await asyncio.wait(commands, timeout=self.settle_timeout)
        await super()._settle_internal(timeout=timeout, idle=idle, dispatch=dispatch, _deadline=_deadline)
