"""Who may do what, and what the audit log records."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.database.models import AuditLog
from bot.domain.moderation import Correction
from bot.domain.servers import ServerSettings
from bot.errors import AlreadyDone, InvalidSetting, NotAllowed, ScoreBeyondAlarm
from bot.services.events import EventOptions
from bot.services.servers import Actor
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, MEMBER, TestBackend

ROLE = 555
OWNER = replace(MEMBER, owns_bot=True)
WITH_ROLE = replace(MEMBER, role_ids=frozenset({ROLE, 777}))
MANAGER = replace(MEMBER, manages_guild=True)
ELSEWHERE = replace(ADMIN, guild_id=2002)

ADMIN_ONLY: dict[str, Callable[[TestBackend, Actor], Awaitable[object]]] = {
    "create": lambda backend, actor: backend.create_event(name="Another", actor=actor),
    "edit": lambda backend, actor: backend.real.services.events.edit(actor, EVENT, EventOptions(unit="pts")),
    "archive": lambda backend, actor: backend.real.services.events.archive(actor, EVENT),
    "look at a held score": lambda backend, actor: backend.real.services.reviews.look_at(actor, 1),
    "find a held score": lambda backend, actor: backend.real.services.reviews.find(actor, 1),
    "approve": lambda backend, actor: backend.real.services.reviews.approve(actor, 1),
    "refuse": lambda backend, actor: backend.real.services.reviews.refuse(actor, 2),
    "preview": lambda backend, actor: backend.real.services.results.preview(actor, EVENT),
    "run": lambda backend, actor: backend.real.services.weeks.run(actor, EVENT, early=True),
    "preview a season": lambda backend, actor: backend.real.services.events.preview_season(actor, EVENT),
    "undo": lambda backend, actor: backend.real.services.weeks.undo(actor, EVENT),
    "list what can be removed": lambda backend, actor: backend.real.services.removals.listed(
        actor, EVENT, 1, are_removed=False
    ),
    "preview a removal": lambda backend, actor: backend.real.services.removals.preview(
        Correction.REMOVE, actor, EVENT, 1
    ),
    "remove": lambda backend, actor: backend.real.services.removals.remove(actor, EVENT, 1),
    "list what can be restored": lambda backend, actor: backend.real.services.removals.listed(
        actor, EVENT, 1, are_removed=True
    ),
    "restore": lambda backend, actor: backend.real.services.removals.restore(actor, EVENT, 1),
    "withdraw": lambda backend, actor: backend.real.services.withdrawals.withdraw(actor, 1),
    "bring back": lambda backend, actor: backend.real.services.withdrawals.bring_back(actor, 1),
    "name the review channel": lambda backend, actor: backend.real.services.settings.review_in(actor, 7),
    "audit": lambda backend, actor: backend.real.services.audit.page(actor, 0, event=EVENT, player=1),
    "export": lambda backend, actor: backend.real.services.transfer.export(actor, EVENT),
    "keep notices": lambda backend, actor: backend.real.services.settings.keep_notices(actor, ()),
    "show settings": lambda backend, actor: backend.real.services.settings.show(actor),
    "change settings": lambda backend, actor: backend.real.services.settings.change(actor, time_zone="Asia/Tokyo"),
}


@pytest.fixture
async def server(backend: TestBackend) -> TestBackend:
    """A server with an admin role, and an event with a score, for which two scores wait."""
    await backend.create_event(alarm_min="50")
    await backend.submit(1, 100)
    for player in (2, 3):
        with pytest.raises(ScoreBeyondAlarm):
            await backend.submit(player, 10)
    await backend.real.services.settings.change(ADMIN, admin_role_id=ROLE)
    await backend.real.scoring.recalculate(1)
    return backend


@pytest.mark.parametrize("actor", [MANAGER, WITH_ROLE, OWNER])
async def test_managers_the_admin_role_and_the_bots_owner_may_do_everything(server: TestBackend, actor: Actor) -> None:
    for act in ADMIN_ONLY.values():
        await act(server, actor)


async def test_nobody_else_may_do_anything_and_nothing_is_changed(server: TestBackend) -> None:
    before = await tables.contents(server.database)
    for act in ADMIN_ONLY.values():
        for actor in (MEMBER, replace(MEMBER, role_ids=frozenset({777, GUILD}))):
            with pytest.raises(NotAllowed):
                await act(server, actor)
    assert await tables.contents(server.database) == before


async def test_the_admin_role_of_one_server_means_nothing_in_another(server: TestBackend) -> None:
    with pytest.raises(NotAllowed):
        await server.create_event(actor=replace(WITH_ROLE, guild_id=2002))


async def test_a_server_without_an_admin_role_has_no_admins_by_role(backend: TestBackend) -> None:
    with pytest.raises(NotAllowed):
        await backend.create_event(actor=WITH_ROLE)


async def test_choosing_the_role_that_everyone_has_takes_the_admin_role_away(server: TestBackend) -> None:
    shown = await server.real.services.settings.change(ADMIN, admin_role_id=GUILD)
    assert shown.settings.admin_role_id is None
    for actor in (WITH_ROLE, replace(MEMBER, role_ids=frozenset({GUILD}))):
        with pytest.raises(NotAllowed):
            await server.create_event(name="Another", actor=actor)


async def test_settings_are_changed_one_by_one_and_per_server(server: TestBackend) -> None:
    settings = server.real.services.settings
    assert (await settings.show(ELSEWHERE)).settings == ServerSettings("UTC", None)
    assert (await settings.change(ADMIN, time_zone="europe/berlin")).settings == ServerSettings("Europe/Berlin", ROLE)
    with pytest.raises(InvalidSetting):
        await settings.change(ADMIN, time_zone="Mars", admin_role_id=1)
    assert (await settings.show(ADMIN)).settings == ServerSettings("Europe/Berlin", ROLE)
    assert (await settings.show(ELSEWHERE)).settings == ServerSettings("UTC", None)


async def test_the_audit_log_says_who_did_what_to_which_event_when(backend: TestBackend) -> None:
    event = await backend.create_event("LOW")
    backend.clock.move(hours=1)
    await backend.real.services.events.edit(MANAGER, EVENT, EventOptions(name="40L", max_score="90"))
    await backend.real.services.events.archive(OWNER, "40L")
    await backend.real.services.settings.change(ADMIN, time_zone="Asia/Tokyo")
    logged = [tuple(row.values())[1:-1] for row in await tables.rows(backend.database, AuditLog)]
    edited = {"changes": {"name": [EVENT, "40L"], "max_score": [None, 90.0]}, "format": "number"}
    then, now = backend.clock.now.replace(hour=12), backend.clock.now
    assert logged == [
        (GUILD, ADMIN.discord_id, "event create", event.id, None, {"direction": "LOW", "format": "number"}, None, then),
        (GUILD, MANAGER.discord_id, "event edit", event.id, None, edited, None, now),
        (
            GUILD,
            OWNER.discord_id,
            "event edit",
            event.id,
            None,
            {"changes": {"is_active": [True, False]}, "format": "number"},
            None,
            now,
        ),
        (
            GUILD,
            ADMIN.discord_id,
            "settings",
            None,
            None,
            {"changes": {"time_zone": ["UTC", "Asia/Tokyo"]}},
            None,
            now,
        ),
    ]


async def test_the_audit_log_shows_nothing_that_cannot_be_seen(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(name="40L\x00\u202e Sprint", unit="\x00pts"))
    [changes] = [row["detail"]["changes"] for row in await tables.rows(backend.database, AuditLog) if row["id"] == 2]
    assert changes == {"name": [EVENT, "40L Sprint"], "unit": [None, "pts"]}


async def test_what_failed_is_not_in_the_audit_log(backend: TestBackend) -> None:
    with pytest.raises(InvalidSetting):
        await backend.create_event(min_score="2", max_score="1")
    assert await tables.rows(backend.database, AuditLog) == []


async def test_a_reset_that_is_delivered_again_does_not_close_the_next_week(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100}, {1: 200})
    weeks, actor = backend.real.services.weeks, replace(ADMIN, interaction_id=123)
    assert [str(run.week) for run in await weeks.run(actor, EVENT, early=True)] == ["2026-W46"]
    with pytest.raises(AlreadyDone):
        await weeks.run(actor, EVENT, early=True)
    assert [str(run.week) for run in await weeks.run(ADMIN, EVENT, early=True)] == ["2026-W47"]
