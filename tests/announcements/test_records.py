"""Announcements of records follow the log; the bot looks at them again after corrections that may change them."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import is_file
from bot.database.models import Job, Member, Player, Post, ScoreSubmission
from bot.domain.announcements import record_key
from bot.domain.jobs import JobKind
from bot.domain.scores import ScoreDirection
from bot.domain.servers import NewMember
from bot.errors import LeaderboardError
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, NOON, TestBackend

MINUTE = timedelta(minutes=1)
AT_ONCE = 24


class Logged(NamedTuple):
    """A row of a log; `key` is the interaction id."""

    key: int
    player: int
    score: float
    at: datetime
    counts: bool


async def logged(backend: TestBackend) -> list[Logged]:
    log = ScoreSubmission
    counts = log.removed_at.is_(None) & Member.withdrawn_at.is_(None)
    rows = sa.select(log.interaction_id, Player.discord_id, log.score, log.submitted_at, counts)
    rows = rows.join(Player, Player.id == log.player_id).join(Member, Member.player_id == log.player_id)
    ordered = rows.order_by(log.submitted_at, log.id)
    return await backend.database.read(lambda session: [Logged(*row) for row in session.execute(ordered)])


def expected(log: Sequence[Logged], of: Logged, sign: int) -> tuple[Any, ...]:
    """Return what the announcement of a score should tell, by listing all records of a log in order of time."""
    records = list[Logged]()
    for one in log:
        if one.counts and (not records or sign * one.score > sign * records[-1].score):
            records.append(one)
    if of not in records[1:]:
        return of.player, of.score, False
    place = records.index(of)
    held = records[place - 1]
    *_, first = takewhile(lambda one: one.player == held.player, reversed(records[:place]))
    return of.player, of.score, held.player, held.score, of.at - first.at, of is records[-1]


async def told(backend: TestBackend, event_id: int, key: int) -> tuple[Any, ...]:
    draft = await backend.real.services.records.draft(record_key(event_id, key))
    assert draft is not None
    record = draft.content
    if not record.stands:
        return record.player.discord_id, record.score, draft.is_news
    of_holder = record.holder.discord_id, record.beaten, record.led
    return record.player.discord_id, record.score, *of_holder, draft.is_news


async def correct_at_random(backend: TestBackend, seeded: random.Random) -> None:
    """Add, remove or restore a score, withdraw a player, or bring one back."""
    services, player = backend.real.services, seeded.randint(1, 3)
    log = [one for one in await logged(backend) if one.player == player]
    of_player = sa.select(ScoreSubmission.id).where(ScoreSubmission.interaction_id == seeded.choice(log).key)
    number = await backend.database.read(lambda session: session.scalar(of_player))
    one = NewMember(player, f"player{player}", f"Player {player}")
    at = NOON - seeded.randrange(30) * MINUTE
    with suppress(LeaderboardError):
        match seeded.randrange(8):
            case 0:
                await services.withdrawals.withdraw(ADMIN, player)
            case 1 | 2:
                await services.withdrawals.bring_back(ADMIN, player)
            case 3 | 4:
                await services.removals.remove(ADMIN, EVENT, player, f"#{number}")
            case 5 | 6:
                await services.removals.restore(ADMIN, EVENT, player, f"#{number}")
            case _:
                await services.additions.add(ADMIN, EVENT, one, seeded.randint(1, 12), at)


async def post_all(backend: TestBackend, event_id: int) -> None:
    """Store a post for the record of every score, and delete all jobs."""

    def work(session: Session) -> None:
        session.execute(sa.delete(Job))
        session.execute(sa.delete(Post))
        for key in session.scalars(sa.select(ScoreSubmission.interaction_id)):
            post = {"kind": JobKind.RECORD, "key": record_key(event_id, key), "guild_id": GUILD, "event_id": event_id}
            session.add(Post(**post, channel_id=5, nonce=key))

    await backend.database.write(work)


async def test_whatever_is_corrected_posts_of_records_say_what_is_so(
    jobs_by_request: None, backend: TestBackend
) -> None:
    # The databases take turns with the directions.
    direction = ScoreDirection.HIGH if is_file(backend.database.url) else ScoreDirection.LOW
    event, seeded = await backend.create_event(direction.value), random.Random(5)
    for _ in range(12):
        backend.clock.now = NOON - seeded.randrange(30) * MINUTE
        await backend.submit(seeded.randint(1, 3), seeded.randint(1, 12))
    backend.clock.now = NOON
    before = dict[int, tuple[Any, ...]]()
    for _ in range(16):
        await post_all(backend, event.id)
        await correct_at_random(backend, seeded)
        log = await logged(backend)
        after = {one.key: await told(backend, event.id, one.key) for one in log}
        assert after == {one.key: expected(log, one, direction.sign) for one in log}
        refreshed = {job["key"] for job in await tables.jobs(backend.database, JobKind.RECORD)}
        changed = {record_key(event.id, key) for key in before if before[key] != after[key]}
        assert changed <= refreshed
        before = after


async def test_a_score_taken_back_that_beat_nothing_refreshes_no_record(
    jobs_by_request: None, backend: TestBackend
) -> None:
    event = await backend.create_event()
    for player, score in ((1, 10), (2, 20), (3, 30), (1, 40)):
        await backend.submit(player, score)
    await post_all(backend, event.id)
    for score, refreshed in ((1, 0), (40, 0), (41, 5)):
        await backend.submit(4, score, interaction_id=1000 + score)
        await post_all(backend, event.id)
        await backend.real.services.removals.take_back(GUILD, event.id, 4, 1000 + score)
        assert len(await tables.jobs(backend.database, JobKind.RECORD)) == (refreshed and 7)


async def test_all_announcements_of_records_together_take_one_connection(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await backend.create_event()
    await backend.submit_all({1: 10, 2: 20})
    keys = [one.key for one in await logged(backend)]
    records, most, reading = backend.real.services.records, 0, 0
    read = records._database.read

    async def counted(work: Any) -> Any:
        nonlocal most, reading
        reading += 1
        most = max(most, reading)
        try:
            return await read(work)
        finally:
            reading -= 1

    monkeypatch.setattr(records._database, "read", counted)
    await asyncio.gather(*(records.draft(record_key(event.id, keys[-1])) for _ in range(AT_ONCE)))
    assert most == 1
