"""Show the announcements of closed weeks, records and final podiums."""

from datetime import timedelta

from discord import Color
from discord.utils import format_dt

from bot.domain.announcements import Announced, Final, Record, Reopened, Results, WeekWinner
from bot.domain.rules import SMALL_FIELD
from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Standing
from bot.ui.card import Card, Reply
from bot.ui.standings import FEW_PLAYERS, MEDALS, PROVISIONAL
from bot.ui.text import (
    LONGEST_NAME,
    UNBROKEN,
    count_of,
    escape,
    escape_score,
    escape_start,
    narrow,
    write_days,
    write_elo,
)

ENDED = "🏁"
"""The beginning of the heading of a final podium."""
EARLIER = "**Closed with it**"
"""The heading above the weeks that were closed together with the last one."""
LEADER_WIDTH = 22.0
"""The greatest width of a leader's name, in average letters; a rank and an Elo fit beside it on a line of a phone."""
MOST_EARLIER = 5
"""The most such weeks to list."""


def show_results(content: Results | Reopened) -> Reply:
    """Show the results of weeks that were closed together, or that an admin has undone the close."""
    title = f"🏆 {escape(content.event.name)} · {write_days(content.week)}"
    if isinstance(content, Reopened):
        return Reply([Card(title, ("The week is open again.",), color=Color.light_grey())])
    lines = []
    if content.closed_early and content.next_close is None:
        lines.append("Closed early.")
    elif content.closed_early:
        lines.append(f"Closed early: later scores count for {write_days(content.week.next())}.")
    mark = _mark(content)
    lines += [_placed(result, content.event.style, mark) for result in content.podium]
    if content.climb is not None:
        # Its ranks are those of weeks, so it does not stand below the overall board.
        lines.append(f"**Climber** {_name(content.climb.player)}, {content.climb.before:,} → {content.climb.rank:,}")
    lines += _alone(content)
    if content.players < (least := content.event.rules.min_field):
        lines.append(f"Counts for nobody: a week of this event takes {least:,} players.")
    if content.leaders:
        lines.append(f"**Overall** {' · '.join(map(_leader, content.leaders))}")
    if content.chase is not None:
        behind, ahead = _name(content.chase.behind), _name(content.chase.ahead)
        lines.append(f"**Gap** {behind} is {content.chase.elo} behind {ahead}")
    lines += _earlier(content.earlier, content.event.style)
    played = f"{content.players:,} played"
    if content.next_close is not None:
        closes = "the next week closes" if content.closes_itself else "the next week ends"
        played += f" · {closes} {format_dt(content.next_close, 'R')}"
    small = (played, FEW_PLAYERS) if mark else (played,)
    return Reply([Card(title, tuple(lines), small, Color.gold())])


def show_announced(content: Announced) -> Reply:
    """Show that weeks are closed, and in which channel their results appear."""
    title = f"**{escape(content.event.name)} · {write_days(content.week)}**"
    results = "are back in" if content.is_again else "go to"
    text = f"{title} is closed.", f"The results {results} <#{content.channel_id}>."
    return Reply([Card(None, text, color=Color.gold())])


def show_final(final: Final) -> Reply:
    """Show how an event has ended, or that it goes on."""
    name = escape(final.event.name)
    if not final.has_ended:
        return Reply([Card(None, (f"{name} goes on.",), color=Color.light_grey())])
    lines = []
    for one in final.podium:
        medal = MEDALS.get(one.rank or 0, f"#{one.rank}")
        lines.append(f"{medal} **{_name(one.player)}** · **{write_elo(one.elo)}**")
    played = f"{count_of(final.weeks, 'week')} · {count_of(final.players, 'player')} · the boards stay"
    return Reply([Card(f"{ENDED} {name} has ended", tuple(lines) or ("Nobody has a rank.",), (played,), Color.gold())])


def show_record(record: Record) -> Reply:
    """Show who broke a record, or that the record does not count any more."""
    style, name = record.event.style, escape(record.player.name)
    event, score = escape(record.event.name), escape_score(record.score, style)
    if not record.stands:
        return Reply([Card(None, (f"~~{name} led {event} with {score}~~",), ("this is no record any more",))])
    margin = style.show_gap(record.score, record.beaten)
    if record.is_own:
        line = f"👑 **{name}** beats their own record in {event}: **{score}**, {margin} better than before."
    else:
        holder, led = escape(record.holder.name), _write_time(record.led)
        line = f"👑 **{name}** leads {event} with **{score}**, {margin} ahead of {holder}, who led for {led}."
    return Reply([Card(None, (line,), color=Color.gold())])


def _placed(result: Standing, style: ScoreStyle, mark: str) -> str:
    medal, score = MEDALS.get(result.rank or 0, f"#{result.rank}"), escape_score(result.score, style)
    elo = "" if result.elo is None else f" · {write_elo(result.elo)}{mark}"
    return f"{medal} **{_name(result.player)}** · {score}{elo}"


def _leader(leader: Standing) -> str:
    """Write a leader on one line, which a phone would otherwise break anywhere, even within the Elo."""
    return UNBROKEN.join((f"{leader.rank}", escape(narrow(leader.player.name, LEADER_WIDTH)), write_elo(leader.elo)))


def _mark(content: Results) -> str:
    """Return the mark of Elos that rest on few players; where a player was alone, a sentence explains theirs."""
    is_rated = any(result.elo is not None for result in content.podium)
    return PROVISIONAL if is_rated and 1 < content.players < SMALL_FIELD else ""


def _alone(content: Results) -> list[str]:
    alone = [one for one in content.podium if content.players == 1 and one.elo is not None]
    return [f"{_name(one.player)} played alone this week: {write_elo(one.elo)} by rule." for one in alone]


def _earlier(weeks: tuple[WeekWinner, ...], style: ScoreStyle) -> list[str]:
    shown = weeks[-MOST_EARLIER:]
    lines = [
        f"{write_days(one.week, short=True)}: **{_name(one.player)}** · {escape_score(one.score, style)}"
        for one in shown
    ]
    more = [f"{count_of(len(weeks) - len(shown), 'earlier week')} closed too"] if len(weeks) > len(shown) else []
    return [EARLIER, *more, *lines] if weeks else []


def _name(player: PlayerName) -> str:
    return escape_start(player.name, LONGEST_NAME)


def _write_time(led: timedelta) -> str:
    """Write how long somebody led, in the largest unit with at least one."""
    if led.days:
        return count_of(led.days, "day")
    hours, minutes = divmod(max(int(led.total_seconds()), 0) // 60, 60)
    return count_of(hours, "hour") if hours else count_of(max(minutes, 1), "minute")
