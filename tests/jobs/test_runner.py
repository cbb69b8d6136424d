"""Jobs take effect once, are retried when they fail, and are given up visibly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from bot.database.models import Job, Player
from bot.domain.jobs import LASTING, LONGEST_WAIT, MOST_TRIES, Claim, JobKind, Lane, Queue, retry_at
from bot.services.jobs import ClaimLost, JobRunner, cancel, find_job, finish, hold, postpone, schedule, schedule_all
from bot.services.jobs._runner import AT_ONCE
from tests import tables
from tests.backends import NOON, TestBackend
from tests.outages import statements_seen
from tests.patience import UNTIL_IT_HANGS
from tests.wire.wired_bot import WiredBot

KIND, KEY = JobKind.REVIEW, "somewhere"
DAY = timedelta(days=1)


async def write(backend: TestBackend, *, key: str = KEY, after: timedelta = timedelta(0)) -> None:
    """Schedule a job that is due some time from now."""
    due_at = backend.clock.now + after
    await backend.database.write(lambda session: schedule(session, KIND, key, due_at))


def runner(backend: TestBackend, handler: Callable[[Claim], Awaitable[None]]) -> JobRunner:
    return JobRunner(backend.database, backend.clock, {KIND: handler})


class Effect:
    """A handler that adds a player, in the transaction that ends the job."""

    def __init__(self, backend: TestBackend) -> None:
        self.database = backend.database
        self.claims: list[Claim] = []

    async def __call__(self, claim: Claim) -> None:
        self.claims.append(claim)
        number = len(self.claims)

        def work(session: Session) -> None:
            hold(session, claim)
            session.add(Player(discord_id=number, username=claim.key))
            session.flush()
            finish(session, claim)

        await self.database.write(work)

    async def effects(self) -> list[str]:
        return [row["username"] for row in await tables.rows(self.database, Player)]


async def jobs(backend: TestBackend) -> tables.Rows:
    return await tables.rows(backend.database, Job, without=("id", "kind"))


async def test_a_job_is_done_when_it_is_due_and_then_gone(backend: TestBackend) -> None:
    effect = Effect(backend)
    await write(backend, after=DAY)
    assert await runner(backend, effect).do_due() == 0
    backend.clock.now += DAY
    assert await runner(backend, effect).do_due() == 1
    assert (await effect.effects(), await jobs(backend)) == ([KEY], [])


async def test_many_jobs_are_all_done_the_longest_due_first(backend: TestBackend) -> None:
    effect = Effect(backend)
    for number in range(25):
        await write(backend, key=str(number), after=timedelta(seconds=-number))
    assert await runner(backend, effect).do_due() == 25
    assert [claim.key for claim in effect.claims] == [str(number) for number in reversed(range(25))]


async def test_a_look_that_finds_nothing_reads_one_row_and_writes_none(backend: TestBackend) -> None:
    await write(backend, after=DAY)
    with statements_seen("") as seen:
        await runner(backend, Effect(backend)).do_due()
    statements = [one for one in seen if one.split()[0] in ("SELECT", "UPDATE", "DELETE", "INSERT")]
    assert len(statements) == 1
    assert "SELECT jobs.id" in statements[0]


async def test_runners_of_two_processes_never_do_the_same_job(backend: TestBackend) -> None:
    effect = Effect(backend)
    for number in range(30):
        await write(backend, key=f"{number:02}")
    await asyncio.gather(*(runner(backend, effect).do_due() for _ in range(2)))
    assert sorted(await effect.effects()) == [f"{number:02}" for number in range(30)]
    assert len(effect.claims) == 30


async def test_a_job_whose_process_died_is_done_when_its_lease_ends(backend: TestBackend) -> None:
    async def die(claim: Claim) -> None:
        raise asyncio.CancelledError

    effect = Effect(backend)
    await write(backend)
    with pytest.raises(asyncio.CancelledError):
        await runner(backend, die).do_due()
    assert await runner(backend, effect).do_due() == 0
    backend.clock.now += Lane.WEEKS.lease
    assert await runner(backend, effect).do_due() == 1
    assert [claim.tries for claim in effect.claims] == [2]
    assert await effect.effects() == [KEY]


@pytest.mark.parametrize("loses", ["to another process", "to whoever moves the job", "to whoever drops it"])
async def test_a_lost_claim_rolls_its_effect_back(backend: TestBackend, loses: str) -> None:
    effect = Effect(backend)

    async def late(claim: Claim) -> None:
        if loses == "to another process":
            backend.clock.now += Lane.WEEKS.lease
            assert await runner(backend, effect).do_due() == 1
        elif loses == "to whoever moves the job":
            await write(backend, after=DAY)
        else:
            await backend.database.write(lambda session: cancel(session, KIND, KEY))
        await effect(claim)

    await write(backend)
    assert await runner(backend, late).do_due() == 1
    assert await effect.effects() == ([KEY] if loses == "to another process" else [])
    assert len(await jobs(backend)) == (loses == "to whoever moves the job")


async def test_a_claim_that_is_lost_ends_no_job(backend: TestBackend) -> None:
    claims: list[Claim] = []

    async def keep(claim: Claim) -> None:
        claims.append(claim)

    await write(backend)
    await runner(backend, keep).do_due()
    await write(backend, after=DAY)
    before = await jobs(backend)
    ends: list[Callable[[Session], None]] = [
        lambda session: hold(session, claims[0]),
        lambda session: finish(session, claims[0]),
        lambda session: postpone(session, claims[0], backend.clock.now),
    ]
    for end in ends:
        with pytest.raises(ClaimLost):
            await backend.database.write(end)
    assert await jobs(backend) == before


async def test_a_failing_job_is_tried_ever_less_often_and_given_up_openly(
    backend: TestBackend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    began, tried = backend.clock.now, []

    async def fail(claim: Claim) -> None:
        tried.append(backend.clock.now - began)
        raise RuntimeError("the moon is full")

    await write(backend)
    while (found := (await jobs(backend))[0])["due_at"] is not None:
        backend.clock.now = max(backend.clock.now, found["due_at"])
        assert await runner(backend, fail).do_due() == 1
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert len(tried) == MOST_TRIES
    assert waits == sorted(waits)
    assert (waits[0].total_seconds(), waits[-1]) == (10, LONGEST_WAIT)
    assert found["last_error"] == "RuntimeError: the moon is full"
    [given_up] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "given up" in given_up.getMessage()
    assert given_up.exc_info is not None
    backend.clock.now += timedelta(weeks=52)
    assert await runner(backend, fail).do_due() == 0
    await write(backend)
    job = await backend.database.read(lambda session: find_job(session, KIND, KEY))
    assert job is not None
    assert (job.tries, job.last_error) == (0, None)


@pytest.mark.parametrize("kind", LASTING)
async def test_a_lasting_job_rests_after_its_last_try_and_works_again(backend: TestBackend, kind: JobKind) -> None:
    tries, is_broken = 0, True

    async def handle(claim: Claim) -> None:
        nonlocal tries
        tries += 1
        if is_broken:
            raise RuntimeError("Discord is down")
        await backend.database.write(lambda session: postpone(session, claim, backend.clock.now + DAY))

    lasting = JobRunner(backend.database, backend.clock, {kind: handle})
    due_at = last_try = backend.clock.now
    await backend.database.write(lambda session: schedule(session, kind, KEY, due_at))
    for _ in range(MOST_TRIES):
        last_try = backend.clock.now
        assert await lasting.do_due() == 1
        backend.clock.now = (await jobs(backend))[0]["due_at"]
    assert backend.clock.now - last_try == DAY
    assert (await jobs(backend))[0]["last_error"] == "RuntimeError: Discord is down"
    is_broken = False
    assert await lasting.do_due() == 1
    [job] = await jobs(backend)
    assert (tries, job["tries"], job["last_error"]) == (MOST_TRIES + 1, 0, None)


async def test_a_job_that_kills_every_process_is_given_up_too(backend: TestBackend) -> None:
    tries = 0

    async def die(claim: Claim) -> None:
        nonlocal tries
        tries += 1
        raise asyncio.CancelledError

    await write(backend)
    for _ in range(MOST_TRIES):
        with pytest.raises(asyncio.CancelledError):
            await runner(backend, die).do_due()
        backend.clock.now += Lane.WEEKS.lease
    assert await runner(backend, die).do_due() == 1
    assert tries == MOST_TRIES
    assert (await jobs(backend))[0]["due_at"] is None


@pytest.mark.parametrize("kind", LASTING)
async def test_a_lasting_job_that_kills_every_process_rests_too(backend: TestBackend, kind: JobKind) -> None:
    async def die(claim: Claim) -> None:
        raise asyncio.CancelledError

    lasting = JobRunner(backend.database, backend.clock, {kind: die})
    due_at = backend.clock.now
    await backend.database.write(lambda session: schedule(session, kind, KEY, due_at))
    for _ in range(MOST_TRIES):
        with pytest.raises(asyncio.CancelledError):
            await lasting.do_due()
        backend.clock.now += kind.lane.lease
    assert await lasting.do_due() == 1

    [job] = await jobs(backend)
    assert (job["due_at"], job["tries"]) == (backend.clock.now + DAY, 0)
    assert job["last_error"] == "RuntimeError: the process died with each try"


async def test_a_job_that_fails_keeps_no_other_from_being_done(backend: TestBackend) -> None:
    effect = Effect(backend)

    async def handle(claim: Claim) -> None:
        if claim.key == "bad":
            raise RuntimeError("bad")
        await effect(claim)

    await write(backend, key="bad", after=-DAY)
    await write(backend, key="good")
    assert await runner(backend, handle).do_due() == 2
    assert await effect.effects() == ["good"]


async def test_a_runner_that_ends_begins_no_further_job(backend: TestBackend) -> None:
    effect = Effect(backend)

    async def handle(claim: Claim) -> None:
        await effect(claim)
        working.end()

    working = runner(backend, handle)
    for number in range(2 * AT_ONCE[KIND.lane]):
        await write(backend, key=str(number))
    assert await working.do_due() == AT_ONCE[KIND.lane]
    assert len(await jobs(backend)) == AT_ONCE[KIND.lane]


async def test_a_job_that_takes_long_keeps_no_other_waiting(backend: TestBackend) -> None:
    others, effect, is_over = 3 * AT_ONCE[KIND.lane], Effect(backend), asyncio.Event()

    async def handle(claim: Claim) -> None:
        if claim.key == "long":
            async with asyncio.timeout(UNTIL_IT_HANGS):
                await is_over.wait()
        await effect(claim)
        if len(effect.claims) == others:
            is_over.set()

    await write(backend, key="long", after=-DAY)
    for number in range(others):
        await write(backend, key=str(number))
    assert await runner(backend, handle).do_due() == others + 1
    assert effect.claims[-1].key == "long"


async def test_a_due_job_does_not_wait_for_one_that_takes_long(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.jobs._runner.LOOK_SECONDS", 0.0)
    effect, is_over = Effect(backend), asyncio.Event()

    async def handle(claim: Claim) -> None:
        if claim.key == "long":
            await write(backend, key="later")
            async with asyncio.timeout(UNTIL_IT_HANGS):
                await is_over.wait()
        await effect(claim)
        is_over.set()

    await write(backend, key="long")
    assert await runner(backend, handle).do_due() == 2
    assert [claim.key for claim in effect.claims] == ["later", "long"]


async def test_a_queue_that_takes_long_says_how_long_it_is(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.services.jobs._runner.TELL_SECONDS", 0.0)
    monkeypatch.setitem(AT_ONCE, Lane.WEEKS, 1)
    caplog.set_level(logging.INFO, "bot.services.jobs")
    for number in range(3):
        await write(backend, key=str(number), after=timedelta(minutes=-number))
    await runner(backend, Effect(backend)).do_due()
    assert "jobs: weeks: 2 wait, the first for 0:01:00" in caplog.messages


async def test_jobs_wait_for_a_process_that_can_do_them_newest_message_first(backend: TestBackend) -> None:
    done: list[str] = []

    async def handle(claim: Claim) -> None:
        done.append(claim.key)
        await backend.database.write(lambda session: finish(session, claim))

    for number in range(3):
        jobs = [(JobKind.RECORD, str(number))]
        at = backend.clock.now + timedelta(seconds=number)
        await backend.database.write(partial(schedule_all, jobs=jobs, due_at=at))
    backend.clock.now += DAY
    working = runner(backend, handle)
    assert await working.do_due() == 0
    assert (await working.measure()).due == 3
    working.handle({JobKind.RECORD: handle})
    assert await working.do_due() == 3
    assert done == ["2", "1", "0"]
    assert await working.measure() == Queue(0, None, 0)


def test_waits_double_up_to_an_hour_and_end() -> None:
    waits = [retry_at(NOON, JobKind.RESULTS, tries) for tries in range(1, MOST_TRIES + 1)]
    assert [None if at is None else int((at - NOON).total_seconds()) for at in waits[:10]] == [
        *(10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600)
    ]
    assert waits[-1] is None


@pytest.mark.one_database
async def test_a_runner_that_stops_lets_jobs_end_and_cuts_short_what_hangs(
    backend: TestBackend,
) -> None:
    begun, may_end, effect = asyncio.Event(), asyncio.Event(), Effect(backend)

    async def work(claim: Claim) -> None:
        begun.set()
        await may_end.wait()
        await effect(claim)

    await write(backend)
    stopped = runner(backend, work)
    stopped.start()
    await begun.wait()
    stopping = asyncio.create_task(stopped.stop(UNTIL_IT_HANGS))
    await write(backend, key="elsewhere")
    may_end.set()
    await stopping
    assert await effect.effects() == [KEY]
    assert [(job["key"], job["tries"]) for job in await jobs(backend)] == [("elsewhere", 0)]
    begun.clear()
    may_end.clear()
    stopped.start()
    await begun.wait()
    await stopped.stop()
    assert [(job["key"], job["tries"]) for job in await jobs(backend)] == [("elsewhere", 1)]
    assert await effect.effects() == [KEY]


@pytest.mark.one_database
async def test_jobs_end_before_the_client_closes(wired: WiredBot) -> None:
    begun, may_end, was_closed = asyncio.Event(), asyncio.Event(), list[bool]()

    async def work(claim: Claim) -> None:
        begun.set()
        await may_end.wait()
        was_closed.append(wired.client.is_closed())

    wired.backend.real.jobs.handle({KIND: work})
    await write(wired.backend)
    await wired.stop()
    await wired.start()
    await begun.wait()
    stopping = asyncio.create_task(wired.stop())
    await asyncio.sleep(0)
    may_end.set()
    await stopping
    assert was_closed == [False]
    await wired.start()
