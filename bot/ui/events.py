"""Show events."""

from collections.abc import Sequence
from dataclasses import replace

from discord import Color, Embed

from bot.domain.events import EventChange, EventInfo, EventSummary
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, write_range

LONGEST_LIST = 3_800


def show_event(event: EventInfo, title: str) -> Reply:
    """Show an event that an admin created or changed."""
    embed = _named(event, title)
    for name, value in _facts(event).items():
        embed.add_field(name=name, value=value)
    return Reply([embed])


def show_change(change: EventChange, title: str) -> Reply:
    """Show what an admin changed of an event, and how many scores lie outside its new bounds."""
    embed, before = _named(change.event, title), _facts(change.before)
    if change.before.name != change.event.name:
        embed.description = f"{embed.description} (was {escape(change.before.name)})"
    for name, value in _facts(change.event).items():
        if value != before[name]:
            embed.add_field(name=name, value=f"{value}\n(was {before[name]})", inline=False)
    if change.channel != change.channel_before:
        embed.add_field(name="Default channel", value=_channel(change), inline=False)
    if change.outside:
        bests = count_of(change.outside, "personal best")
        stay = "lies outside of that, and stays" if change.outside == 1 else "lie outside of that, and stay"
        embed.add_field(name="Earlier scores", value=f"{bests} {stay}.", inline=False)
    return Reply([embed])


def show_events(events: Sequence[EventSummary]) -> Reply:
    """List the events of a server, as many as fit into a message."""
    embed = Embed(title="Events of this server", color=Color.blurple())
    if not events:
        embed.description = "There are none yet. An admin makes one with `/event create`."
        return Reply([embed], ephemeral=True)
    lines: list[str] = []
    for summary in events:
        line = _line(summary)
        if sum(map(len, lines)) + len(lines) + len(line) > LONGEST_LIST:
            lines.append(f"… and {len(events) - len(lines):,} more: type a part of the name in `/leaderboard`.")
            break
        lines.append(line)
    embed.description = "\n".join(lines)
    return Reply([embed], ephemeral=True)


def _named(event: EventInfo, title: str) -> Embed:
    embed = Embed(title=title, description=f"**{escape(event.name)}**", color=Color.green())
    embed.set_footer(text="Takes scores with /submit-score" if event.is_active else "Archived: takes no scores")
    return embed


def _facts(event: EventInfo) -> dict[str, str]:
    is_high = event.direction is ScoreDirection.HIGH
    return {
        "Direction": "HIGH: a greater score is better" if is_high else "LOW: a smaller score is better",
        "Scores": _kind(event.style),
        "Allowed": _bounds(event),
    }


def _channel(change: EventChange) -> str:
    if change.channel is None:
        return f"none any more: in <#{change.channel_before}> scores need the name of the event again"
    return f"<#{change.channel}>: scores there need no name of an event"


def _kind(style: ScoreStyle) -> str:
    if style.format is ScoreFormat.TIME:
        return "times, such as 1:23.456"
    return f"numbers, in {escape(style.unit)}" if style.unit else "numbers"


def _line(summary: EventSummary) -> str:
    event = summary.event
    state = "" if event.is_active else " · archived"
    return f"**{escape(event.name)}** · {_goal(event)} · {count_of(summary.players, 'player')}{state}"


def _goal(event: EventInfo) -> str:
    is_high, style = event.direction is ScoreDirection.HIGH, event.style
    if style.format is ScoreFormat.TIME:
        return "longest time" if is_high else "fastest time"
    if style.unit is None:
        return "highest score" if is_high else "lowest score"
    return f"{'most' if is_high else 'fewest'} {escape(style.unit)}"


def _bounds(event: EventInfo) -> str:
    style = event.style
    taken = event.bounds.shown(style)
    if style.format is ScoreFormat.TIME and event.max_score is None:
        # Its default of eleven thousand days says nothing.
        taken = replace(taken, greatest=None)
    return write_range(taken, style.unit)
