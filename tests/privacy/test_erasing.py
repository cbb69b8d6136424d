"""An erased user is nowhere in the database, and all other users' numbers stay the same."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.database.models import EventRole, HeldScore, Job, Post, RoleGrant, ScoreSubmission
from bot.domain.jobs import JobKind
from bot.domain.privacy import blot
from bot.domain.reminders import Reminder
from bot.domain.reviews import Review
from bot.domain.roles import Award
from bot.domain.servers import NewMember, is_former
from bot.domain.standings import Board
from bot.domain.text import MAX_REASON
from bot.errors import NeverSubmitted, NothingHeld, NothingStored, ScoreHeld
from bot.services.events import EventOptions
from bot.ui.audit import audit_card
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend

ZOE = 777_000_111_222_333_444
NAME, ELSEWHERE, ACCOUNT = "Zoë Quartz", "Quartzina", "quartz.zoe"
OTHER_GUILD, OTHER_EVENT = 2002, "Sprint"
ELSEWHERE_ADMIN, ZOE_AS_ADMIN = replace(ADMIN, guild_id=OTHER_GUILD), replace(ADMIN, discord_id=ZOE)
STAND_IN = "Former player"
BOARDS = [(guild, event, board) for guild, event in ((GUILD, EVENT), (OTHER_GUILD, OTHER_EVENT)) for board in Board]


async def submit_as_zoe(backend: TestBackend, score: int, event: str = EVENT, **changes: Any) -> None:
    known = {"username": ACCOUNT, "display_name": NAME, "proof": "https://example.com/quartz"}
    await backend.submit(ZOE, score, event, **{**known, **changes})


@pytest.fixture
async def played(backend: TestBackend) -> TestBackend:
    """Two servers in which Zoe has done everything, and has had everything done to her."""
    real = backend.real.services
    await backend.create_event()
    await backend.create_event("LOW", OTHER_EVENT, actor=ELSEWHERE_ADMIN)
    for score in (300, 250, 280):
        await submit_as_zoe(backend, score)
        await backend.submit_all({1: score - 50, 2: score + 10, 3: score / 2})
        await real.excuses.excuse(ZOE_AS_ADMIN, 3, "next week", EVENT, f"{NAME} says so")
        await real.weeks.run(ZOE_AS_ADMIN, EVENT, early=True)
        backend.clock.move(weeks=1)
    await submit_as_zoe(backend, 7, OTHER_EVENT, guild_id=OTHER_GUILD, display_name=ELSEWHERE)
    await backend.submit(2, 10, OTHER_EVENT, guild_id=OTHER_GUILD)
    ben = NewMember(2, "player2", "Player 2")
    await real.additions.add(ZOE_AS_ADMIN, EVENT, ben, 400, backend.clock.now, "seen on his screen")
    await real.removals.remove(ZOE_AS_ADMIN, EVENT, 2, reason=f"as bad as <@{ZOE}>")
    await real.removals.remove(ADMIN, EVENT, 1, "250", f"taken from {NAME.upper()}; quartzites are stones")
    await real.removals.remove(ADMIN, EVENT, ZOE, "280", "spliced")
    await real.excuses.excuse(ADMIN, ZOE, "2026-W52", reason="ill")
    await real.events.edit(ADMIN, EVENT, EventOptions(alarm_min="999"))
    for submission in (submit_as_zoe(backend, 500), backend.submit(1, 501)):
        with suppress(ScoreHeld):
            await submission
    await real.events.edit(ADMIN, EVENT, EventOptions(alarm_min="none"))
    [of_ben] = [row for row in await tables.rows(backend.database, HeldScore) if row["score"] == 501]
    await real.reviews.refuse(ZOE_AS_ADMIN, of_ben["id"], f"ask {ACCOUNT}")
    for guild in (GUILD, OTHER_GUILD):
        await real.reminders.switch(guild, ZOE, Reminder.RESULTS, is_on=True)
    await real.reminders.switch(GUILD, 1, Reminder.RESULTS, is_on=True)
    await real.reminders.follow(GUILD, 1, ZOE)
    await tables.execute(
        backend.database,
        insert(EventRole).values(id=1, event_id=1, role_id=555, award=Award.TOP_THREE),
        insert(RoleGrant).values(award_id=1, discord_id=ZOE, given_at=backend.clock.now),
        insert(Post).values(kind=JobKind.BOARD, key="1", guild_id=GUILD, event_id=1, channel_id=5, nonce=6),
        update(Job).where(Job.key == f"{GUILD}:1").values(last_error=f"DELETE /members/{ZOE}: 500"),
    )
    await backend.rate()
    return backend


async def boards(backend: TestBackend) -> list[Any]:
    """Return all boards of both servers, without the names and ids of former players."""
    standings = backend.real.services.standings
    pages = [await standings.page(guild, event, board, 0, viewer_id=0) for guild, event, board in BOARDS]
    return [
        (
            one.rank,
            one.score,
            one.elo,
            one.weekly_average,
            None if one.player.discord_id in (ZOE, *former) else one.player,
        )
        for page in pages
        for former in [{row.player.discord_id for row in page.standings if is_former(row.player.discord_id)}]
        for one in page.standings
    ]


async def erase(backend: TestBackend, discord_id: int = ZOE) -> None:
    await backend.real.services.privacy.erase(discord_id, STAND_IN)


async def test_an_erased_user_is_nowhere_and_others_are_as_before(played: TestBackend) -> None:
    before = await boards(played)
    stored = repr(await tables.contents(played.database))
    assert str(ZOE) in stored
    await erase(played)

    after = await tables.contents(played.database)
    found = [(table, row) for table, rows in after.items() for row in rows if f"{ZOE}" in repr(row)]
    named = [(table, row) for table, rows in after.items() for row in rows if "quartz" in repr(row).casefold()]
    assert found == []
    # A longer word that begins with a name is a different word.
    assert {row["removal_reason"] if "removal_reason" in row else row["reason"] for _, row in named} == {
        f"taken from {STAND_IN}; quartzites are stones"
    }
    assert await boards(played) == before
    assert await played.differences() == []
    kept = [row["reason"] for row in after["audit_log"] if row["reason"] is not None]
    assert {"seen on his screen", f"as bad as {STAND_IN}", f"{STAND_IN} says so", f"ask {STAND_IN}"} <= {*kept}
    assert not {"spliced", "ill"} & {*kept}
    assert [row["key"] for row in after["jobs"] if row["kind"] is JobKind.REMINDER] == [f"{GUILD}:1"]
    assert not any(row["kind"] is JobKind.REVIEW for row in after["jobs"])
    assert [row["due_at"] for row in after["jobs"] if row["kind"] is JobKind.BOARD] == [played.clock.now]
    with pytest.raises(NothingStored):
        await erase(played)


async def test_former_players_have_no_name_stay_apart_and_come_back_as_new(played: TestBackend) -> None:
    await erase(played)
    await erase(played, 1)
    real = played.real.services
    page = await played.page()
    former = [row.player for row in page.standings if is_former(row.player.discord_id)]
    assert len({one.discord_id for one in former}) == 2
    assert {one.name for one in former} == {STAND_IN}
    with pytest.raises(NeverSubmitted):
        await real.withdrawals.withdraw(ADMIN, ZOE)
    table = f"player,score,time\n{STAND_IN},77,2026-11-18\n".encode()
    assert len((await real.transfer.plan_scores(ADMIN, EVENT, table)).bad) == 1
    assert all(change.discord_id > 0 for change in await real.roles.plan("1"))

    await submit_as_zoe(played, 1)

    [again] = [row for row in (await played.page()).standings if row.player.discord_id == ZOE]
    assert (again.score, again.player.name) == (1, NAME)
    assert len((await played.page()).standings) == len(page.standings) + 1


async def test_an_event_with_former_players_is_exported_and_made_again(played: TestBackend) -> None:
    await erase(played)
    await erase(played, 2)
    transfer = played.real.services.transfer
    exported = await transfer.export(ADMIN, EVENT)
    assert str(ZOE).encode() not in exported.content

    await transfer.import_event(ELSEWHERE_ADMIN, exported.content)

    for board in (Board.ALL_TIME, Board.OVERALL):
        here, there = [
            await played.real.services.standings.page(guild, EVENT, board, 0, viewer_id=0)
            for guild in (GUILD, OTHER_GUILD)
        ]
        assert there.standings == here.standings
    assert await played.differences() == []


async def test_a_button_of_an_erased_held_score_decides_about_no_other(backend: TestBackend) -> None:
    await backend.create_event(alarm_max="1000")
    real = backend.real.services
    with pytest.raises(ScoreHeld):
        await submit_as_zoe(backend, 5000)
    shown = await real.reviews.look(ADMIN)
    assert isinstance(shown, Review)
    await real.privacy.erase(ZOE, STAND_IN)
    with pytest.raises(ScoreHeld):
        await backend.submit(1, 9000)
    with pytest.raises(NothingHeld):
        await real.reviews.approve(ADMIN, shown.held.id)


async def test_an_admin_who_never_played_is_erased_too(backend: TestBackend) -> None:
    await backend.create_event(actor=ZOE_AS_ADMIN)
    await backend.submit(1, 100)
    reason = "Quartz said it".ljust(MAX_REASON, ".")
    await backend.real.services.removals.remove(ADMIN, EVENT, 1, reason=reason)
    await backend.real.services.privacy.erase(ZOE, STAND_IN, ["Quartz"])
    [row] = await tables.rows(backend.database, ScoreSubmission)
    assert row["removal_reason"] == reason.replace("Quartz", STAND_IN)[:MAX_REASON]
    stored = repr(await tables.contents(backend.database))
    assert (str(ZOE) in stored, "Quartz" in stored) == (False, False)
    assert "by a former admin" in audit_card(await backend.real.services.audit.page(ADMIN, 0)).text


async def test_the_file_has_all_about_a_user_and_no_id_of_another(played: TestBackend) -> None:
    data = await played.real.services.privacy.collect(ZOE, {GUILD: "Arcade"})

    found = json.loads(data.content)
    assert data.file_name == "my-data.json"
    assert (found["discord_id"], found["username"]) == (str(ZOE), ACCOUNT)
    assert [(one["server"], one["name"]) for one in found["servers"]] == [("Arcade", NAME), (None, ELSEWHERE)]
    assert [one["shown"] for one in found["submissions"]] == ["300", "250", "280", "7"]
    removed = found["submissions"][2]
    assert (removed["removed_by"], removed["removal_reason"]) == ("an admin", "spliced")
    details = {one["action"]: one["detail"] for one in found["done_to_you"]}
    assert (details["remove score"]["score"], details["remove score"]["week"]) == (280, "2026-W49")
    assert found["followers"] == [{"server_id": str(GUILD), "server": "Arcade", "number": 1}]
    sizes = {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}
    assert sizes == {
        "servers": 2,
        "submissions": 4,
        "held_scores": 1,
        "bests": 3,
        "weekly_results": 3,
        "weeks_left_out": 0,
        "ratings": 2,
        "excuses": 1,
        "reminders": 2,
        "reminder_jobs": 2,
        "followers": 1,
        "roles": 1,
        "done_to_you": 2,
        "done_by_you": 9,
        "rows_that_name_you_as_admin": 6,
    }
    assert f'"{ADMIN.discord_id}"' not in data.content.decode()
    assert (await played.real.services.privacy.collect(4, {})).content == b""


def test_a_name_is_blotted_out_as_a_word_and_in_scripts_without_gaps() -> None:
    assert blot("Al's score: also al, AL2", ["Al"], "X") == "X's score: also X, AL2"
    assert blot("因为玩家作弊", ["玩家"], "X") == "因为X作弊"
    assert blot("nobody", [], "X") == "nobody"
