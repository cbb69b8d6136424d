"""Show events."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from discord import Color

from bot.domain.alarm import LEAST_FIELD
from bot.domain.events import BegunSeason, EventChange, EventInfo, EventSummary, SeasonPreview
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.weeks import Week
from bot.ui.card import Card, Reply, labelled
from bot.ui.rules import rules_in_words
from bot.ui.text import BEST, count_of, escape, escape_score, write_days, write_range

LONGEST_LIST = 3_800
MOST_ROLES = 5
"""The most roles that a question about a season names."""
ANY_WEEK = "none"
_ALL_WEEKS = {"First week": "any", "Last week": "none: it goes on"}
_TAKES_SCORES = {
    True: "It is out of the archive.",
    False: "Its boards stay. `/event edit active:True` takes it out of the archive.",
}


def show_event(made: EventSummary) -> Reply:
    """Show an event that an admin created."""
    facts = [line for name, value in _facts(made.event).items() for line in labelled(name, value)]
    lines = [f"**{escape(made.event.name)}**", *facts]
    return Reply([_card(made.event, made.week, made.is_open, "Event created", lines)])


def show_change(change: EventChange, title: str) -> Reply:
    """Show an admin's changes of an event, and how many scores lie outside its new bounds."""
    name, before = f"**{escape(change.event.name)}**", _facts(change.before)
    if change.before.name != change.event.name:
        name += f" (was {escape(change.before.name)})"
    lines, after = [name], _facts(change.event)
    for fact in {**before, **after}:
        value, was = after.get(fact, ANY_WEEK), before.get(fact, ANY_WEEK)
        if value != was:
            lines += labelled(fact, f"{value}\n(was {was})")
    if change.before.is_active != change.event.is_active:
        lines.append(_TAKES_SCORES[change.event.is_active])
    if change.channel != change.channel_before:
        lines += labelled("Default channel", _channel(change))
    if change.outside:
        bests = count_of(change.outside, "personal best")
        stay = "lies outside of that, and stays" if change.outside == 1 else "lie outside of that, and stay"
        lines += labelled("Earlier scores", f"{bests} {stay}.")
    return Reply([_card(change.event, change.week, change.is_open, title, lines)])


def show_season_preview(preview: SeasonPreview) -> Reply:
    """Show privately what a new season would archive, what it would take over, and between which weeks it would run."""
    archived, event = preview.archived, preview.event
    counted = f"{count_of(preview.players, 'player')}, {count_of(preview.scores, 'score')}"
    until = f"until {_weeks(archived)['Last week']}"
    lines = [*labelled("Archived", f"{escape(archived.name)}\n{counted}\n{until}")]
    for name, value in (_ALL_WEEKS | _weeks(event)).items():
        lines += labelled(name, value)
    lines += labelled("Goes along", "\n".join(_going_along(preview)))
    if (begins := _begins(event, preview.week)) is not None:
        lines.append(f"**Nobody can submit before {begins.day} {begins:%B %Y}.**")
    lines.append("It begins without scores. **This cannot be undone.**")
    heading = f"Begin season {event.season} of {escape(event.name)}?"
    return Reply([Card(heading, tuple(lines), color=Color.orange())], ephemeral=True)


def show_season(begun: BegunSeason) -> Reply:
    """Show that an event has begun a new season, and where the previous one is."""
    lines = [f"**{escape(begun.event.name)}**"]
    for name, value in _weeks(begun.event).items():
        lines += labelled(name, value)
    archived = f"{escape(begun.archived.name)}\n`/leaderboard season:{begun.archived.season}` shows it"
    lines += labelled("Archived", archived)
    is_open = begun.event.has_week(begun.week)
    return Reply([_card(begun.event, begun.week, is_open, f"Season {begun.event.season} begins", lines)])


def name_season(event: EventInfo) -> str:
    """Name a season of an event in a list of choices, such as "Season 2 · until 16–22 November 2026"."""
    until = "" if event.last_week is None else f" · until {write_days(Week.from_code(event.last_week), year=True)}"
    return f"Season {event.season}{until}"


