"""Show events."""

from collections.abc import Sequence

from discord import Color, Embed

from bot.domain.events import EventChange, EventInfo, EventSummary
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, escape_score

LONGEST_LIST = 3_800


def show_event(event: EventInfo, title: str) -> Reply:
    """Show an event that an admin created or changed."""
    embed = Embed(title=title, description=f"**{escape(event.name)}**", color=Color.green())
    better = (
        "HIGH: a greater score is better"
        if event.direction is ScoreDirection.HIGH
        else "LOW: a smaller score is better"
    )
    embed.add_field(name="Direction", value=better)
    embed.add_field(name="Scores", value=_kind(event.style))
    embed.add_field(name="Allowed", value=_bounds(event))
    embed.set_footer(text="Takes scores with /submit-score" if event.is_active else "Archived: takes no scores")
    return Reply([embed])


def show_change(change: EventChange, title: str) -> Reply:
    """Show an event that an admin changed, and how many scores lie outside its new bounds."""
    reply = show_event(change.event, title)
    if change.outside:
        bests = count_of(change.outside, "personal best")
        stay = "lies outside of that, and stays" if change.outside == 1 else "lie outside of that, and stay"
        reply.embeds[0].add_field(name="Earlier scores", value=f"{bests} {stay}.", inline=False)
    return reply


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


def _kind(style: ScoreStyle) -> str:
    if style.format is ScoreFormat.TIME:
        return "times, such as 1:23.456"
    return f"numbers, in {escape(style.unit)}" if style.unit else "numbers"


def _line(summary: EventSummary) -> str:
    event = summary.event
    better = "highest" if event.direction is ScoreDirection.HIGH else "lowest"
    what = "time" if event.style.format is ScoreFormat.TIME else event.style.unit or "score"
    state = "" if event.is_active else " · archived"
    return f"**{escape(event.name)}** · {better} {escape(what)} wins · {count_of(summary.players, 'player')}{state}"


def _bounds(event: EventInfo) -> str:
    bounds, style = event.bounds, event.style
    least, greatest = (escape_score(style.show(bound), style) for bound in (bounds.least, bounds.greatest))
    allowed = f"{'from' if bounds.takes_least else 'above'} {least}"
    if style.format is ScoreFormat.TIME and event.max_score is None:
        # Its default of eleven thousand days says nothing.
        return allowed
    return f"{allowed} {'up to' if bounds.takes_greatest else 'and below'} {greatest}"
