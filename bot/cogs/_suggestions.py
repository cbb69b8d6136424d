"""Suggest values while a user types. Users may send other values, so services check them."""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from discord import Interaction
from discord.app_commands import Choice

from bot.cogs._answering import actor_of
from bot.cogs._services import services_of
from bot.domain.events import EventState
from bot.domain.time_zones import suggest_time_zones
from bot.domain.weeks import Week
from bot.errors import EventNotFound, NotAllowed, SeasonUnknown
from bot.ui.events import name_season
from bot.ui.moderation import name_submission
from bot.ui.text import isolate, name_week
from bot.ui.weeks import name_pending

MAX_CHOICES = 25
MAX_CHOICE = 100
COMING_WEEKS = 104
WEEKS_AROUND = 6
"""How many weeks up to the current one, and as many after it, are suggested."""


async def open_events(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the events of the server that take scores."""
    return await _events(interaction, typed, EventState.OPEN)


async def kept_events(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the events of the server that are not archived."""
    return await _events(interaction, typed, EventState.KEPT)


async def all_events(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the events of the server, including archived ones."""
    return await _events(interaction, typed, EventState.ARCHIVED)


async def pending_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the weeks of the chosen event that can be closed."""
    if interaction.guild_id is None:
        return []
    event = getattr(interaction.namespace, "event", None) or ""
    try:
        pending = await services_of(interaction).weeks.pending(interaction.guild_id, event)
    except EventNotFound:
        return []
    weeks = [(name_pending(week), str(week.week)) for week in pending]
    return _choices((name, value) for name, value in weeks if typed.strip().casefold() in name.casefold())


async def closed_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the closed weeks of the chosen event or season, the latest first, by their days and their numbers."""
    if interaction.guild_id is None:
        return []
    event, season = (getattr(interaction.namespace, name, None) or "" for name in ("event", "season"))
    try:
        closed = await services_of(interaction).standings.closed_weeks(interaction.guild_id, event, season or None)
    except (EventNotFound, SeasonUnknown):
        return []
    return _choices(_fitting(closed, typed))


async def coming_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest weeks from the current one on, by their days and their numbers."""
    if interaction.guild_id is None:
        return []
    week = await services_of(interaction).events.current_week(interaction.guild_id)
    weeks = accumulate(range(COMING_WEEKS), lambda one, _: one.next(), initial=week)
    return _choices(_fitting(weeks, typed))


async def seasons(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the seasons of the chosen event, the latest first."""
    if interaction.guild_id is None:
        return []
    event = getattr(interaction.namespace, "event", None) or ""
    try:
        found = await services_of(interaction).events.seasons(interaction.guild_id, event)
    except EventNotFound:
        return []
    named = [(name_season(one), str(one.season)) for one in found]
    return _choices((name, value) for name, value in named if typed.strip().casefold() in name.casefold())


async def excused_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the weeks around the current one, the nearest first."""
    if interaction.guild_id is None:
        return []
    current = await services_of(interaction).events.current_week(interaction.guild_id)
    before, after = [current], [current.next()]
    for _ in range(WEEKS_AROUND - 1):
        before.append(before[-1].before())
        after.append(after[-1].next())
    return _choices(_fitting([week for pair in zip(before, after, strict=True) for week in pair], typed))


async def removable_scores(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest to admins the scores of the chosen player that fit what they type."""
    return await _scores(interaction, typed, are_removed=False)


async def removed_scores(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest to admins the removed scores of the chosen player that fit what they type."""
    return await _scores(interaction, typed, are_removed=True)


async def _scores(interaction: Interaction[Any], typed: str, *, are_removed: bool) -> list[Choice[str]]:
    player = getattr(interaction.namespace, "player", None)
    event = getattr(interaction.namespace, "event", None) or ""
    services = services_of(interaction)
    if interaction.guild_id is None or player is None:
        return []
    try:
        actor = actor_of(interaction)
        scores = await services.removals.listed(actor, event, player.id, typed, are_removed=are_removed)
    except (EventNotFound, NotAllowed):
        return []
    return _choices((name_submission(score), score.key) for score in scores)


async def time_zones(__interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the time zones that a name, a city, a country or an abbreviation means."""
    return _choices((zone, zone) for zone in suggest_time_zones(typed))


async def _events(interaction: Interaction[Any], typed: str, least: EventState) -> list[Choice[str]]:
    if interaction.guild_id is None:
        return []
    names = await services_of(interaction).events.suggest(interaction.guild_id, typed, least)
    return _choices((isolate(name, MAX_CHOICE), name) for name in names)


def _fitting(weeks: Iterable[Week], typed: str) -> Iterable[tuple[str, str]]:
    """Return those weeks whose name has what was typed, with their names."""
    wanted, named = typed.strip().casefold(), ((name_week(week), str(week)) for week in weeks)
    return ((name, value) for name, value in named if wanted in name.casefold())


def _choices(pairs: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    return [Choice(name=name[:MAX_CHOICE], value=value) for name, value in list(pairs)[:MAX_CHOICES]]
