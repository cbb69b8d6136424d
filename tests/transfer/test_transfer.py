"""An export recreates the event elsewhere, with every rating and all its history; nothing is imported twice."""

import io
import itertools
import json
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.database.models import Event, Member, ScoreSubmission
from bot.domain.jobs import JobKind
from bot.domain.servers import NewMember
from bot.errors import EventNameTaken, LeaderboardError
from bot.services.servers import Actor
from bot.services.transfer import EventFile, NotAnEventFile, read_event_file
from bot.ui.refusals import tell_mistake
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_one_database
from tests.tracing import untraced

pytestmark = untraced

ELSEWHERE = 2002
_guilds = itertools.count(5000)

a_player = st.integers(1, 4)
an_action = st.one_of(
    st.tuples(st.just("submit"), a_player, st.integers(1, 9)),
    st.tuples(
        st.sampled_from(["remove", "restore", "withdraw", "bring back", "add late", "take out", "excuse"]), a_player
    ),
    st.tuples(st.sampled_from(["next week", "run", "undo"])),
)


class _Kept(io.BytesIO):
    def close(self) -> None:
        """Stay readable after closing."""


async def exported(backend: TestBackend, guild_id: int = GUILD, event: str = EVENT) -> dict[str, bytes]:
    files: dict[str, _Kept] = {}

    def open_file(name: str) -> Any:
        files[name] = _Kept()
        return nullcontext[IO[bytes]](files[name])

    await backend.real.services.transfer.write_files(guild_id, event, open_file, lambda _: None)
    return {name: file.getvalue() for name, file in files.items()}


async def file_of(backend: TestBackend, guild_id: int = GUILD, event: str = EVENT) -> EventFile:
    return read_event_file((await exported(backend, guild_id, event))["event.json"])


async def act(backend: TestBackend, actor: Actor, what: str, player: int = 0, score: int = 0) -> None:
    services = backend.real.services
    backend.clock.move(minutes=1)
    match what:
        case "submit":
            await backend.submit(player, score, guild_id=actor.guild_id)
        case "next week":
            backend.clock.move(weeks=1)
        case "run":
            await services.weeks.run(actor, EVENT, early=True)
        case "undo":
            await services.weeks.undo(actor, EVENT)
        case _:
            await correct(backend, actor, what, player)


async def correct(backend: TestBackend, actor: Actor, what: str, player: int) -> None:
    services = backend.real.services
    match what:
        case "remove":
            await services.removals.remove(actor, EVENT, player, reason="=typo")
        case "restore":
            await services.removals.restore(actor, EVENT, player)
        case "withdraw":
            await services.withdrawals.withdraw(actor, player)
        case "bring back":
            await services.withdrawals.bring_back(actor, player)
        case "add late":
            who = NewMember(player, f"player{player}", f"Player {player}")
            await services.additions.add(actor, EVENT, who, player, backend.clock.now - timedelta(weeks=1))
        case "take out":
            await services.removals.remove(actor, EVENT, player, reruns_week=True)
        case "excuse":
            await services.excuses.excuse(actor, player, "last week", EVENT if player % 2 else None)


async def ratings(backend: TestBackend, guild_id: int) -> Any:
    """Return all ratings in the event of a server, of players with Discord ids."""
    events = await tables.rows(backend.database, Event)
    [event] = [row for row in events if (row["guild_id"], row["name"]) == (guild_id, EVENT)]
    stats = await tables.stats(backend.database, event["id"])
    kept = ("all_time_leaderboard_elo", "weekly_elo_average", "weeks_participated", "calculated_event_elo")
    return {player: [getattr(row, name) for name in kept] for player, row in stats.items()}


@settings(max_examples=8)
@given(season=st.lists(an_action, min_size=8, max_size=40), direction=st.sampled_from(["HIGH", "LOW"]))
async def test_an_event_that_is_carried_elsewhere_is_the_same_there(
    backend: TestBackend, season: list[tuple[Any, ...]], direction: str
) -> None:
    here, there = next(_guilds), next(_guilds)
    actor = replace(ADMIN, guild_id=here)
    event = await backend.create_event(direction, actor=actor, unit="points", max_score="9")
    for what in season:
        with suppress(LeaderboardError):
            await act(backend, actor, *what)
    await backend.real.scoring.recalculate(event.id)
    file = await file_of(backend, here)

    assert not (await backend.real.services.transfer.carry_out(file, there)).is_here

    assert await backend.differences() == []
    assert await file_of(backend, there) == file
    assert await ratings(backend, there) == await ratings(backend, here)
    ours, theirs = await exported(backend, here), await exported(backend, there)
    for name in ("runs.csv", "results.csv", "standings.csv"):
        assert theirs[name] == ours[name]

    before = await tables.contents(backend.database)
    assert (await backend.real.services.transfer.carry_out(file, there)).is_here
    assert await tables.contents(backend.database) == before


