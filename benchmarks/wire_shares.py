"""The parts of the wait for `/submit-score`, measured in separate turns, so that watching it distorts no other figure.

The bot of these turns is started with `--shares` (`benchmarks.shares`). Its observations of a submission are combined
with the times at which the user sent it and received the answer. The parts leave no gap:

- service: from the call of the service until its return, without the database;
- database: the time with an open transaction during that call;
- sending: from the beginning of the request with the answer until its arrival;
- discord.py: the rest, on the way in until the service is called, and on the way out until the request begins.

Each figure is the median over all submissions of the turns, so they do not exactly add up to the median wait. The
figure is given as the share of that median.
"""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.discord_server import Use
from benchmarks.measuring import median
from benchmarks.report import Line
from benchmarks.shares import FILE_VARIABLE, Passage
from benchmarks.wire_turns import SUBMIT, Extent, Town, milliseconds, running_bot

ROUNDS = 5


async def measure_shares(number: int, kind: str, town: Town, extent: Extent) -> list[Line]:
    """Measure the shares for each number of users, as lines that explain a goal's figure."""
    uses: dict[int, list[Use]] = {users: [] for users in extent.users}
    with TemporaryDirectory(prefix="leaderboard-") as folder:
        file = Path(folder, "shares.json")
        async with running_bot(town, "--shares", **{FILE_VARIABLE: str(file)}) as people:
            await people.warm_up(SUBMIT)
            for users in extent.users:
                for _ in range(min(ROUNDS, extent.rounds)):
                    uses[users] += (await people.take_turn(SUBMIT, users, extent.seconds)).uses
        seen = json.loads(await asyncio.to_thread(file.read_text))
    passages = {key: Passage(**one) for key, one in seen.items()}
    return [
        line
        for users in extent.users
        for line in _lines(number, f"{SUBMIT}, {users} at once, {kind}", uses[users], passages)
    ]


def _lines(number: int, where: str, uses: list[Use], passages: dict[str, Passage]) -> list[Line]:
    followed = [(use, passages[key]) for use in uses if (key := use.interaction["id"]) in passages]
    assert followed, "the bot saw no submission on its way"
    whole = median([use.answered_after for use, _ in followed])
    parts = zip(*(_parts(use, passage) for use, passage in followed), strict=True)
    return [
        Line(number, f"{where}: share of {name}", milliseconds(part), f"whole {milliseconds(whole)}", part / whole)
        for name, part in zip(("service", "database", "sending", "discord.py"), map(median, parts), strict=True)
    ]


def _parts(use: Use, passage: Passage) -> tuple[float, float, float, float]:
    """Return the time of a submission in the service, in the database, in sending, and elsewhere."""
    served = passage.done_at - passage.served_at
    sending = use.sent_at + use.answered_after - passage.sent_at
    return served - passage.database, passage.database, sending, use.answered_after - served - sending
