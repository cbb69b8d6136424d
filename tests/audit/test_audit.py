"""`/audit`: the actions of admins, as an admin reads them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.cogs.audit import AuditButton, show_audit
from bot.domain.audit import (
    ITSELF,
    Action,
    AuditEntry,
    AuditPage,
    ChangeDetail,
    Detail,
    ImportDetail,
    ScoreDetail,
    SeasonDetail,
)
from bot.domain.rules import Method, Rules
from bot.domain.scores import ScoreFormat
from bot.domain.servers import PlayerName
from bot.domain.text import visible
from bot.ui.card import LONGEST_MESSAGE
from tests.backends import ADMIN, EVENT, NOON, TestBackend
from tests.hostile.texts import HARMLESS, LONG, TELLING
from tests.one_database import on_both_databases, on_one_database
from tests.verification.seasons import ANA
from tests.world import World

pytestmark = on_one_database

SPRINT = "40L Sprint"


def at(**later: float) -> str:
    return f"<t:{int((NOON + timedelta(**later)).timestamp())}:f>"


@on_both_databases
async def test_only_admins_see_who_did_what_when_and_why_the_latest_first(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit("Ana", 100)
    world.clock.move(minutes=5)
    ana = world.member("Ana")
    asked = await world.use(world.admin, "score remove", event=EVENT, player=ana, reason="*spliced*")
    await world.click(world.admin, asked, "Remove")
    asked = await world.use(world.admin, "player withdraw", player=ana)
    await world.click(world.admin, asked, "Withdraw")

    seen = await world.use(world.admin, "audit")

    later, admin = at(minutes=5), f"by <@{world.admin.id}>"
    assert seen.is_private
    assert seen.alone == (
        "Audit log\n"
        f"**withdraw player** · Ana\nleft 0 events\n{later} · {admin}\n"
        f"**remove score** · Tetris Blitz · Ana\n100 points · {at()} · 16–22 Nov 2026\n"
        f"“\\*spliced\\*”\n{later} · {admin}\n"
        f"**event create** · Tetris Blitz\nhighest score\n{at()} · {admin}\n"
        "3 actions"
    )
    assert seen.buttons == {}


async def test_changed_rules_are_told_in_words(world: World) -> None:
    await world.create_event()
    rules = Rules(method=Method.ROBUST, uses_logarithm=True, missed_week_elo=500, min_weeks=3)
    await world.backend.real.services.rules.change(world.as_actor(), EVENT, rules)

    seen = await world.use(world.admin, "audit")

    changes = "method: classic → robust, logarithms: no → yes"
    assert f"{changes}, Elo of a missed week: the usual → 500, weeks before a rank: 1 → 3\n" in seen.alone


@on_both_databases
async def test_it_can_be_about_one_event_and_one_player(world: World) -> None:
    for name in (EVENT, SPRINT):
        await world.create_event(name)
        for who in ("Ana", "Bob"):
            await world.submit(who, 100, name)
            await world.backend.real.services.removals.remove(world.as_actor(), name, world.member(who).id)
            world.clock.move(minutes=2)
    everything: dict[str, dict[str, Any]] = {
        "\n6 actions": {},
        "\n3 actions": {"event": "sprint"},
        "\n2 actions": {"player": world.member("Bob")},
        "\n1 action": {"player": world.member("Bob"), "event": EVENT},
    }
    for footer, filters in everything.items():
        assert (await world.use(world.admin, "audit", **filters)).alone.endswith(footer)
    assert "Tetris" not in await world.use(world.admin, "audit", event=SPRINT)
    assert "Ana" not in await world.use(world.admin, "audit", player=world.member("Bob"))
    assert "never submitted" in await world.refused(world.use(world.admin, "audit", player=world.member("Zoe")))


async def test_pages_are_turned_in_place_after_a_restart_and_by_admins_only(world: World) -> None:
    for number in range(9):
        await world.create_event(f"Event {number}")
    first = await world.use(world.admin, "audit")
    assert "Event 8" in first
    assert "Event 0" not in first
    assert list(first.buttons) == ["Older ›"]
    await world.restart_bot()

    second = await world.click(world.admin, first, "Older ›")
    assert second.is_private
    assert "Event 0\nhighest score\n" in second
    assert list(second.buttons) == ["‹ Newer"]


async def test_an_admin_who_is_none_any_more_turns_no_page(world: World) -> None:
    role, settings = world.guild.create_role("referees"), world.backend.real.services.settings
    await settings.change(world.as_actor(), admin_role_id=role.id)
    for number in range(9):
        await world.create_event(f"Event {number}")
    first = await world.use(world.member("Cy", role=role), "audit")
    await settings.change(world.as_actor(), admin_role_id=world.guild.id)
    assert "Only admins" in await world.refused(world.click("Cy", first, "Older ›"))


async def test_another_servers_actions_are_not_seen_nor_its_events(world: World) -> None:
    await world.create_event()
    rivals = world.add_server("Rivals")
    assert "Admins have done nothing here yet.\n0 actions" in await world.use(rivals.admin, "audit")
    assert "no events yet" in await world.refused(world.use(rivals.admin, "audit", event=EVENT))


@pytest.mark.parametrize("action", [Action.BEGIN_AGAIN, Action.EDIT_EVENT, Action.REFUSE_SCORE, Action.IMPORT_SCORES])
@pytest.mark.parametrize("text", [*TELLING, LONG])
def test_whatever_was_typed_does_nothing_and_a_full_page_fits_a_message(text: str, action: Action) -> None:
    seen = visible(text)
    details: dict[Action, Detail] = {
        Action.BEGIN_AGAIN: SeasonDetail(2, 1, seen[:100]),
        Action.EDIT_EVENT: ChangeDetail({"name": (seen[:100], seen[:100]), "unit": (seen[:16], None)}),
        Action.REFUSE_SCORE: ScoreDetail(1 - 2**53, ScoreFormat.NUMBER, seen[:16]),
        Action.IMPORT_SCORES: ImportDetail(5000, 5000, run_again=tuple(f"2026-W{week}" for week in range(10, 53))),
    }
    about = seen[:100], PlayerName(ANA, seen[:64])
    entry = AuditEntry(NOON, ITSELF, action, *about, details[action], seen[:300])
    reply = show_audit(AuditPage((entry,) * 8, 1, 1, 1, 3, 24))
    [card] = reply.cards
    assert len(card.text) <= LONGEST_MESSAGE
    assert "by the bot itself" in card.text
    if text in HARMLESS:
        assert f"“{HARMLESS[text]}”" in card.text


async def test_nothing_older_is_asked_of_a_page_past_the_end(backend: TestBackend) -> None:
    await backend.create_event()
    page = await backend.real.services.audit.page(ADMIN, 10**9)
    assert (page.page, page.pages, page.actions) == (0, 1, 1)


def test_an_id_holds_the_greatest_keys() -> None:
    button = AuditButton("older", 2**31 - 1, 9 * 10**18 - 1, 999_999_999)
    assert len(button.custom_id) <= 100


async def test_channels_and_roles_are_named_and_not_numbered(world: World) -> None:
    await world.create_event()
    role = world.guild.create_role("Referees")
    channel = world.channel
    await world.use(world.admin, "board post", event=EVENT)
    await world.use(world.admin, "event edit", event=EVENT, **{"default-channel": channel})
    await world.use(world.admin, "settings", announcements=channel, **{"admin-role": role})
    await world.backend.real.services.settings.change(world.as_actor(), review_channel_id=channel.id)
    await world.use(world.admin, "event role", event=EVENT, role=role, award="nobody")

    await world.use(world.admin, "board remove", event=EVENT)

    seen = await world.use(world.admin, "audit")

    assert "\n**board remove** · Tetris Blitz\n<t:" in seen
    mentioned = (
        f"in channel <#{channel.id}>",
        f"default channel: <#{channel.id}>",
        f"reviews: <#{channel.id}>",
        f"admin role: <@&{role.id}>",
        f"role <@&{role.id}>: nobody",
    )
    assert [one for one in mentioned if one not in seen] == []
    assert re.findall(rf"(?<![#&])(?:{channel.id}|{role.id})", seen.alone) == []


async def test_what_was_changed_of_an_event_is_told_in_words(world: World) -> None:
    await world.create_event()
    first = {"unit": "points", "min": "10", "first-week": "2026-W47", "alarm-max": "1,000"}
    for options in (first, {"default-channel": world.channel}, {"default-channel": world.channel}, {"active": True}):
        await world.use(world.admin, "event edit", event=EVENT, **options)
    await world.use(world.admin, "event archive", event=EVENT)

    told = (await world.use(world.admin, "audit")).alone.splitlines()

    assert told[2:-1:3] == [
        "archived",
        "out of the archive",
        f"default channel: <#{world.channel.id}> → none",
        f"default channel: <#{world.channel.id}>",
        "unit: points, min: 10, first week: 2026-W47, alarm max: 1,000",
        "highest score",
    ]


async def test_a_new_name_is_told_with_the_former_one(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "event edit", event=EVENT, name="Speed")

    assert "**event edit** · Speed\nname: Tetris Blitz → Speed\n" in (await world.use(world.admin, "audit")).alone