async def test_the_copy_goes_on_as_the_event_would(backend: TestBackend) -> None:
    await play(backend)
    await backend.real.services.transfer.carry_out(await file_of(backend), ELSEWHERE)
    there = replace(ADMIN, guild_id=ELSEWHERE)
    for actor in (ADMIN, there):
        for what in (("submit", 3, 8), ("bring back", 2), ("bring back", 4), ("undo",), ("run",), ("restore", 1)):
            await act(backend, actor, *what)
            backend.clock.move(minutes=-1)
    for event in (1, 2):
        await backend.real.scoring.recalculate(event)
    assert await backend.differences() == []
    assert await ratings(backend, ELSEWHERE) == await ratings(backend, GUILD)


async def play(backend: TestBackend) -> None:
    await backend.create_event()
    doings: tuple[tuple[Any, ...], ...] = (
        *(("submit", player, 5 + player) for player in (1, 2, 3)),
        *(("run",), ("next week",), ("submit", 1, 9), ("submit", 3, 2)),
        *(("submit", 4, 7), ("withdraw", 2), ("withdraw", 4), ("run",), ("remove", 1)),
    )
    for what in doings:
        await act(backend, ADMIN, *what)
    await backend.real.scoring.recalculate(1)


async def test_another_event_of_that_name_is_left_alone(backend: TestBackend) -> None:
    await play(backend)
    file = await file_of(backend)
    await backend.create_event(name=EVENT.upper(), actor=replace(ADMIN, guild_id=ELSEWHERE))
    before = await tables.contents(backend.database)
    for doing in (backend.real.services.transfer.plan, backend.real.services.transfer.carry_out):
        with pytest.raises(EventNameTaken):
            await doing(file, ELSEWHERE)
    assert await tables.contents(backend.database) == before


async def test_members_of_the_server_keep_their_names_and_take_part_as_there(backend: TestBackend) -> None:
    await play(backend)
    await backend.create_event(name="Another", actor=replace(ADMIN, guild_id=ELSEWHERE))
    await backend.submit(2, 1, "Another", guild_id=ELSEWHERE, display_name="Bobby")
    plan = await backend.real.services.transfer.carry_out(await file_of(backend), ELSEWHERE)
    assert (plan.players, plan.newcomers, plan.submissions, plan.runs) == (4, 3, 6, 2)
    members = {
        row["player_id"]: (row["display_name"], row["withdrawn_at"] is None)
        for row in await tables.rows(backend.database, Member)
        if row["guild_id"] == ELSEWHERE
    }
    assert members == {1: ("Player 1", True), 2: ("Bobby", True), 3: ("Player 3", True), 4: ("Player 4", False)}
    assert await backend.differences() == []
    assert (await ratings(backend, ELSEWHERE))[2][0] is not None


BROKEN: dict[str, tuple[str, Any, str]] = {
    "no such format": ("format", "chess", "format: an exported event has something else"),
    "a newer version": ("version", 2, "version: an exported event has something else"),
    "an unknown rule": ("rules", {}, "rules: an exported event has nothing of this name"),
    "an empty part": ("event statistics", {}, "event statistics count: this is missing"),
    "an infinite score": ("submissions 0 score", 1e400, "submissions 1 score: this is too great"),
    "a score beyond all": ("submissions 0 score", 1e17, "submissions 1 score: this is too great"),
    "no such week": ("submissions 1 week", "2026-W54", "submissions 2 week: Write the week as year and number"),
    "a time of no zone": ("submissions 0 submitted_at", "2026-11-18T12:00:00", "submissions 1 submitted_at: an"),
    "a removal by nobody": ("submissions 0 removed_by", "1", "submissions 1: removed_at and removed_by"),
    "a stranger": ("submissions 0 player", "77", "a player is missing"),
    "a player twice": ("players 0 discord_id", "2", "a player is there twice"),
    "a run twice": ("runs 0 week", "2026-W48", "a week is there twice"),
    "no name": ("event name", "\u200b", "event name: An event"),
    "a proof that is no link": (
        "submissions 0 proof",
        "javascript:x",
        "submissions 1 proof: The proof must be a link",
    ),
}


@on_one_database
async def test_a_file_with_a_mistake_is_refused_with_its_place(backend: TestBackend) -> None:
    await play(backend)
    whole = (await exported(backend))["event.json"]
    found = {what: mistakes_of(json.loads(whole), where, value) for what, (where, value, _) in BROKEN.items()}
    wrong = {
        what: found[what]
        for what, (*_, told) in BROKEN.items()
        if not any(mistake.startswith(told) for mistake in found[what])
    }
    assert wrong == {}


