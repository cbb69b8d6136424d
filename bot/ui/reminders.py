"""Show reminders, and the panel for switching them."""

from itertools import accumulate

from discord import Color
from discord.utils import format_dt

from bot.domain.profiles import lead_of
from bot.domain.reminders import Message, Overtaking, OwnResult, Reminder, ReminderSettings, RivalBest, WeekToMiss
from bot.ui.card import LONGEST_MESSAGE, Card, Reply, small_print
from bot.ui.text import count_of, escape, escape_score, write_days, write_elo

LONGEST_TOLD = LONGEST_MESSAGE - 500
"""The most characters of all lines in a reminder; the rest is for the text around them."""
NAMES = {
    Reminder.MISSED_WEEK: "Missed weeks",
    Reminder.OVERTAKEN: "Overtaken",
    Reminder.RESULTS: "Results",
    Reminder.RIVAL: "Rival",
}
_ABOUT = {
    Reminder.MISSED_WEEK: "on the last day of one you miss",
    Reminder.OVERTAKEN: "who beat your best, once a day",
    Reminder.RESULTS: "your rank and Elo when a week closes",
    Reminder.RIVAL: "new bests of a player you follow",
}


def show_panel(settings: ReminderSettings) -> Reply:
    """Show a user, in private, their reminders in a server."""
    lines: list[str] = []
    for reminder, name in NAMES.items():
        state = "on" if reminder in settings.switched_on else "off"
        rival = settings.rival if reminder is Reminder.RIVAL else None
        whom = "" if rival is None else f" · {escape(rival.name)}"
        lines += (f"{name}: **{state}**{whom}", small_print(_ABOUT[reminder]))
    small = ["by direct message, about this server"]
    if settings.rival is None:
        small.append("to follow a rival: `/compare`")
    if settings.refused_at is not None:
        when = format_dt(settings.refused_at, "D")
        small.append(f"⚠️ off since {when}: your direct messages are closed to the bot")
        small.append("open them, then turn on what you want")
    return Reply([Card("What should I tell you?", tuple(lines), tuple(small), Color.blurple())], ephemeral=True)


def show_reminder(message: Message, server: str) -> Reply:
    """Show a player the news from a server."""
    told = [
        *(_missing(one) for one in message.missing),
        *(_overtaken(one) for one in message.overtaken),
        *(_of_rival(one) for one in message.rival),
        *(_result(one) for one in message.results),
    ]
    lines = _fitting(told)
    place = f"https://discord.com/channels/{message.guild_id}/{message.channel_id or ''}".rstrip("/")
    if message.missing:
        lines.append(f"[Submit a score]({place})")
    return Reply([Card(escape(server), tuple(lines), color=Color.blurple())])


def show_stopped() -> Reply:
    """Show, in place of a reminder, that there will be no more."""
    return Reply([Card(None, ("No more reminders from that server. `/notify` there switches them on again.",))])


def _fitting(told: list[str]) -> list[str]:
    """Return as much of the news as fits into a message, and how much is left out."""
    lengths = accumulate(len(one) + 1 for one in told)
    lines = [one for one, length in zip(told, lengths, strict=True) if length <= LONGEST_TOLD]
    return lines if len(lines) == len(told) else [*lines, f"… and {len(told) - len(lines):,} more"]


def _missing(one: WeekToMiss) -> str:
    closes = f"**{escape(one.event.name)}** closes {format_dt(one.closes_at, 'R')}"
    text = f"{closes}, and you have no score this week."
    if one.held is not None:
        held = escape_score(one.held, one.event.style)
        text = f"{closes}. Your {held} waits for an admin, and you have no other score this week."
    if one.elo_then == one.elo:
        return text
    missed, now, then = map(write_elo, (one.missed_week_elo, one.elo, one.elo_then))
    cost = f"A missed week counts {missed}: your Elo would go from {now} to **{then}**."
    return f"{text} {cost}"


def _overtaken(one: Overtaking) -> str:
    style = one.event.style
    named = [f"{escape(player.name)} ({escape_score(score, style)})" for player, score in one.others]
    more = f" and {one.number - len(named):,} more" if one.number > len(named) else ""
    best = escape_score(one.best, style)
    return f"**{escape(one.event.name)}**: {', '.join(named)}{more} beat your {best}. You are #{one.rank:,} now."


def _of_rival(one: RivalBest) -> str:
    style = one.event.style
    best = escape_score(one.rival_best, style)
    gap, lead = style.show_gap(one.rival_best, one.best), lead_of(one.event.direction, one.rival_best, one.best)
    where = "level with you" if lead == 0 else f"{gap} {'ahead of' if lead > 0 else 'behind'} you"
    return f"**{escape(one.event.name)}**: your rival {escape(one.rival.name)} has {best} now, {where}."


def _result(one: OwnResult) -> str:
    rated = "" if one.elo is None else f" · Elo {write_elo(one.elo)}"
    told = (
        f"**{escape(one.event.name)}** · {write_days(one.week)}: {escape_score(one.score, one.event.style)}"
        f" · #{one.rank:,} of {count_of(one.players, 'player')}{rated}"
    )
    return told if one.event_elo is None else f"{told}\n{small_print(f'your event Elo is {write_elo(one.event_elo)}')}"
