"""Show the help for newcomers."""

from collections.abc import Mapping
from dataclasses import replace

from discord import Color
from discord.utils import format_dt

from bot.domain.help import Guide
from bot.ui.card import Card, Reply
from bot.ui.refusals import mention_commands
from bot.ui.text import escape

LABELS = {"submit": "Submit a score", "boards": "Leaderboards", "ratings": "How ratings work"}
MOST_NAMED = 2


def show_help(guide: Guide, ids: Mapping[str, int]) -> Reply:
    """Show a user, in private, the steps to a first rated week; `ids` make commands clickable."""
    if guide.events:
        lines, small = _with_events(guide), _closing(guide)
    elif guide.is_admin:
        lines = _before_events(guide)
        small = () if guide.closes_weeks else ("weeks can close by themselves: `/setup`, *Weeks*",)
    else:
        lines, small = _without_events(guide), ()
    return Reply([_clickable(Card("What is this?", lines, small, Color.blurple()), ids)], ephemeral=True)


def show_ratings(guide: Guide, ids: Mapping[str, int]) -> Reply:
    """Show a user, in private, how scores become Elos."""
    scale = guide.scale
    lines = (
        "Elo compares you with all others.",
        f"**{scale.base_elo}** is average, **{scale.base_elo + scale.elo_per_sigma:g}** well above it.",
        "**All-time** your best, beside everyone's",
        "**Week** the same, for that week's bests",
        "**Overall** half all-time, half average week",
        f"A missed week counts **{scale.missed_week_elo}**.",
    )
    small = (
        "your own numbers: `/rating`",
        "a better Elo: `/target`",
        "an event with other rules says so on its board",
    )
    return Reply([_clickable(Card("How ratings work", lines, small, Color.blurple()), ids)], ephemeral=True)


def _before_events(guide: Guide) -> tuple[str, ...]:
    return (
        "Leaderboards for games, with Elo ratings.",
        "**1** Make an event: `/setup`, then *New event*.",
        "**2** Everyone submits: `/submit-score`.",
        "**3** Each score becomes an Elo at once.",
        f"**4** {'Each week closes by itself' if guide.closes_weeks else 'You close each week: `/weekly-reset`'}.",
    )


def _without_events(guide: Guide) -> tuple[str, ...]:
    return (
        "Leaderboards for games, with Elo ratings.",
        "No event takes scores now.",
        "`/events` shows whether one begins." if guide.has_boards else "An admin can make one with `/setup`.",
        "Then submit your scores: `/submit-score`.",
    )


def _with_events(guide: Guide) -> tuple[str, ...]:
    return (
        f"**1** Play {_named(guide)}, at any time.",
        "**2** Submit: `/submit-score`.",
        f"**3** It gets an Elo: {guide.scale.base_elo} is average.",
        f"**4** Play each week: this one ends {format_dt(guide.week_ends_at, 'R')}.",
        "**5** What is next: `/leaderboard`, `/rating`, `/target`.",
    )


def _closing(guide: Guide) -> tuple[str, ...]:
    by_hand = "You close each week: `/weekly-reset`" if guide.is_admin else "An admin closes each week"
    closing = "Weeks close by themselves" if guide.closes_weeks else by_hand
    return (closing, "You are an admin: `/setup`") if guide.is_admin else (closing,)


def _named(guide: Guide) -> str:
    """Name a few events."""
    named = [f"**{escape(event.name)}**" for event in guide.events[:MOST_NAMED]]
    if len(guide.events) > len(named):
        return f"{', '.join(named)} and more (`/events`)"
    return " or ".join(named)


def _clickable(card: Card, ids: Mapping[str, int]) -> Card:
    lines, small = ([mention_commands(line, ids) for line in part] for part in (card.lines, card.small))
    return replace(card, lines=tuple(lines), small=tuple(small))