def show_events(events: Sequence[EventSummary], title: str = "Events of this server") -> Reply:
    """List the events of a server, as many as fit into a message."""
    lines: list[str] = []
    for summary in events:
        line = _line(summary)
        if sum(map(len, lines)) + len(lines) + len(line) > LONGEST_LIST:
            lines.append(f"… and {len(events) - len(lines):,} more: type a part of the name in `/leaderboard`.")
            break
        lines.append(line)
    lines = lines or ["There are none yet. An admin can make one with `/setup`."]
    return Reply([Card(title, tuple(lines), color=Color.blurple())], ephemeral=True)


def _card(event: EventInfo, week: int, is_open: bool, title: str, lines: Sequence[str]) -> Card:
    return Card(title, tuple(lines), (_state(event, week, is_open),), Color.green())


def _state(event: EventInfo, week: int, is_open: bool) -> str:
    if not event.is_active:
        return "Archived: takes no scores"
    if (begins := _begins(event, week)) is not None:
        return f"Takes scores from {begins.day} {begins:%B %Y} on"
    return "Takes scores with /submit-score" if is_open else "Has ended: takes no scores"


def _begins(event: EventInfo, week: int) -> date | None:
    """Return the first day of an event; None if it has begun by the current week, `week`."""
    return None if event.first_week is None or event.has_begun(week) else Week.from_code(event.first_week).monday


def _facts(event: EventInfo) -> dict[str, str]:
    return {
        "Best": f"the {BEST[event.direction, event.style.format]}",
        "Scores": _kind(event.style),
        "Allowed": _bounds(event),
        "Held for an admin": _alarm(event),
        **_weeks(event),
    }


def _alarm(event: EventInfo) -> str:
    alarm, style = event.alarm, event.style
    held = []
    if alarm.least is not None:
        held.append(f"below {escape_score(alarm.least, style)}")
    if alarm.greatest is not None:
        held.append(f"above {escape_score(alarm.greatest, style)}")
    if alarm.elo is not None and event.rules.method is not Method.RANKS:
        what = "outliers that move" if event.rules.method is Method.ROBUST else "what moves"
        held.append(f"{what} others by over {alarm.elo:,} Elo, from {LEAST_FIELD} players on")
    return "; ".join(held) if held else "nothing"


def _channel(change: EventChange) -> str:
    if change.channel is None:
        return f"none any more: in <#{change.channel_before}> scores need the name of the event again"
    later = "" if change.event.is_active else " once the event is out of the archive"
    return f"<#{change.channel}>: scores there need no name of an event{later}"


def _weeks(event: EventInfo) -> dict[str, str]:
    weeks = {"First week": event.first_week, "Last week": event.last_week}
    return {name: write_days(Week.from_code(code), year=True) for name, code in weeks.items() if code is not None}


def _going_along(preview: SeasonPreview) -> Iterator[str]:
    yield "name, rules and settings"
    if preview.roles:
        named = " ".join(f"<@&{role}>" for role in preview.roles[:MOST_ROLES])
        others = len(preview.roles) - MOST_ROLES
        yield f"roles: {named} and {others} more" if others > 0 else f"roles: {named}"
    if preview.board_channel is not None:
        yield f"board: a new one in <#{preview.board_channel}>"
    if preview.default_channel is not None:
        yield f"default channel: <#{preview.default_channel}>"


def _kind(style: ScoreStyle) -> str:
    if style.format is ScoreFormat.TIME:
        return "times, such as 1:23.456"
    return f"numbers, in {escape(style.unit)}" if style.unit else "numbers"


def _line(summary: EventSummary) -> str:
    event = summary.event
    state = "" if event.is_active else " · archived"
    if (begins := _begins(event, summary.week)) is not None:
        state += f" · begins {begins.day} {begins:%b}"
    elif event.is_active and not summary.is_open:
        state += " · ended"
    rules = rules_in_words(event.rules)
    state += "" if rules is None else f" · {rules}"
    players = f" · {count_of(summary.players, 'player')}" if summary.players else ""
    return f"**{escape(event.name)}** · {_goal(event)}{players}{state}"


def _goal(event: EventInfo) -> str:
    direction, style = event.direction, event.style
    if style.unit is None:
        return BEST[direction, style.format]
    return f"{'most' if direction is ScoreDirection.HIGH else 'fewest'} {escape(style.unit)}"


def _bounds(event: EventInfo) -> str:
    style = event.style
    taken = event.bounds.shown(style)
    if style.format is ScoreFormat.TIME and event.max_score is None:
        # The default maximum of eleven thousand days tells nothing.
        taken = replace(taken, greatest=None)
    return write_range(taken, style.unit)
