"""The picture of a history: a player's submissions, the line of bests, and the middle of the field."""

from datetime import datetime

from bot.domain.history import HistoryPage
from bot.ui.pictures._canvas import (
    BLUE,
    DIM,
    INNER,
    MARGIN,
    ORANGE,
    RIGHT,
    RULE,
    YELLOW,
    Canvas,
    Picture,
    Point,
    head,
    within,
)
from bot.ui.text import count_of, isolate_score, round_shown

HEIGHT = 250.0


def picture_of_history(history: HistoryPage) -> Picture:
    """Draw a player's counted scores in an event."""
    canvas, graph, style = Canvas(), history.graph, history.event.style
    top = head(canvas, history.player.name, history.event.name)
    best = "–" if history.best is None else isolate_score(history.best.score, style)
    canvas.write(MARGIN, top + 16, f"Best {best} · {count_of(history.scores, 'score')}", size=15, room=INNER)
    top += 44
    if graph.points:
        _legend(canvas, top, has_middles=bool(graph.middles))
        top += 38
        _draw(canvas, top, history)
        top += HEIGHT + 30
    told = f"{history.player.name}, {history.event.name}: {count_of(history.scores, 'score')}, best {best}."
    return canvas.finish("history", top + 24, f"{told} {_tell(history)}")


def _legend(canvas: Canvas, y: float, *, has_middles: bool) -> None:
    canvas.dot(MARGIN + 5, y, 4, BLUE)
    canvas.write(MARGIN + 16, y + 5, "scores", size=14, fill=DIM)
    canvas.line([(MARGIN + 74, y), (MARGIN + 96, y)], ORANGE, width=2.5)
    canvas.diamond(MARGIN + 85, y, 5, ORANGE)
    canvas.write(MARGIN + 102, y + 5, "best so far", size=14, fill=DIM)
    if has_middles:
        canvas.line([(MARGIN + 186, y), (MARGIN + 212, y)], YELLOW, width=2, is_dashed=True)
        canvas.write(MARGIN + 218, y + 5, "middle of the field", size=14, fill=DIM)


def _draw(canvas: Canvas, top: float, history: HistoryPage) -> None:
    graph, style, bottom = history.graph, history.event.style, top + HEIGHT
    own = {point.score for point in (*graph.points, *graph.bests)}
    scores = [*own, *(middle.score for middle in graph.middles)]
    times = [point.at.timestamp() for point in graph.points] + [graph.until.timestamp()]
    # Better scores are higher up.
    lower, upper = (bottom, top) if history.event.direction.sign > 0 else (top, bottom)

    def place(at: datetime, score: float) -> Point:
        x = min(max(at.timestamp(), min(times)), max(times))
        return within(x, times, MARGIN + 6, RIGHT - 6), within(score, scores, lower, upper)

    for score in sorted({min(scores), max(scores)}):
        y = within(score, scores, lower, upper)
        canvas.line([(MARGIN, y), (RIGHT, y)], RULE)
        label = style.bare(score if score in own else round_shown(score))
        # No point is near a label above the diamonds at the top, or below the line at the bottom.
        canvas.write(RIGHT, y - 9 if y < bottom else y + 17, label, size=14, fill=DIM, anchor="end")
    for middle in graph.middles:
        during = [place(at, middle.score) for at in (middle.begins_at, middle.ends_at)]
        canvas.line(during, YELLOW, width=2, is_dashed=True)
    for point in graph.points:
        canvas.dot(*place(point.at, point.score), 3.5, BLUE)
    steps: list[Point] = []
    for point in graph.bests:
        if steps:
            steps.append((place(point.at, point.score)[0], steps[-1][1]))
        steps.append(place(point.at, point.score))
    canvas.line([*steps, (place(graph.until, scores[0])[0], steps[-1][1])], ORANGE, width=2.5)
    for point in graph.bests:
        canvas.diamond(*place(point.at, point.score), 6, ORANGE)
    canvas.write(MARGIN, bottom + 38, _day(graph.points[0].at), size=14, fill=DIM)
    canvas.write(RIGHT, bottom + 38, _day(graph.until), size=14, fill=DIM, anchor="end")


def _tell(history: HistoryPage) -> str:
    style = history.event.style
    bests = ", ".join(
        f"{_day(point.at)} {isolate_score(point.score, style)}" for point in reversed(history.graph.bests)
    )
    told = [f"Bests, the latest first: {bests}."] if bests else []
    if history.graph.middles:
        last = history.graph.middles[-1]
        told.insert(
            0, f"The middle of the field in the last closed week: {isolate_score(round_shown(last.score), style)}."
        )
    return " ".join(told)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"
