"""The picture of a profile: medals, the best week, and a player's result in each event."""

from collections.abc import Iterator

from bot.domain.profiles import Profile, ProfiledEvent
from bot.ui.pictures._canvas import (
    BRONZE,
    DIM,
    GOLD,
    INNER,
    MARGIN,
    ORANGE,
    PANEL,
    RIGHT,
    SILVER,
    Canvas,
    Picture,
    head,
)
from bot.ui.profiles import FEWEST_IN_A_ROW
from bot.ui.text import count_of, isolate_score, write_days, write_elo, write_sum

MEDALS = (("1st", GOLD), ("2nd", SILVER), ("3rd", BRONZE))
MOST_EVENTS = 6
ROW = 50.0


def picture_of_profile(profile: Profile) -> Picture:
    """Draw a player's profile in a server."""
    canvas, standing = Canvas(), profile.standing
    if standing is None:
        top = head(canvas, profile.player.name, "No event Elo in an open event yet")
    else:
        place = f"#{standing.rank:,} of {standing.players:,} by the sum of event Elos"
        top = head(canvas, profile.player.name, place, write_sum(standing.total))
    top = _medals(canvas, top + 4, profile)
    for line in _lines(profile):
        canvas.write(MARGIN, top + 16, line, size=15, room=INNER)
        top += 25
    top += 10
    for event in profile.events[:MOST_EVENTS]:
        _event(canvas, top, event)
        top += ROW
    more = max(len(profile.events) - MOST_EVENTS, 0) + profile.more_events
    if more:
        canvas.write(MARGIN, top + 18, f"and {count_of(more, 'event')} more", size=15, fill=DIM)
        top += 28
    return canvas.finish("profile", top + 14, " ".join(_tell(profile)))


def _medals(canvas: Canvas, top: float, profile: Profile) -> float:
    medals, third = profile.medals, (INNER - 6) / 3
    for place, count in enumerate((medals.gold, medals.silver, medals.bronze)):
        name, color = MEDALS[place]
        left = MARGIN + (third + 3) * place
        canvas.box(left, top, third - 6, 54, PANEL, radius=6)
        canvas.box(left, top, 5, 54, color, radius=2)
        canvas.write(left + 18, top + 35, f"{count:,}", size=22, is_bold=True)
        canvas.write(left + third - 18, top + 34, name, size=15, fill=color, anchor="end")
    return top + 68


def _lines(profile: Profile) -> Iterator[str]:
    streaks = profile.streaks
    yield f"{count_of(profile.scores, 'score')} since {profile.since:%B %Y}"
    if streaks.longest >= FEWEST_IN_A_ROW:
        yield f"{count_of(streaks.running, 'week')} in a row, {streaks.longest:,} at most"
    if profile.best_week is not None:
        best = profile.best_week
        yield f"Best week {write_elo(best.elo)} · {write_days(best.week, short=True)} · {best.event.name}"


def _event(canvas: Canvas, top: float, event: ProfiledEvent) -> None:
    canvas.line([(MARGIN, top), (RIGHT, top)], PANEL)
    elo = write_elo(event.event_elo)
    canvas.write(MARGIN, top + 21, event.event.name, is_bold=True, room=INNER - 70)
    canvas.write(RIGHT, top + 21, elo, fill=ORANGE, anchor="end", is_bold=True)
    canvas.write(MARGIN, top + 41, _best(event), size=15, fill=DIM, room=INNER)


def _best(event: ProfiledEvent) -> str:
    style = event.event.style
    best = isolate_score(event.best, style)
    return f"{best} → {write_elo(event.elo)} · #{event.rank:,} of {event.players:,}"


def _tell(profile: Profile) -> Iterator[str]:
    yield f"{profile.player.name}:"
    if (standing := profile.standing) is None:
        yield "no event Elo in an open event yet."
    else:
        total, place = write_sum(standing.total), f"#{standing.rank:,} of {standing.players:,}"
        yield f"event Elos of {total} together, {place} in this server."
    medals = profile.medals
    yield f"Weeks won {medals.gold:,}, second {medals.silver:,}, third {medals.bronze:,}."
    yield from (f"{line}." for line in _lines(profile))
    for event in profile.events:
        elo = write_elo(event.event_elo)
        yield f"{event.event.name}: event Elo {elo}, best {_best(event)}."
    if profile.more_events:
        yield f"and {count_of(profile.more_events, 'event')} more."
