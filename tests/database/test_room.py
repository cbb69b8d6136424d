"""In which order transactions get their turns."""

import asyncio
from functools import partial

from bot.database._room import Room


async def test_turns_come_in_the_order_in_which_they_are_asked_for() -> None:
    room, order = Room(2), list[int]()

    async def transact(number: int) -> None:
        order.append(number)
        await asyncio.sleep(0)

    async def use_again_and_again(number: int) -> None:
        for _ in range(3):
            await room.run(partial(transact, number))

    await asyncio.gather(*map(use_again_and_again, range(6)))
    assert order == [*range(6)] * 3
