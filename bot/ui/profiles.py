"""Show profiles, and compare two players."""

from collections.abc import Iterator, Sequence

from discord import Color
from discord.utils import format_dt

from bot.domain.events import EventInfo
from bot.domain.profiles import (
    ClosedWeek,
    ComparedEvent,
    Comparison,
    HeadToHead,
    Medals,
    Profile,
    ProfiledEvent,
    ServerStanding,
    Streaks,
)
from bot.ui.card import Card, Reply, small_print
from bot.ui.standings import MEDALS, PROVISIONAL
from bot.ui.text import (
    SMALL_WIDTH,
    UNBROKEN,
    count_of,
    escape,
    escape_beside,
    escape_score,
    narrow,
    write_days,
    write_elo,
    write_sum,
)

NAME_WIDTH = 14.0
"""How wide a name may be beside another name, in average letters."""
FEWEST_IN_A_ROW = 2


def show_profile(profile: Profile) -> Reply:
    """Show, to the viewer only, a player's achievements in the server."""
    lines = [
        *([] if profile.standing is None else _standing(profile.standing)),
        *_medals(profile.medals),
        *_streaks(profile.streaks),
        *([] if profile.best_week is None else _best_week(profile.best_week)),
        *(line for event in profile.events for line in _event(event)),
    ]
    small = [f"and {count_of(profile.more_events, 'event')} more"] if profile.more_events else []
    if marked := [one.event for one in profile.events if one.event_elo is None]:
        small.append(f"{PROVISIONAL} = before {_weeks_to_come(marked, 'a first')}")
    small.append(f"{count_of(profile.scores, 'score')} since {format_dt(profile.since, 'D')}")
    return Reply([Card(escape(profile.player.name), tuple(lines), tuple(small), Color.blurple())], ephemeral=True)


def show_comparison(comparison: Comparison) -> Reply:
    """Show, to the viewer only, a comparison of two players; the leader of each is in bold."""
    names = [escape(narrow(player.name, NAME_WIDTH)) for player in (comparison.first, comparison.second)]
    lines = [
        *_lead(comparison.leads, names),
        *_weeks(comparison.weeks),
        *(line for event in comparison.events for line in _compared(event, names)),
    ]
    small = [f"and {count_of(comparison.more_events, 'event')} more"] if comparison.more_events else []
    if marked := [one.event for one in comparison.events if not _have_event_elos(one)]:
        small.append(f"{PROVISIONAL} = until both have {_weeks_to_come(marked, 'a')}")
    if comparison.is_rival:
        small.append(f"You follow {names[1]}: see `/notify`")
    return Reply([Card(" and ".join(names), tuple(lines), tuple(small), Color.blurple())], ephemeral=True)


def _weeks_to_come(events: Sequence[EventInfo], one: str) -> str:
    """Say how many weeks a rank takes in events: `one`, or more. A closed week of too few players is not rated."""
    kind = "closed" if all(event.rules.min_field == 1 for event in events) else "rated"
    return f"{one} {kind} week" if all(event.rules.min_weeks == 1 for event in events) else f"enough {kind} weeks"


def _standing(standing: ServerStanding) -> tuple[str, str]:
    line = f"**#{standing.rank:,}** of {count_of(standing.players, 'player')} · **{write_sum(standing.total)}**"
    return line, small_print(f"sum of Elos in {count_of(standing.events, 'open event')}")


def _medals(medals: Medals) -> Iterator[str]:
    numbers = zip(MEDALS.values(), (medals.gold, medals.silver, medals.bronze), strict=True)
    if shown := [f"{medal} {number:,}" for medal, number in numbers if number]:
        yield " · ".join(shown)


def _streaks(streaks: Streaks) -> Iterator[str]:
    if streaks.longest < FEWEST_IN_A_ROW:
        return
    longest = f"longest {streaks.longest:,}" if streaks.longest > streaks.running else "the longest yet"
    if streaks.running < FEWEST_IN_A_ROW:
        yield f"Longest streak: {count_of(streaks.longest, 'week')}"
    else:
        yield f"**{count_of(streaks.running, 'week')}** in a row · {longest}"


def _best_week(week: ClosedWeek) -> tuple[str, str]:
    days = write_days(week.week, short=True, year=True)
    return f"Best week **{write_elo(week.elo)}** · #{week.rank:,} of {week.players:,}", small_print(
        f"{escape(week.event.name)} · {days}"
    )


def _event(one: ProfiledEvent) -> tuple[str, str]:
    style, rank = one.event.style, f"#{one.rank:,}"
    elo = f"{write_elo(one.elo)}{PROVISIONAL}" if one.event_elo is None else write_elo(one.event_elo)
    season = f" · season {one.event.season}"
    if one.event.name.endswith(season):
        # Past seasons of an event differ in the end of their names only, so that is not cut.
        name = f"{escape_beside(one.event.name.removesuffix(season), f'{rank}{elo}{season}')}{season}"
    else:
        name = escape_beside(one.event.name, f"{rank}{elo}")
    state = "" if one.event.is_active else " · archived"
    best = escape_score(one.best, style)
    small = small_print(f"{best} → {write_elo(one.elo)} · of {count_of(one.players, 'player')}{state}")
    return f"{rank} **{name}** · **{elo}**", small


def _lead(leads: HeadToHead, names: list[str]) -> Iterator[str]:
    events = leads.first + leads.second + leads.tied
    if leads.first == leads.second:
        yield f"Level over {count_of(events, 'event')}"
    elif events > 1:
        ahead = names[leads.second > leads.first]
        yield f"**{ahead}** leads in **{max(leads.first, leads.second)}** of {events:,} events"


def _weeks(weeks: HeadToHead) -> Iterator[str]:
    if weeks != HeadToHead():
        tied = f" · {weeks.tied:,} tied" if weeks.tied else ""
        yield f"Weeks won **{weeks.first:,}–{weeks.second:,}**{tied}"


def _compared(one: ComparedEvent, names: list[str]) -> tuple[str, ...]:
    """Write an event in two lines, or in three if its name, such as that of a past season, is long."""
    style, lead = one.event.style, one.lead
    name, gap = narrow(one.event.name, SMALL_WIDTH), style.show_gap(one.first.best, one.second.best)
    told = "level" if lead == 0 else f"{names[lead < 0]} by {gap}"
    if one.weeks != HeadToHead():
        told += f" · weeks {one.weeks.first:,}–{one.weeks.second:,}"
    is_short = narrow(name, NAME_WIDTH) == name
    labels = [f"{escape(name)} · {told}"] if is_short else [escape(name), told]
    bests = _side_by_side([style.bare(side.best) for side in (one.first, one.second)], lead)
    elos = [_elo(one, side) for side in (one.first, one.second)]
    mark = "" if _have_event_elos(one) else PROVISIONAL
    rated = _side_by_side([f"{write_elo(elo)}{mark}" for elo in elos], elos[0] - elos[1])
    return *map(small_print, labels), f"{bests} · {rated}"


def _side_by_side(texts: list[str], lead: int) -> str:
    first, second = texts
    return UNBROKEN.join((_bold(first, lead > 0), "vs", _bold(second, lead < 0)))


def _bold(text: str, is_ahead: bool) -> str:
    return f"**{text}**" if is_ahead else text


def _elo(one: ComparedEvent, side: ProfiledEvent) -> int:
    return side.elo if side.event_elo is None or not _have_event_elos(one) else side.event_elo


def _have_event_elos(one: ComparedEvent) -> bool:
    return one.first.event_elo is not None and one.second.event_elo is not None
