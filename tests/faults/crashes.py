"""Kill the bot again and again, at random moments of a load of submissions and weekly runs, and check the results."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

from sqlalchemy import URL, func, select

from bot.database.database import Database
from bot.database.models import AuditLog, Event, LeaderboardScore, ScoreSubmission, WeeklyResult, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.services.ratings import LeaderboardScoringService
from bot.services.verification import VerificationService
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import reading
from tests.wire.bots import ADMIN, settings, told
from tests.wire.discord_stub import DiscordStub, Reply, User
from tests.wire.forked_bot import ForkedBot
from tests.wire.waiting import until, until_told
from tests.wire.wired_bot import CLOSE

EVENTS = ("Tetris Blitz", "Sprint")
PLAYERS = 5
MOST_ANSWERS = 16
LONGEST_START_SECONDS = 0.5
LONGEST_TRANSACTION_SECONDS = 0.05
ALREADY_COUNTED = "already been counted"


class Load:
    """Players and admins who use the bot as fast as it answers, and all the answers they get."""

    def __init__(self, discord: DiscordStub, chances: random.Random) -> None:
        """Let `chances` determine their actions."""
        self._discord = discord
        self._chances = chances
        self._players = [User(f"player{n}") for n in range(PLAYERS)]
        self._latest: list[Reply] = []
        self.answers = 0
        self.submissions: dict[int, Reply] = {}
        self.administrations: list[Reply] = []

    async def run(self) -> None:
        """Use the bot until it is gone, which the caller notices."""
        # Discord may redeliver interactions whose delivery was not confirmed, even to the bot's next process.
        again, self._latest = self._latest[-PLAYERS:], []
        async with asyncio.TaskGroup() as users:
            for player in self._players:
                users.create_task(self._play(player))
            for event in EVENTS:
                users.create_task(self._administer(event))
            for reply in again:
                users.create_task(self._deliver_again(reply))

    async def _deliver_again(self, reply: Reply) -> None:
        # Whether a busy machine answers in time is not tested here.
        with suppress(AssertionError):
            await self._discord.redeliver(reply)

    async def _answered(self, reply: Reply) -> None:
        await reply.finished()
        self.answers += 1

    def closings(self) -> int:
        """Return how often an admin was told that a week is closed."""
        return sum("🏆" in reply.text for reply in self.administrations)

    def counted(self) -> set[int]:
        """Return the interactions whose scores a user was told to be counted."""
        return {
            number
            for number, reply in self.submissions.items()
            if any(not message.ephemeral or ALREADY_COUNTED in message.text for message in reply.messages)
        }

    async def _play(self, player: User) -> None:
        while True:
            # Players improve over time, so that there is always something to recalculate.
            event, score = self._chances.choice(EVENTS), str(self._chances.randint(1, 200) + len(self.submissions))
            reply = await self._discord.invoke(player, "submit-score", event=event, score=score)
            self.submissions[reply.id] = reply
            self._latest.append(reply)
            await self._answered(reply)

    async def _administer(self, event: str) -> None:
        # A command that does not fit is refused: the week is closed, or none is.
        for command in cycle(self._chances.choice((("weekly-reset", "weekly-undo"), ("weekly-undo", "weekly-reset")))):
            reply = await self._discord.invoke(ADMIN, command, event=event)
            self.administrations.append(reply)
            await self._answered(reply)
            if CLOSE in reply.final.labels:
                agreed = await self._discord.click(ADMIN, reply, CLOSE)
                self.administrations.append(agreed)
                await self._answered(agreed)


async def crash_rounds(url: URL, rounds: int, seed: int) -> None:
    """Start the bot, kill it at a random moment of a load, and check what it leaves; repeat that."""
    chances = random.Random(seed)
    left_stale = number = 0
    async with DiscordStub() as discord:
        environment = settings(discord, url, SUBMIT_COOLDOWN_SECONDS="0", ELO_DEBOUNCE_SECONDS="1")
        load = Load(discord, chances)
        try:
            await _set_up(ForkedBot("run", env=environment), discord)
            for number in range(rounds):
                left_stale += await _is_stale(url) if number % 2 else False
                last = number == rounds - 1
                await _crash(ForkedBot("run", env=environment), discord, url, load, chances, last)
            await _end(ForkedBot("run", env=environment), discord, url, load)
        except Exception as error:
            error.add_note(f"CRASH_SEED={seed}, round {number} of {rounds}")
            raise
    assert left_stale, "no crash left anything to catch up with: the load is too light"
    assert len(load.counted()) > rounds, "hardly anything was submitted"


async def _set_up(bot: ForkedBot, discord: DiscordStub) -> None:
    async with bot:
        await bot.while_running(discord.wait_ready())
        for event in EVENTS:
            await told(await discord.slash(ADMIN, "event create", name=event, direction="HIGH"), "Event created")
    await discord.wait_gone()


async def _crash(
    bot: ForkedBot, discord: DiscordStub, url: URL, load: Load, chances: random.Random, last: bool
) -> None:
    async with bot:
        if not last and chances.random() < 0.1:
            # Kill it during its start.
            await asyncio.sleep(chances.uniform(0, LONGEST_START_SECONDS))
        else:
            await bot.while_running(discord.wait_ready())
            if chances.random() < 0.5:
                await _until_caught_up(url)
            await check_halves(url, load)
            last_answer = load.answers + chances.randint(0, MOST_ANSWERS)
            using = asyncio.create_task(load.run())

            def is_enough() -> bool:
                # By the last crash a week must have been closed, however few answers the admins got before.
                return using.done() or (load.answers >= last_answer and (load.closings() > 0 or not last))

            await until(is_enough, UNTIL_IT_HANGS, lambda: "answers")
            await asyncio.sleep(chances.uniform(0, LONGEST_TRANSACTION_SECONDS))
            await bot.kill()
            assert not using.done(), using
            using.cancel()
            await asyncio.wait({using})
    assert "Traceback" not in bot.output, bot.output
    await discord.wait_gone()


async def _end(bot: ForkedBot, discord: DiscordStub, url: URL, load: Load) -> None:
    async with bot:
        await bot.while_running(discord.wait_ready())
        await _until_caught_up(url)
        assert await bot.stop() == 0
    await check_halves(url, load)
    async with _opened(url) as database:
        found = await VerificationService(database).verify()
    assert (found.differences, found.awaiting) == ((), ())
    texts = [reply.text for reply in (*load.submissions.values(), *load.administrations)]
    assert [text for text in texts if "Something went wrong" in text or "cannot reach" in text] == []


async def check_halves(url: URL, load: Load) -> None:
    """Check that the log has exactly what users were told, and that related rows are complete."""
    scores, log, results = LeaderboardScore, ScoreSubmission, WeeklyResult
    async with _opened(url) as database, reading(database) as session:

        async def read(*columns: Any, **conditions: Any) -> list[Any]:
            return [tuple(row) for row in await session.execute(select(*columns).filter_by(**conditions))]

        logged = dict(await read(log.interaction_id, log.score))
        personal = await read(scores.event_id, scores.player_id, scores.score, week_number=None)
        recounted = await session.execute(
            select(log.event_id, log.player_id, func.max(log.score)).group_by(log.event_id, log.player_id)
        )
        counts = dict(await read(Event.id, Event.score_count))
        archived = await read(func.count(results.score))
        fields = await read(func.coalesce(func.sum(WeeklyRun.field_size), 0))
        closed = (await read(func.count(WeeklyRun.id)))[0][0]
        actions = [action for (action,) in await read(AuditLog.action)]
    assert load.counted() <= logged.keys() <= load.submissions.keys()
    assert logged == {number: _score_of(load.submissions[number]) for number in logged}
    assert sorted(personal) == sorted(tuple(row) for row in recounted)
    assert counts == {event: sum(row[0] == event for row in personal) for event in counts}
    assert archived == fields
    assert closed == actions.count("weekly reset") - actions.count("weekly undo")
    assert load.closings() <= actions.count("weekly reset")


def _score_of(reply: Reply) -> float:
    return float(next(one["value"] for one in reply.interaction["data"]["options"] if one["name"] == "score"))


async def _until_caught_up(url: URL) -> None:
    async def is_current() -> bool:
        return not await _is_stale(url)

    await until_told(is_current, "the stored Elos")


async def _is_stale(url: URL) -> bool:
    async with _opened(url) as database:
        return bool(await LeaderboardScoringService(database, RatingScale()).stale_events())


@asynccontextmanager
async def _opened(url: URL) -> AsyncIterator[Database]:
    # Close it each time, because the next process has to clean up the files of a killed one.
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
