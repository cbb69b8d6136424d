"""One use of a command arrives twice: it is done once, and the second delivery is told just that."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL, text

from bot.database.models import AuditLog
from bot.errors import AlreadyCounted, AlreadyDone
from bot.services.events import EventOptions
from bot.services.servers import Actor
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend, open_test_backend
from tests.faults.waiting import are_waiting
from tests.sessions import writing
from tests.tracing import untraced
from tests.wire.waiting import until_told

pytestmark = untraced

INTERACTION = 77
ROLE = 555
WITH_ROLE = replace(ADMIN, manages_guild=False, role_ids=frozenset({ROLE}), interaction_id=INTERACTION)

Use = Callable[[TestBackend, Actor], Coroutine[Any, Any, object]]

USES: dict[str, Use] = {
    "create": lambda backend, actor: backend.create_event(name="Another", actor=actor),
    "rename": lambda backend, actor: backend.real.services.events.edit(actor, EVENT, EventOptions("Renamed")),
    "archive": lambda backend, actor: backend.real.services.events.archive(actor, EVENT),
    "reset": lambda backend, actor: backend.real.services.weeks.run(actor, EVENT, early=True),
    "reset a week": lambda backend, actor: backend.real.services.weeks.run(actor, EVENT, "2026-W47", early=True),
    "undo": lambda backend, actor: backend.real.services.weeks.undo(actor, EVENT),
    "remove": lambda backend, actor: backend.real.services.removals.remove(actor, EVENT, 1),
    "time zone": lambda backend, actor: backend.real.services.settings.change(actor, time_zone="Asia/Tokyo"),
    "own admin role": lambda backend, actor: backend.real.services.settings.change(actor, admin_role_id=4),
}
"""The actions of admins; each would fail for another reason if it were done again."""


async def play(backend: TestBackend) -> None:
    """Create an event with one player, who has submitted in each of four weeks, and close the first of them."""
    await backend.create_event()
    await backend.real.services.settings.change(ADMIN, admin_role_id=ROLE)
    await backend.play({1: 100}, {1: 200}, {1: 300}, {1: 400})
    await backend.run("2026-W44")
    await backend.real.scoring.recalculate(1)


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
async def test_what_is_delivered_again_is_told_to_be_done(backend: TestBackend, use: Use) -> None:
    await play(backend)
    await use(backend, WITH_ROLE)
    before = await tables.contents(backend.database)
    with pytest.raises(AlreadyDone):
        await use(backend, WITH_ROLE)
    assert await tables.contents(backend.database) == before


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
async def test_of_two_processes_at_once_one_does_it_and_the_other_is_told_so(server_url: URL, use: Use) -> None:
    async with open_test_backend(server_url) as one, open_test_backend(server_url, one.clock) as other:
        await play(one)
        async with writing(one.database) as session:
            # Both deliveries begin before either of them can go on.
            await session.execute(text("LOCK TABLE events, guild_settings, audit_log IN EXCLUSIVE MODE"))
            both = [asyncio.create_task(use(backend, WITH_ROLE)) for backend in (one, other)]
            await until_told(lambda: are_waiting(one.database, 2), "both to wait")
        outcomes = await asyncio.gather(*both, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        (done,) = [outcome for outcome in outcomes if outcome not in refused]
        assert [type(refusal) for refusal in refused] == [AlreadyDone]
        logged = [row for row in await tables.rows(one.database, AuditLog) if row["interaction_id"] == INTERACTION]
        assert len(logged) == (len(done) if isinstance(done, tuple) else 1)


async def test_a_score_delivered_again_counted_whatever_became_of_its_event(database_url: URL) -> None:
    changes = (EventOptions(max_score="50"), EventOptions(is_active=False), EventOptions(name="Renamed"))
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        await backend.create_event()
        await backend.submit(1, 100, interaction_id=INTERACTION)
        for change in changes:
            with pytest.raises(AlreadyCounted):
                await backend.submit(1, 100, interaction_id=INTERACTION)
            await backend.real.services.events.edit(ADMIN, EVENT, change)
        with pytest.raises(AlreadyCounted):
            await backend.submit(1, 100, interaction_id=INTERACTION)
