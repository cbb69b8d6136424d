"""Suggest values while a user types. Users may send other values, so services check them.

If a function here raises an error, the command tree suggests nothing.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from discord import Interaction
from discord.app_commands import Choice

from bot.cogs._answering import actor_of, guild_of
from bot.cogs._services import services_of
from bot.domain.events import EventState
from bot.domain.time_zones import suggest_time_zones
from bot.domain.weeks import Week
from bot.ui.events import name_season
from bot.ui.moderation import name_submission
from bot.ui.text import isolate, name_week
from bot.ui.weeks import name_pending

MAX_CHOICES = 25
MAX_CHOICE = 100
COMING_WEEKS = 104
WEEKS_AROUND = 6
"""How many weeks before the current one, and how many after it, are suggested."""


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
    pending = await services_of(interaction).weeks.pending(guild_of(interaction), _chosen(interaction, "event"))
    return _fitting(((name_pending(week), str(week.week)) for week in pending), typed)


async def closed_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the closed weeks of the chosen event or season, the latest first, by days and numbers."""
    event, season = _chosen(interaction, "event"), _chosen(interaction, "season")
    closed = await services_of(interaction).standings.closed_weeks(guild_of(interaction), event, season or None)
    return _fitting_weeks(closed, typed)


async def coming_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest weeks, beginning with the current one, by days and numbers."""
    week = await services_of(interaction).events.current_week(guild_of(interaction))
    return _fitting_weeks(accumulate(range(COMING_WEEKS), lambda one, _: one.next(), initial=week), typed)


async def seasons(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the seasons of the chosen event, the latest first."""
    found = await services_of(interaction).events.seasons(guild_of(interaction), _chosen(interaction, "event"))
    return _fitting(((name_season(one), str(one.season)) for one in found), typed)


async def excused_weeks(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the weeks around the current one, the nearest first."""
    current = await services_of(interaction).events.current_week(guild_of(interaction))
    before, after = [current], [current.next()]
    for _ in range(WEEKS_AROUND - 1):
        before.append(before[-1].before())
        after.append(after[-1].next())
    return _fitting_weeks([week for pair in zip(before, after, strict=True) for week in pair], typed)


async def removable_scores(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest to admins the scores of the chosen player that match the typed text."""
    return await _scores(interaction, typed, are_removed=False)


async def removed_scores(interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest to admins the removed scores of the chosen player that match the typed text."""
    return await _scores(interaction, typed, are_removed=True)


async def time_zones(__interaction: Interaction[Any], typed: str) -> list[Choice[str]]:
    """Suggest the time zones that match a name, a city, a country or an abbreviation."""
    return _choices((zone, zone) for zone in suggest_time_zones(typed))


async def _events(interaction: Interaction[Any], typed: str, least: EventState) -> list[Choice[str]]:
    names = await services_of(interaction).events.suggest(guild_of(interaction), typed, least)
    return _choices((isolate(name, MAX_CHOICE), name) for name in names)


async def _scores(interaction: Interaction[Any], typed: str, *, are_removed: bool) -> list[Choice[str]]:
    player = getattr(interaction.namespace, "player", None)
    if player is None:
        return []
    actor, event = actor_of(interaction), _chosen(interaction, "event")
    scores = await services_of(interaction).removals.listed(actor, event, player.id, typed, are_removed=are_removed)
    return _choices((name_submission(score), score.key) for score in scores)


def _chosen(interaction: Interaction[Any], option: str) -> str:
    """Return the value that the user has chosen for another option; empty if there is none."""
    return getattr(interaction.namespace, option, None) or ""


def _fitting_weeks(weeks: Iterable[Week], typed: str) -> list[Choice[str]]:
    return _fitting(((name_week(week), str(week)) for week in weeks), typed)


def _fitting(pairs: Iterable[tuple[str, str]], typed: str) -> list[Choice[str]]:
    """Return the choices whose names contain the typed text."""
    wanted = typed.strip().casefold()
    return _choices((name, value) for name, value in pairs if wanted in name.casefold())


def _choices(pairs: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    return [Choice(name=name[:MAX_CHOICE], value=value) for name, value in list(pairs)[:MAX_CHOICES]]
