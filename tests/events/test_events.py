"""Events of a server: create, change, archive, list, find and suggest them."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL

from bot.database.models import Event
from bot.domain.events import EventInfo, EventState
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.standings import Board
from bot.domain.text import MAX_EVENT_NAME
from bot.errors import DirectionFixed, EventNameTaken, EventNotFound, InvalidBound, InvalidName, InvalidSetting
from bot.services.events import EventOptions
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.sessions import writing

NEIGHBOUR = replace(ADMIN, guild_id=2002)


async def edit(backend: TestBackend, event: str = EVENT, **options: Any) -> EventInfo:
    return (await backend.real.services.events.edit(ADMIN, event, EventOptions(**options))).event


async def find(backend: TestBackend, event: str | int, guild_id: int = GUILD) -> EventInfo:
    return (await backend.real.services.standings.page(guild_id, event, Board.ALL_TIME, 0, viewer_id=0)).event


async def suggest(backend: TestBackend, typed: str, least: EventState = EventState.OPEN) -> tuple[str, ...]:
    return await backend.real.services.events.suggest(GUILD, typed, least)


async def test_an_event_is_made_with_what_was_said_and_defaults_for_the_rest(backend: TestBackend) -> None:
    plain = await backend.create_event()
    assert plain == EventInfo(plain.id, GUILD, EVENT, ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
    sprint = await backend.create_event(
        "LOW", "  40L\tSprint\u202e ", format=ScoreFormat.TIME, min_score="10", max_score="1:00:00"
    )
    assert (sprint.name, sprint.direction, sprint.style) == (
        "40L Sprint",
        ScoreDirection.LOW,
        ScoreStyle(ScoreFormat.TIME),
    )
    assert (sprint.min_score, sprint.max_score) == (10, 3600)
    assert (await backend.create_event(name="Blitz", unit=" points ")).style == ScoreStyle(unit="points")
    assert await find(backend, "40l sprint") == sprint


async def test_an_option_that_cannot_be_taken_makes_no_event(backend: TestBackend) -> None:
    refusals: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"name": " \u200b "}, InvalidName),
        ({"name": "a" * (MAX_EVENT_NAME + 1)}, InvalidName),
        ({"unit": "a" * 17}, InvalidName),
        ({"unit": "pts", "format": ScoreFormat.TIME}, InvalidSetting),
        ({"min_score": "2", "max_score": "1"}, InvalidSetting),
        ({"min_score": "abc"}, InvalidBound),
        ({"min_score": "15.020"}, InvalidBound),
        ({"min_score": "1,234", "locale": "de"}, InvalidBound),
        ({"max_score": "1:00"}, InvalidBound),
        ({"max_score": "9007199254740992"}, InvalidBound),
    ]
    for options, error in refusals:
        with pytest.raises(error):
            await backend.create_event(**options)
    assert await tables.rows(backend.database, Event) == []


async def test_a_name_is_taken_in_every_spelling_of_its_case(backend: TestBackend) -> None:
    other = await backend.create_event(name="Other")
    for name, same in (
        ("Tetris Blitz", "tetris  BLITZ"),
        ("Straße", "STRASSE"),
        ("İzmir", "i̇zmir"),
        ("Café", "CAFE\u0301"),
    ):
        await backend.create_event(name=name)
        with pytest.raises(EventNameTaken):
            await backend.create_event(name=same)
        with pytest.raises(EventNameTaken):
            await edit(backend, "Other", name=same)
    assert await find(backend, "other") == other


async def test_a_name_is_free_in_another_server_and_taken_by_an_archived_event(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(actor=NEIGHBOUR)
    await backend.real.services.events.archive(ADMIN, EVENT)
    with pytest.raises(EventNameTaken):
        await backend.create_event()


async def test_of_admins_who_make_the_same_event_at_once_one_does(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        outcomes = await asyncio.gather(
            *(process.create_event() for process in (one, other, one, other)), return_exceptions=True
        )
        assert Counter(type(outcome) for outcome in outcomes) == {EventInfo: 1, EventNameTaken: 3}


async def test_of_admins_who_give_the_same_name_at_once_one_does(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        for name in ("Blitz", "Sprint"):
            await one.create_event(name=name)
        outcomes = await asyncio.gather(
            edit(one, "Blitz", name="Ultra"), edit(other, "Sprint", name="ULTRA"), return_exceptions=True
        )
        assert Counter(type(outcome) for outcome in outcomes) == {EventInfo: 1, EventNameTaken: 1}


async def test_an_edit_changes_what_it_names_and_nothing_else(backend: TestBackend) -> None:
    event = await backend.create_event(unit="points", min_score="1", max_score="1,000")
    await backend.submit(1, 500)
    assert await edit(backend, max_score="2000.5") == replace(event, max_score=2000.5)
    assert await edit(backend, name="TETRIS blitz") == replace(event, max_score=2000.5, name="TETRIS blitz")
    assert (await edit(backend, unit="None", min_score="none")).style == ScoreStyle()
    assert await edit(backend, format=ScoreFormat.TIME) == replace(
        event, name="TETRIS blitz", style=ScoreStyle(ScoreFormat.TIME), min_score=None, max_score=2000.5
    )
    assert [row.score for row in (await backend.page()).standings] == [500]


async def test_an_edit_that_cannot_be_taken_changes_nothing(backend: TestBackend) -> None:
    event = await backend.create_event(unit="points", min_score="10")
    for options in (
        {"name": "New", "max_score": "9"},
        {"format": ScoreFormat.TIME},
        {"unit": "\u200b"},
        {"locale": "de"},
        {},
    ):
        with pytest.raises((InvalidSetting, InvalidName)):
            await edit(backend, **options)
    assert await find(backend, EVENT) == event


async def test_a_direction_changes_only_while_nothing_was_compared_by_it(backend: TestBackend) -> None:
    await backend.create_event("HIGH")
    assert (await edit(backend, direction=ScoreDirection.LOW)).direction is ScoreDirection.LOW
    await backend.submit_all({1: 100, 2: 50})
    assert await backend.elos() == {1: 800, 2: 1200}

    with pytest.raises(DirectionFixed):
        await edit(backend, direction=ScoreDirection.HIGH)
    assert (await edit(backend, direction=ScoreDirection.LOW)).direction is ScoreDirection.LOW
    await backend.run()
    for player in (1, 2):
        await backend.real.services.removals.remove(ADMIN, EVENT, player)
    # No score is left, but a week is closed.
    with pytest.raises(DirectionFixed):
        await edit(backend, direction=ScoreDirection.HIGH)
    await backend.undo()
    assert (await edit(backend, direction=ScoreDirection.HIGH)).direction is ScoreDirection.HIGH
    await backend.submit_all({1: 100, 2: 50})
    assert await backend.elos() == {1: 1200, 2: 800}
    await backend.rate()
    assert await backend.differences() == []


async def test_new_bounds_leave_scores_as_they_are_and_say_how_many_lie_outside(backend: TestBackend) -> None:
    await backend.create_event("LOW", min_score="-20")
    await backend.submit_all({1: -20, 2: -3, 3: 0, 4: 5})
    changes: list[dict[str, Any]] = [{"min_score": "-3"}, {"max_score": "0"}, {"min_score": "0"}, {"unit": "strokes"}]
    changes += [{"min_score": "none", "max_score": "none"}]

    done = [await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(**options)) for options in changes]

    assert [change.outside for change in done] == [1, 2, 3, 0, 3]
    assert [row.score for row in (await backend.page()).standings] == [-20, -3, 0, 5]


async def test_a_list_has_the_active_events_by_name_and_then_the_archived_ones(backend: TestBackend) -> None:
    for name in ("Ultra", "blitz", "Álamo", "Ante"):
        await backend.create_event(name=name)
    await backend.create_event(name="Elsewhere", actor=NEIGHBOUR)
    await backend.submit(1, 100, "blitz")
    await backend.submit(2, 100, "blitz")
    await backend.real.services.events.archive(ADMIN, "Ante")
    listed = await backend.real.services.events.list(GUILD)
    assert [(entry.event.name, entry.event.is_active, entry.players) for entry in listed][-1] == ("Ante", False, 0)
    assert {entry.event.name: entry.players for entry in listed[:3]} == {"blitz": 2, "Ultra": 0, "Álamo": 0}
    assert [entry.event.name for entry in listed[:2]] == ["blitz", "Ultra"]


async def test_an_event_of_another_server_is_not_found_by_name_or_key(backend: TestBackend) -> None:
    event = await backend.create_event()
    for wanted in (EVENT, str(event.id), event.id):
        with pytest.raises(EventNotFound):
            await find(backend, wanted, NEIGHBOUR.guild_id)
    for change in (backend.real.services.events.archive(NEIGHBOUR, EVENT), backend.run(event=f"{event.id}")):
        with pytest.raises(EventNotFound):
            await change
    assert await backend.real.services.events.suggest(NEIGHBOUR.guild_id, "") == ()


async def test_suggestions_contain_what_was_typed_whatever_its_case(backend: TestBackend) -> None:
    for name in ("Tetris Blitz", "40L Sprint", "Straße", "İzmir"):
        await backend.create_event(name=name)
    assert await suggest(backend, "") == ("40L Sprint", "İzmir", "Straße", "Tetris Blitz")
    assert await suggest(backend, "  BLI") == ("Tetris Blitz",)
    assert await suggest(backend, "rASSe") == ("Straße",)
    assert await suggest(backend, "i̇z") == ("İzmir",)
    assert await suggest(backend, "nothing like it") == ()


async def test_wildcards_of_the_database_are_letters_like_all_others(backend: TestBackend) -> None:
    for name in ("100% run", "no_reset", "back\\slash", "plain"):
        await backend.create_event(name=name)
    assert await suggest(backend, "%") == ("100% run",)
    assert await suggest(backend, "_") == ("no_reset",)
    assert await suggest(backend, "\\") == ("back\\slash",)
    assert await suggest(backend, "/") == ()
    assert await suggest(backend, "' OR 1=1 --") == ()


async def test_twenty_five_events_at_the_most_are_suggested_the_first_by_name(backend: TestBackend) -> None:
    async with writing(backend.database) as session:
        for number in range(30):
            name = f"event {number:02}"
            session.add(Event(guild_id=GUILD, name=name, name_key=name, score_direction=ScoreDirection.HIGH))
    assert await suggest(backend, "EVENT") == tuple(f"event {number:02}" for number in range(25))


async def test_archived_events_are_suggested_only_where_they_are_of_use(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.real.services.events.archive(ADMIN, EVENT)
    assert await suggest(backend, "tetris") == ()
    assert await suggest(backend, "tetris", EventState.ARCHIVED) == (EVENT,)
