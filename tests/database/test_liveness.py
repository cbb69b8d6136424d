"""The bot distinguishes a silent database from a busy one, and from a program that is itself late."""

import asyncio
import threading
import time

import pytest

from bot.database._liveness import DatabaseSilent, Liveness
from tests.patience import UNTIL_IT_HANGS, set_limits

PATIENCE_SECONDS, PROBE_SECONDS = 0.01, 0.2


class Peer:
    """A database as probes see it.

    Attributes:
        probes: how often it was probed.
        answers: how often it answered.
        silences: how often it was taken for silent.
    """

    def __init__(self) -> None:
        self.probes = self.answers = self.silences = 0

    async def answer(self) -> None:
        self.probes += 1
        # Connecting takes several turns of the event loop.
        for _ in range(30):
            await asyncio.sleep(0)
        self.answers += 1

    async def answer_a_late_program(self) -> None:
        """Answer at once, but let the program notice the answer late, the first time."""
        if self.probes == 0:
            time.sleep(3 * PROBE_SECONDS)  # noqa: ASYNC251 - that is what makes it late
        await self.answer()

    async def hang(self) -> None:
        self.probes += 1
        await asyncio.Event().wait()

    async def refuse(self) -> None:
        self.probes += 1
        raise ConnectionRefusedError

    def fall_silent(self) -> None:
        self.silences += 1


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Peer:
    set_limits(monkeypatch.setattr, {"PATIENCE_SECONDS": PATIENCE_SECONDS, "PROBE_SECONDS": UNTIL_IT_HANGS})
    return Peer()


@pytest.fixture
def curt(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """A peer to which the bot gives hardly any time."""
    set_limits(monkeypatch.setattr, {"PROBE_SECONDS": PROBE_SECONDS})
    return peer


async def test_a_database_that_answers_somebody_else_is_waited_for(peer: Peer) -> None:
    async def work() -> str:
        while peer.probes < 3:  # noqa: ASYNC110 - nobody tells of a probe
            await asyncio.sleep(0)
        return "done"

    assert await Liveness(peer.answer, peer.fall_silent).guard(work()) == "done"
    assert peer.silences == 0


async def test_a_database_that_gives_no_sign_is_silent(curt: Peer) -> None:
    with pytest.raises(DatabaseSilent):
        await Liveness(curt.hang, curt.fall_silent).guard(asyncio.Event().wait())
    assert curt.silences == 1


async def test_a_database_that_lets_nobody_in_is_silent_at_once(peer: Peer) -> None:
    with pytest.raises(DatabaseSilent):
        await Liveness(peer.refuse, peer.fall_silent).guard(asyncio.Event().wait())
    assert (peer.probes, peer.silences) == (1, 1)


async def test_a_late_program_does_not_take_the_database_for_silent(curt: Peer) -> None:
    async def work() -> str:
        while curt.probes == 0:  # noqa: ASYNC110 - nobody tells of a probe
            await asyncio.sleep(PATIENCE_SECONDS)
        await asyncio.sleep(4 * PROBE_SECONDS)
        return "done"

    assert await Liveness(curt.answer_a_late_program, curt.fall_silent).guard(work()) == "done"
    assert curt.silences == 0


async def test_a_busy_event_loop_does_not_make_the_database_seem_silent(curt: Peer) -> None:
    async def compute() -> str:
        while curt.answers < 3:
            time.sleep(PROBE_SECONDS)  # noqa: ASYNC251 - nobody else gets a turn meanwhile
            await asyncio.sleep(0)
        return "done"

    assert await Liveness(curt.answer, curt.fall_silent).guard(compute()) == "done"
    assert curt.silences == 0


async def test_all_who_wait_are_told_by_one_probe(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    all_wait = threading.Event()
    asked = 0

    async def refuse_when_all_wait() -> None:
        await asyncio.to_thread(all_wait.wait)
        await peer.refuse()

    async def is_alive(liveness: Liveness) -> bool:
        nonlocal asked
        asked += 1
        if asked == 5:
            all_wait.set()
        return await look(liveness)

    look = Liveness._is_alive
    monkeypatch.setattr(Liveness, "_is_alive", is_alive)
    liveness = Liveness(refuse_when_all_wait, peer.fall_silent)
    waiting = [liveness.guard(asyncio.Event().wait()) for _ in range(5)]
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [DatabaseSilent] * 5
    assert peer.probes == 1
