"""An event gives a role to its best players, takes it from all others, and reports when it cannot."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import URL, update

from bot.cogs import roles
from bot.database.models import EventRole, Job, Notice, RoleGrant, WeeklyRun
from bot.domain.jobs import Claim
from bot.domain.roles import Award, RoleChange
from bot.domain.servers import PlayerName
from bot.domain.standings import Standing
from bot.services.roles import RoleService, _service
from tests import tables
from tests.backends import EVENT
from tests.wire.discord_people import MANAGE_ROLES
from tests.wire.discord_stub import MANAGE_SERVER, Fault, Guild, Role, User
from tests.wire.wired_bot import WiredBot, actor, open_wired_bot

KING, FINALIST, STRONG, JUDGE = Role("King"), Role("Finalist"), Role("Strong"), Role("Judge", 7)
BOT, BOSS = Role("Bot", 5, MANAGE_ROLES), Role("Boss", 6, MANAGE_ROLES)
COURT = Guild("Court", (KING, FINALIST, STRONG, JUDGE, BOT, BOSS), bot_role=BOT)
ADMIN = User("ada", MANAGE_SERVER | MANAGE_ROLES, roles=(BOSS.id,), display_name="Ada")
ANA, BEN, CY, DAN = (User(name) for name in ("ana", "ben", "cy", "dan"))


class Court:
    """A server with an event whose best players get roles."""

    def __init__(self, wired: WiredBot) -> None:
        self.wired = wired
        self.members = wired.discord.members

    async def use(self, command: str, user: User = ADMIN, **options: Any) -> str:
        return (await self.wired.use(user, command, guild=COURT, **options)).text

    async def award(self, role: Role, award: str, user: User = ADMIN, **options: Any) -> str:
        return await self.use("event role", user, event=EVENT, role=role, award=award, **options)

    async def close(self, *scores: tuple[User, int]) -> dict[str, set[str]]:
        """Play a week and close it; return who then has which role."""
        for player, score in scores:
            await self.use("submit-score", player, event=EVENT, score=str(score))
        self.wired.backend.clock.move(weeks=1)
        if scores:
            await self.use("weekly-reset", event=EVENT)
        return await self.roles()

    async def roles(self) -> dict[str, set[str]]:
        await self.wired.backend.real.jobs.do_due()
        roles, users = {role.id: role.name for role in COURT.roles}, {one.id: one.name for one in (ANA, BEN, CY, DAN)}
        found: dict[str, set[str]] = {}
        for role_id, user_id in self.members.have:
            found.setdefault(roles[role_id], set()).add(users[user_id])
        return found


@pytest.fixture
async def court(database_url: URL, monkeypatch: pytest.MonkeyPatch, jobs_by_request: None) -> AsyncIterator[Court]:
    async with open_wired_bot(database_url, monkeypatch) as wired:
        await wired.discord.join(COURT)
        court = Court(wired)
        await court.use("event create", name=EVENT, direction="HIGH")
        yield court
        wired.expect_what_failed()
        assert await tables.rows(wired.backend.database, Job) == []


async def test_roles_are_given_and_taken_as_the_overall_board_moves(court: Court) -> None:
    await court.award(KING, "number one")
    await court.award(FINALIST, "top three")
    told = await court.award(STRONG, "elo", elo=1100)
    assert "1100 Elo or more" in told
    assert "`/event role award:nobody` ends that" in told
    first = {"King": {"ana"}, "Finalist": {"ana", "ben", "cy"}, "Strong": {"ana"}}
    assert await court.close((ANA, 100), (BEN, 90), (CY, 80), (DAN, 70)) == first
    second = await court.close((DAN, 200), (BEN, 95))
    assert second == {"King": {"dan"}, "Finalist": {"dan", "ben", "ana"}, "Strong": {"dan"}}
    await court.use("weekly-undo", event=EVENT)
    assert await court.roles() != second
    await court.use("weekly-reset", event=EVENT)
    assert await court.roles() == second
    admin, services = actor(ADMIN, COURT), court.wired.backend.real.services
    removed = await services.removals.remove(admin, EVENT, DAN.id, "200", reruns_week=True)
    assert (await court.roles())["King"] != {"dan"}
    await services.removals.restore(admin, EVENT, DAN.id, f"#{removed.submission.id}", reruns_week=True)
    assert await court.roles() == second
    court.members.left.add(DAN.id)
    ended = await court.award(KING, "nobody")
    assert ended.startswith(f"Role no longer awarded\n**{EVENT}** awards <@&{KING.id}> to nobody any more.")
    await court.award(FINALIST, "nobody")
    assert await court.roles() == {"King": {"dan"}, "Strong": {"dan"}, "Finalist": {"dan"}}
    await court.award(STRONG, "nobody")
    await court.roles()
    assert await tables.rows(court.wired.backend.database, EventRole) == []
    assert await tables.rows(court.wired.backend.database, RoleGrant) == []


@pytest.mark.one_database
async def test_who_has_a_role_from_two_events_keeps_it_until_both_take_it(court: Court) -> None:
    await court.use("event create", name="Sprint", direction="HIGH")
    await court.use("submit-score", ANA, event="Sprint", score="100")
    for event in (EVENT, "Sprint"):
        await court.use("event role", event=event, role=KING, award="number one")
    await court.close((ANA, 100), (BEN, 90))
    await court.use("weekly-reset", event="Sprint")
    assert await court.roles() == {"King": {"ana"}}
    assert await court.close((BEN, 1000)) == {"King": {"ana", "ben"}}
    await court.use("event role", event="Sprint", role=KING, award="nobody")
    assert await court.roles() == {"King": {"ben"}}


async def test_who_loses_a_role_in_two_events_at_once_has_it_no_more(court: Court) -> None:
    await court.use("event create", name="Sprint", direction="HIGH")
    for event in (EVENT, "Sprint"):
        await court.use("event role", event=event, role=KING, award="number one")
        for player, score in ((ANA, 100), (BEN, 90)):
            await court.use("submit-score", player, event=event, score=str(score))
    court.wired.backend.clock.move(weeks=1)
    for event in (EVENT, "Sprint"):
        await court.use("weekly-reset", event=event)
    assert await court.roles() == {"King": {"ana"}}
    for event in (EVENT, "Sprint"):
        await court.use("submit-score", CY, event=event, score="1000")
    court.wired.backend.clock.move(weeks=1)
    for event in (EVENT, "Sprint"):
        await court.use("weekly-reset", event=event)

    assert await court.roles() == {"King": {"cy"}}


async def test_roles_follow_corrections_of_the_open_week_and_who_comes_back(court: Court) -> None:
    await court.award(KING, "number one")
    assert await court.close((ANA, 100), (BEN, 90), (CY, 80)) == {"King": {"ana"}}
    services, admin = court.wired.backend.real.services, actor(ADMIN, COURT)
    await court.use("submit-score", BEN, event=EVENT, score="1000")
    await court.use("submit-score", CY, event=EVENT, score="70")
    await services.removals.remove(admin, EVENT, CY.id, "70")
    assert await court.roles() == {"King": {"ben"}}
    await services.removals.remove(admin, EVENT, BEN.id, "1000")
    assert await court.roles() == {"King": {"ana"}}
    await services.withdrawals.withdraw(admin, ANA.id)
    assert await court.roles() == {"King": {"ben"}}
    await services.withdrawals.bring_back(admin, ANA.id)
    assert await court.roles() == {"King": {"ana"}}


async def test_a_role_of_a_past_season_stays_until_the_next_has_a_board(court: Court) -> None:
    await court.use("event create", name="Sprint", direction="HIGH")
    await court.award(KING, "number one")
    await court.use("event role", event="Sprint", role=FINALIST, award="number one")
    assert await court.close((ANA, 100), (BEN, 90)) == {"King": {"ana"}}
    services, admin = court.wired.backend.real.services, actor(ADMIN, COURT)
    await services.events.begin_again(admin, EVENT)
    await court.use("submit-score", BEN, event="Sprint", score="5")
    court.wired.backend.clock.move(weeks=1)
    await court.use("weekly-reset", event="Sprint")
    assert await court.roles() == {"King": {"ana"}, "Finalist": {"ben"}}
    assert await court.close((BEN, 50)) == {"King": {"ben"}, "Finalist": {"ben"}}
    await court.use("weekly-undo", event=EVENT)
    assert await court.roles() == {"King": {"ana"}, "Finalist": {"ben"}}
    await services.withdrawals.withdraw(admin, ANA.id)
    assert await court.roles() == {"King": {"ben"}, "Finalist": {"ben"}}


@pytest.mark.one_database
async def test_an_erased_player_is_given_no_role_and_nobody_gets_it_instead(court: Court) -> None:
    assert await court.close((ANA, 100), (BEN, 90)) == {}
    await court.wired.backend.real.services.privacy.erase(ANA.id, "Former player")
    await court.award(KING, "number one")
    await court.award(FINALIST, "top three")
    assert await court.roles() == {"Finalist": {"ben"}}


def test_whoever_has_just_the_elo_of_an_award_gets_it() -> None:
    standing = Standing(2, PlayerName(ANA.id, "Ana"), 100, 1100)
    assert [Award.ELO.goes_to(standing, elo) for elo in (1099, 1100, 1101)] == [True, True, False]
    assert not Award.ELO.goes_to(replace(standing, rank=None), 1000)


async def test_who_was_away_at_a_close_gets_the_role_after_the_next_one(court: Court) -> None:
    await court.award(FINALIST, "top three")
    court.members.left.add(ANA.id)
    assert await court.close((ANA, 100), (BEN, 90)) == {"Finalist": {"ben"}}
    court.members.left.clear()
    assert await court.close((BEN, 95)) == {"Finalist": {"ana", "ben"}}


async def test_who_left_and_came_back_gets_the_role_after_the_next_close(court: Court) -> None:
    await court.award(FINALIST, "top three")
    assert await court.close((ANA, 100), (BEN, 90)) == {"Finalist": {"ana", "ben"}}
    # Discord forgets the roles of a member who leaves.
    court.members.have.remove((FINALIST.id, ANA.id))
    assert await court.close((BEN, 95)) == {"Finalist": {"ana", "ben"}}


@pytest.mark.one_database
async def test_a_role_is_given_once_where_another_clock_closed_the_week(court: Court) -> None:
    await court.award(FINALIST, "top three")
    await court.use("submit-score", ANA, event=EVENT, score="100")
    court.wired.backend.clock.move(weeks=1)
    await court.use("weekly-reset", event=EVENT)
    ahead = court.wired.backend.clock.now + timedelta(seconds=1)
    await tables.execute(court.wired.backend.database, update(WeeklyRun).values(ran_at=ahead))
    assert await court.roles() == {"Finalist": {"ana"}}


@pytest.mark.one_database
async def test_a_server_that_asks_for_a_second_factor_is_told_what_to_do(court: Court) -> None:
    await court.award(KING, "number one")
    court.members.asks_for_2fa = True
    await court.close((ANA, 100), (BEN, 90))
    asked = await court.wired.use(ADMIN, "settings", guild=COURT)
    assert "the account that owns the bot has none" in (await asked.finished(2)).text


@pytest.mark.one_database
async def test_a_trouble_with_roles_is_told_no_more_once_it_is_over(court: Court) -> None:
    await court.award(KING, "number one")
    court.members.asks_for_2fa = True
    await court.close((ANA, 100), (BEN, 90))
    [notice] = await tables.rows(court.wired.backend.database, Notice)
    assert notice["trouble"] == "owner has no 2fa"
    court.members.asks_for_2fa = False

    assert await court.close((ANA, 110)) == {"King": {"ana"}}
    asked = await court.wired.use(ADMIN, "settings", guild=COURT)
    assert "Does not work" not in asked.text


@pytest.mark.one_database
async def test_a_trouble_with_roles_just_after_the_start_is_named_later(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    await court.wired.backend.real.services.roles.award(actor(ADMIN, COURT), EVENT, JUDGE.id, Award.FIRST)
    with monkeypatch.context() as unknown:
        # Discord has not sent the servers yet.
        unknown.setattr(court.wired.client, "get_guild", lambda _guild_id: None)
        await court.close((ANA, 100), (BEN, 90))
    assert await tables.rows(court.wired.backend.database, Notice) == []
    [job] = await tables.rows(court.wired.backend.database, Job)
    court.wired.backend.clock.now = job["due_at"]
    await court.roles()
    [notice] = await tables.rows(court.wired.backend.database, Notice)
    assert notice["trouble"] == "role above"


@pytest.mark.one_database
async def test_a_role_that_stands_too_high_keeps_no_other_from_players(court: Court) -> None:
    await court.use("event create", name="Sprint", direction="HIGH")
    for event, role in ((EVENT, JUDGE), ("Sprint", FINALIST)):
        await court.wired.backend.real.services.roles.award(actor(ADMIN, COURT), event, role.id, Award.TOP_THREE)
    for player, score in ((ANA, "100"), (BEN, "90")):
        await court.use("submit-score", player, event="Sprint", score=score)
    court.members.left.add(BEN.id)
    await court.close((ANA, 100), (BEN, 90))
    await court.use("weekly-reset", event="Sprint")
    assert await court.roles() == {"Finalist": {"ana"}}
    [notice] = await tables.rows(court.wired.backend.database, Notice)
    assert (notice["trouble"], notice["place_id"]) == ("role above", JUDGE.id)
    court.members.left.clear()
    assert await court.close((BEN, 95)) == {"Finalist": {"ana", "ben"}}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("module", "limit", "value", "parts"),
    [(roles, "LONGEST_SECONDS", 0.0, [1, 1, 1, 0]), (_service, "AT_A_TIME", 2, [2, 1, 0])],
)
async def test_many_changes_of_roles_are_made_and_noted_in_parts(
    court: Court, monkeypatch: pytest.MonkeyPatch, module: ModuleType, limit: str, value: float, parts: list[int]
) -> None:
    monkeypatch.setattr(module, limit, value)
    await court.award(FINALIST, "top three")
    noted: list[int] = []

    async def note(claim: Claim, done: Sequence[RoleChange], *, is_all: bool) -> None:
        noted.append(len(done))
        await RoleService.note(service, claim, done, is_all=is_all)

    service = court.wired.backend.real.services.roles
    monkeypatch.setattr(service, "note", note)
    assert await court.close((ANA, 100), (BEN, 90), (CY, 80), (DAN, 70)) == {"Finalist": {"ana", "ben", "cy"}}
    assert noted == parts
    await court.wired.backend.real.services.withdrawals.withdraw(actor(ADMIN, COURT), ANA.id)
    assert await court.roles() == {"Finalist": {"ben", "cy", "dan"}}


@pytest.mark.one_database
async def test_a_lost_answer_or_an_ungivable_role_is_made_up_for_and_told(
    court: Court, caplog: pytest.LogCaptureFixture
) -> None:
    await court.award(KING, "number one")
    await court.award(FINALIST, "top three")
    # aiohttp retries once by itself.
    court.wired.discord.fail_next("/roles/", Fault.RESET_AFTER, times=2)
    await court.close((ANA, 100), (BEN, 90))
    [job] = await tables.rows(court.wired.backend.database, Job)
    court.wired.backend.clock.now = job["due_at"]
    assert await court.roles() == {"King": {"ana"}, "Finalist": {"ana", "ben"}}
    caplog.clear()
    court.members.deleted.add(KING.id)
    # The other role is given at once, without another close.
    assert (await court.close((BEN, 200), (CY, 50)))["Finalist"] == {"ana", "ben", "cy"}
    [notice] = await tables.rows(court.wired.backend.database, Notice)
    assert (notice["trouble"], notice["place_id"]) == ("role gone", KING.id)
    asked = await court.wired.use(ADMIN, "settings", guild=COURT)
    assert "One of the roles of events was deleted" in (await asked.finished(2)).text
    await court.award(STRONG, "number one")
    assert await tables.rows(court.wired.backend.database, Notice) == []
    assert (await court.roles())["Strong"] == {"ben"}


@pytest.mark.one_database
async def test_a_role_is_awarded_only_where_the_bot_and_the_admin_may_give_it(court: Court) -> None:
    refereeing = replace(ADMIN, permissions=MANAGE_SERVER, roles=())
    assert "a role above <@&" in await court.award(KING, "number one", refereeing)
    assert "above the bot's role" in await court.award(JUDGE, "number one")
    assert "belongs to everyone" in await court.award(Role("@everyone", 0, id=COURT.id), "number one")
    assert "`award:elo` needs an `elo`" in await court.award(KING, "elo")
    assert "`award:elo` needs an `elo`" in await court.award(KING, "top three", elo=1000)
    assert "Only admins" in await court.award(KING, "number one", replace(ADMIN, permissions=MANAGE_ROLES))
    assert await tables.rows(court.wired.backend.database, EventRole) == []


@pytest.mark.one_database
async def test_a_role_is_awarded_once_the_bot_knows_the_server_after_a_start(court: Court) -> None:
    # Discord has told of the server, and not sent it yet.
    unavailable: Any = {"id": str(COURT.id), "unavailable": True}
    court.wired.client._connection._add_guild_from_data(unavailable)
    assert "The bot is just restarting. Nothing was saved" in await court.award(KING, "number one")
    assert await tables.rows(court.wired.backend.database, EventRole) == []
