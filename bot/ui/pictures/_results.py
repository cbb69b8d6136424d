"""The picture of a closed week: the podium and the first ten."""

from collections.abc import Sequence

from bot.domain.scores import ScoreStyle
from bot.domain.standings import LeaderboardPage, Standing
from bot.ui.pictures._canvas import (
    BRONZE,
    DIM,
    GOLD,
    INNER,
    MARGIN,
    ORANGE,
    PANEL,
    RIGHT,
    RULE,
    SILVER,
    Canvas,
    Picture,
    head,
)
from bot.ui.standings import FEW_PLAYERS, PROVISIONAL
from bot.ui.text import count_of, isolate_score, write_days, write_elo

STAGE = 128.0
"""The height of the podium including the names on it."""
COLUMNS = (1, 0, 2)
"""The columns of the first, the second and the third player, counted from the left."""
HEIGHTS = {1: 100.0, 2: 84.0, 3: 68.0}
"""The height of the step for each rank."""
COLUMN = INNER / 3
CHARACTER = 0.54
"""The width of a character in a long score, as a fraction of the font size."""
MEDALS = {1: GOLD, 2: SILVER, 3: BRONZE}
ROW = 32.0


def picture_of_week(page: LeaderboardPage) -> Picture:
    """Draw the first page of the board of a closed week."""
    canvas, style = Canvas(), page.event.style
    days = "" if page.week is None else write_days(page.week, year=True)
    top = head(canvas, page.event.name, f"{days} · {page.players:,} played")
    podium = page.standings[:3]
    mark = PROVISIONAL if page.is_provisional else ""
    if podium:
        _podium(canvas, top, podium, style, mark)
        top += STAGE + 12
    others = page.standings[len(podium) :]
    if others:
        canvas.write(RIGHT - 52, top + 16, style.unit or "best", size=15, fill=DIM, anchor="end", room=INNER / 2)
        canvas.write(RIGHT, top + 16, "Elo", size=15, fill=DIM, anchor="end")
        top += 22
    for standing in others:
        _row(canvas, top, standing, style)
        top += ROW
    told = [f"{page.event.name}, {days}: {count_of(page.players, 'player')}."]
    told += [f"{_tell(standing, style, mark)}." for standing in page.standings]
    if page.has_provisional:
        canvas.write(MARGIN, top + 16, FEW_PLAYERS, size=15, fill=DIM)
        told.append(f"{FEW_PLAYERS}.")
        top += 26
    return canvas.finish("week", top + 12, " ".join(told))


def _podium(canvas: Canvas, top: float, podium: Sequence[Standing], style: ScoreStyle, mark: str) -> None:
    bottom = top + STAGE
    for place, standing in enumerate(podium):
        rank, left, room = standing.rank or place + 1, MARGIN + COLUMN * COLUMNS[place], COLUMN - 8
        height, score = HEIGHTS[rank], style.bare(standing.score)
        middle, step = left + COLUMN / 2, bottom - height
        canvas.box(left + 3, step, COLUMN - 6, height, PANEL, radius=4)
        canvas.box(left + 3, step, COLUMN - 6, 4, MEDALS.get(rank, RULE), radius=2)
        canvas.write(middle, step - 8, standing.player.name, anchor="middle", is_bold=True, room=COLUMN - 6)
        canvas.write(middle, step + 24, f"#{rank}", size=18, fill=MEDALS.get(rank, DIM), anchor="middle", is_bold=True)
        size = min(15, room / (CHARACTER * len(score)))
        canvas.write(middle, step + 41, score, size=size, anchor="middle", room=room)
        if standing.elo is not None:
            canvas.write(middle, step + 58, f"Elo {write_elo(standing.elo)}{mark}", size=15, fill=DIM, anchor="middle")
    canvas.line([(MARGIN, bottom), (RIGHT, bottom)], RULE)


def _row(canvas: Canvas, top: float, standing: Standing, style: ScoreStyle) -> None:
    base, elo = top + 21, "" if standing.elo is None else write_elo(standing.elo)
    score = style.bare(standing.score)
    canvas.write(MARGIN + 24, base, f"{standing.rank or '–'}", fill=DIM, anchor="end")
    taken = 9.5 * len(score) + 62
    canvas.write(MARGIN + 36, base, standing.player.name, room=INNER - 36 - taken)
    canvas.write(RIGHT - 52, base, score, anchor="end")
    canvas.write(RIGHT, base, elo, fill=ORANGE, anchor="end")
    canvas.line([(MARGIN, top + ROW), (RIGHT, top + ROW)], PANEL)


def _tell(standing: Standing, style: ScoreStyle, mark: str) -> str:
    rated = "" if standing.elo is None else f", Elo {write_elo(standing.elo)}{mark}"
    return f"#{standing.rank} {standing.player.name} {isolate_score(standing.score, style)}{rated}"