def mistakes_of(document: Any, where: str, value: Any) -> tuple[str, ...]:
    """Return the reported mistakes of an exported event with one changed value."""
    *path, last = [int(part) if part.isdigit() else part for part in where.split()]
    part = document
    for step in path:
        part = part[step]
    part[last] = value
    try:
        read_event_file(json.dumps(document).encode())
    except NotAnEventFile as refusal:
        return tuple(map(tell_mistake, refusal.mistakes))
    return ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"null", b'{"format": '])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnEventFile):
        read_event_file(content)


async def test_a_file_that_lies_about_what_follows_from_the_log_is_corrected(backend: TestBackend) -> None:
    await play(backend)
    document = json.loads((await exported(backend))["event.json"])
    document["event"]["statistics"]["mean"] = 10**6
    document["runs"][0]["field_spread"] = 10**6
    await backend.real.services.transfer.carry_out(read_event_file(json.dumps(document).encode()), ELSEWHERE)
    assert await backend.differences() == []
    assert await ratings(backend, ELSEWHERE) == await ratings(backend, GUILD)


async def test_imported_scores_next_to_nothing_are_zero_and_can_be_closed(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({1: 1, 2: 2, 3: 3, 4: 4})
    document = json.loads((await exported(backend))["event.json"])
    for row, score in zip(document["submissions"], (1e-170, -0.0, 2e-170, -3e-170), strict=True):
        row["score"] = score
    await backend.real.services.transfer.carry_out(read_event_file(json.dumps(document).encode()), ELSEWHERE)
    admin = replace(ADMIN, guild_id=ELSEWHERE)
    await backend.real.services.weeks.run(admin, EVENT, early=True)
    scores = [one.score for one in (await file_of(backend, ELSEWHERE)).submissions]
    assert list(map(repr, scores)) == ["0.0"] * 4
    assert await backend.differences() == []


FOLLOWS = {
    Event: {
        *("id", "guild_id", "name_key", "default_channel_id", "board_channel_id", "gives_roles"),
        *("version", "scores_version", "elo_version", "elo_base", "elo_per_sigma"),
        *("elo_field_version", "elo_origin", "elo_centre", "elo_spread", "elo_submission_id"),
        *("week_number", "week_count", "week_origin", "week_mean", "week_m2", "week_m2_peak"),
    },
    ScoreSubmission: {"id", "interaction_id", "event_id", "import_id"},
}
"""The columns that a file need not contain, because the copy has its own or they follow from the rest."""
CARRIED = {
    Event: {
        *("name", "is_active", "score_direction", "score_format", "score_unit", "min_score", "max_score"),
        *("alarm_elo", "alarm_min", "alarm_max"),
        *("method", "uses_logarithm", "attendance", "best_of", "last_weeks", "all_time_weight", "missed_week_elo"),
        *("min_weeks", "min_field"),
        *("season", "season_of", "first_week", "last_week"),
        *("score_count", "score_origin", "score_mean", "score_m2", "score_m2_peak"),
    },
    ScoreSubmission: {
        *("player_id", "score", "week_number", "made_in_week", "proof", "submitted_at"),
        *("removed_at", "removed_by", "removal_reason", "is_omitted", "is_late", "added_by"),
    },
}


@pytest.mark.parametrize("table", FOLLOWS)
def test_a_new_column_of_an_event_or_its_log_is_thought_of_in_the_file(table: Any) -> None:
    assert {column.name for column in table.__table__.columns} == FOLLOWS[table] | CARRIED[table]


async def test_the_end_of_an_event_is_told_where_it_was_carried_to(backend: TestBackend) -> None:
    await backend.create_event(last_week="2026-W48")
    await backend.submit(1, 100)
    whole = (await exported(backend))["event.json"]

    await backend.real.services.transfer.import_event(replace(ADMIN, guild_id=3003), whole)

    [here, there] = await tables.jobs(backend.database, JobKind.FINAL)
    assert {here["key"], there["key"]} == {"1:202648", "2:202648"}
    assert there["due_at"] == datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("number", [0, 1])
async def test_a_season_not_yet_over_where_it_is_carried_is_an_event_of_its_own(
    backend: TestBackend, number: int
) -> None:
    events, there = backend.real.services.events, replace(ADMIN, guild_id=3003)
    await backend.create_event()
    seasons = []
    for _ in range(2):
        await backend.submit(1, 100)
        await backend.run()
        seasons.append((await events.begin_again(ADMIN, EVENT)).archived.name)
        backend.clock.move(weeks=1)
    whole = (await exported(backend, event=seasons[number]))["event.json"]
    await backend.create_event(actor=there)
    await backend.submit(1, 100, guild_id=3003)
    await backend.real.services.transfer.import_event(there, whole)
    await backend.real.services.weeks.run(there, EVENT, early=True)
    begun = await events.begin_again(there, EVENT)
    assert (begun.event.season, begun.archived.season) == (2, 1)
