"""The picture of a rating: a waterfall of both halves, and a bar for each week."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.explanations import PlayerRating, RatedWeek
from bot.domain.rules import Attendance, Rules
from bot.ui.pictures._canvas import (
    BLUE,
    DIM,
    GROUND,
    INK,
    INNER,
    MARGIN,
    ORANGE,
    RED,
    RIGHT,
    RULE,
    YELLOW,
    Canvas,
    Picture,
    head,
    within,
)
from bot.ui.ratings import (
    halves_of,
    write_attendance,
    write_average,
    write_beginning,
    write_change,
    write_settling,
    write_since,
    write_total,
)
from bot.ui.rules import write_share
from bot.ui.standings import PROVISIONAL
from bot.ui.text import isolate_score, write_days, write_elo

MOST_WEEKS = 8
STEP = INNER / MOST_WEEKS
TALLEST = 110.0
LEAST_HEIGHT = 3.0
BAR = 16.0
GAP = 5.0
DIGIT = 0.58
"""The width of a digit or a minus sign, as a fraction of the font size."""
MISSED = 34.0
"""The least height of the box of a missed week, which contains a cross."""


class _Step(NamedTuple):
    """A part of an event Elo: its label, its text, its beginning and end, and its color."""

    label: str
    value: str
    begin: float
    end: float
    color: str


def picture_of_rating(rating: PlayerRating) -> Picture:
    """Draw how an event Elo is made up; before the first closed week, draw only the best."""
    canvas, style = Canvas(), rating.event.style
    mark = PROVISIONAL if rating.event_elo is not None and rating.is_settling else ""
    elo = f"{write_elo(rating.event_elo)}{mark}"
    top = head(canvas, rating.player.name, rating.event.name, elo)
    best = f"{isolate_score(rating.best, style)} → {write_elo(rating.all_time_elo)}"
    notes = [f"#{rating.rank:,} of {rating.players:,} by best score"]
    told = [f"{rating.player.name}, {rating.event.name}: event Elo {elo}."]
    if rating.event_elo is None or rating.weekly_average is None:
        canvas.write(MARGIN, top + 20, f"Best {best}", room=INNER)
        notes += write_beginning(rating)
        top, told = top + 44, [*told, f"Best {best}."]
    else:
        weight, average = rating.rules.all_time_weight, write_average(rating.weekly_average)
        halves = halves_of(rating.all_time_elo, rating.weekly_average, weight)
        of_best, share, other = weight * rating.all_time_elo, write_share(weight), write_share(1 - weight)
        total = of_best + (1 - weight) * rating.weekly_average
        weeks = halves.weeks if halves.weeks.startswith("−") else f"+{halves.weeks}"
        steps = [
            _Step(f"Best {best}, {share}", halves.best, 0.0, of_best, BLUE),
            _Step(f"Weeks, average {average}, {other}", weeks, of_best, total, ORANGE),
        ]
        top = _waterfall(canvas, top, steps, write_total(halves, rating.event_elo))
        top = _weeks(canvas, top + 8, rating, rating.weekly_average)
        notes += [write_attendance(rating.rules), *write_settling(rating)]
        if (change := rating.change) is not None:
            notes.append(f"{write_change(change.points)} {write_since(change)}")
        told += [f"{step.label}: {step.value}." for step in steps]
        told.append(f"Together {halves.sum}, rounded {write_elo(rating.event_elo)}.")
    for note in notes:
        canvas.write(MARGIN, top, note, size=15, fill=DIM, room=INNER)
        top += 21
    told += [f"{note}." for note in notes]
    if rating.weeks:
        told.append(f"Weeks, the latest first: {', '.join(_tell(week, rating.rules) for week in rating.weeks)}.")
    return canvas.finish("rating", top, " ".join(told))


def _waterfall(canvas: Canvas, top: float, steps: Sequence[_Step], total: str) -> float:
    """Draw steps that add up, each beginning where the previous one ends, and their sum; return the position below."""
    ends = [0.0, *(step.end for step in steps)]
    for step in steps:
        canvas.write(MARGIN, top + 16, step.label, size=15, fill=DIM, room=INNER - 76)
        canvas.write(RIGHT, top + 16, step.value, anchor="end", is_bold=True)
        _bar(canvas, top + 24, step, ends)
        top += 54
    canvas.write(MARGIN, top + 16, "Event Elo", size=15, fill=DIM)
    canvas.write(RIGHT, top + 16, total, anchor="end", is_bold=True)
    best, weeks = steps
    turns = best.end * (weeks.end - weeks.begin) < 0
    for step in [_Step("", "", 0.0, weeks.end, INK)] if turns else steps:
        _bar(canvas, top + 24, step, ends)
    return top + 54


def _bar(canvas: Canvas, top: float, step: _Step, all_ends: Sequence[float]) -> None:
    first, last = (within(value, all_ends, MARGIN, RIGHT) for value in sorted((step.begin, step.end)))
    canvas.box(first, top, max(last - first - 1, 1), BAR, step.color)


def _weeks(canvas: Canvas, top: float, rating: PlayerRating, average: float) -> float:
    """Draw the latest weeks, the last one at the right, and their average; return the position below."""
    shown = rating.weeks[:MOST_WEEKS][::-1]
    all_weeks = len(rating.weeks)
    title = "Weeks" if len(shown) == all_weeks else f"The latest {len(shown)} of {all_weeks:,} weeks"
    canvas.write(MARGIN, top + 16, title, is_bold=True)
    canvas.write(RIGHT, top + 16, f"average {write_average(average)}", size=15, fill=YELLOW, anchor="end")
    top += 44
    bottom, ends = top + TALLEST, [0.0, average, *(float(week.elo) for week in shown)]
    # Leave room for the box of a missed week between zero and the edge.
    room = MISSED / (TALLEST - MISSED)
    above, below = (any(week.is_missed and (week.elo >= 0) is is_above for week in shown) for is_above in (True, False))
    ends += [-min(ends) * room] * above + [-max(ends) * room] * below
    zero, level = (within(value, ends, bottom, top) for value in (0.0, average))
    labels = []
    for place, week in enumerate(shown):
        left, height = MARGIN + STEP * place + GAP, abs(zero - within(week.elo, ends, bottom, top))
        height = max(height, MISSED if week.is_missed else LEAST_HEIGHT)
        upper, middle = zero - height if week.elo >= 0 else zero, left + STEP / 2 - GAP
        if week.is_missed:
            canvas.box(left, upper, STEP - 2 * GAP, height, RED, is_dashed=True)
            canvas.write(middle, upper + 23, "✕", fill=RED, anchor="middle")
        else:
            canvas.box(left, upper, STEP - 2 * GAP, height, BLUE)
        labels.append((middle, upper - 5, _elo(week, rating.rules)))
        monday = week.week.monday
        canvas.write(middle, bottom + 18, str(monday.day), size=15, fill=DIM, anchor="middle")
        canvas.write(middle, bottom + 34, f"{monday:%b}", size=14, fill=DIM, anchor="middle")
    canvas.line([(MARGIN, zero), (RIGHT, zero)], RULE)
    canvas.line([(MARGIN, level), (RIGHT, level)], YELLOW, width=1.5, is_dashed=True)
    for middle, y, label in labels:
        _label(canvas, middle, y, label)
    return bottom + 62


def _label(canvas: Canvas, middle: float, y: float, label: str) -> None:
    """Write the Elo of a week, small enough for its column, on a ground that hides the lines behind it."""
    size = min(15, (STEP - 4) / (DIGIT * len(label)))
    width = DIGIT * size * len(label) + 6
    canvas.box(middle - width / 2, y - 12.5, width, 14, GROUND)
    canvas.write(middle, y, label, size=size, anchor="middle")


def _elo(week: RatedWeek, rules: Rules) -> str:
    is_left_out = week.is_missed and rules.attendance is Attendance.PLAYED
    return write_elo(None if is_left_out else week.elo)


def _tell(week: RatedWeek, rules: Rules) -> str:
    missed = "missed, " if week.is_missed else ""
    return f"{write_days(week.week, short=True)} {missed}{_elo(week, rules)}"
