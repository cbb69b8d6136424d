"""The contents of the documents' pictures: a season of made-up players with names in ten scripts."""

from datetime import UTC, datetime, timedelta

from bot.domain.events import EventInfo
from bot.domain.explanations import PlayerRating, RatedWeek
from bot.domain.history import GraphPoint, HistoryEntry, HistoryGraph, HistoryPage, WeekMiddle
from bot.domain.profiles import ClosedWeek, Medals, Profile, ProfiledEvent, ServerStanding, Streaks
from bot.domain.ratings import RatingScale, round_half_up
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board, LeaderboardPage, Standing
from bot.domain.weeks import Week
from bot.ui.pictures import Picture, picture_of_history, picture_of_profile, picture_of_rating, picture_of_week

NAMES = (
    "Chloé",
    "Дмитрий",
    "Ελένη",
    "محمد العربي",
    "שירה לוי",
    "क्षितिज",
    "ณัฐพล",
    "さくら東京",
    "김민수",
    "李小龍 👨‍👩‍👧‍👦",
)
"""The scripts are Latin, Cyrillic, Greek, Arabic, Hebrew, Devanagari, Thai, Japanese, Korean, and Chinese with an
emoji."""
POINTS, SECONDS = ScoreStyle(unit="points"), ScoreStyle(ScoreFormat.TIME)
WEEK = Week(2026, 47)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SCORES = (18_900, 16_400, 16_000, 15_800, 13_500, 12_900, 12_400, 11_050, 9_800, 4_200)
WEEKLY = (1_295, None, 1_136, 1_244, 1_102, 1_290, None, 1_180, 1_233, 1_071)
HISTORY = (
    *((0, 9_800), (2, 8_400), (5, 10_950), (9, 10_100), (13, 12_050), (16, 9_400), (21, 11_800), (26, 12_900)),
    *((33, 12_400), (37, 13_500), (41, 11_700), (48, 15_800), (52, 14_200), (59, 15_100), (65, 18_900), (69, 16_700)),
)
"""Pairs of a day and a score."""
MIDDLES = (10_400, 10_900, 11_300, 11_900, 12_100, 12_800, 12_500, 13_300, 13_900, 14_650)


def event(name: str = "Tetris Blitz", key: int = 1, style: ScoreStyle = POINTS) -> EventInfo:
    """Return an event; for times, lower is better."""
    direction = ScoreDirection.LOW if style is SECONDS else ScoreDirection.HIGH
    return EventInfo(key, 1, name, direction, style, None, None, is_active=True)


def rating(name: str = NAMES[0], weekly: tuple[int | None, ...] = WEEKLY) -> PlayerRating:
    """Return a rating with the given weekly Elos, the latest first; None is a missed week."""
    weeks = [
        RatedWeek(Week(2026, WEEK.number - ago), 0 if elo is None else elo, is_missed=elo is None)
        for ago, elo in enumerate(weekly)
    ]
    average = sum(one.elo for one in weeks) / len(weeks) if weeks else None
    return PlayerRating(
        event=event(),
        player=PlayerName(1, name),
        rules=Rules(),
        best=18_900.0,
        rank=1,
        players=12,
        all_time_elo=1_165,
        scale=RatingScale(),
        middle=14_650.0,
        spread=5_150.0,
        spreads=0.825,
        beaten=None,
        weeks=tuple(weeks),
        averaged=tuple(week.elo for week in weeks),
        weekly_average=average,
        event_elo=None if average is None else round_half_up(1_165 / 2 + average / 2),
    )


def closed_week(names: tuple[str, ...] = NAMES) -> LeaderboardPage:
    """Return the first page of the board of a closed week."""
    standings = [
        Standing(place, PlayerName(place, name), float(score), 1_000 + (score - 13_100) // 32)
        for place, (name, score) in enumerate(zip(names, SCORES, strict=False), 1)
    ]
    return LeaderboardPage(
        event=event(),
        board=Board.WEEK,
        week=WEEK,
        standings=tuple(standings),
        page=0,
        pages=1,
        players=len(standings),
        own=None,
        is_past=True,
    )


def history(name: str = NAMES[0], scores: tuple[tuple[int, int], ...] = HISTORY) -> HistoryPage:
    """Return a player's history of scores, given with the days since the first."""
    began = NOW - timedelta(days=70)
    points = [GraphPoint(began + timedelta(days=day), float(score)) for day, score in scores]
    bests = [point for place, point in enumerate(points) if all(point.score > one.score for one in points[:place])]
    weeks = [began + timedelta(days=7 * number) for number in range(len(MIDDLES))]
    middles = [
        WeekMiddle(begin, begin + timedelta(days=7), float(score)) for begin, score in zip(weeks, MIDDLES, strict=True)
    ]
    best = HistoryEntry(1, bests[-1].score, bests[-1].at, WEEK, is_best=True)
    return HistoryPage(
        event=event(),
        player=PlayerName(1, name),
        entries=(best,),
        page=0,
        pages=1,
        scores=len(points),
        first=best,
        best=best,
        trend=None,
        graph=HistoryGraph(tuple(points), tuple(bests), tuple(middles), NOW),
    )


def profile(name: str = NAMES[0], events: int = 3) -> Profile:
    """Return a profile with some events."""
    played = (
        ProfiledEvent(event(), 18_900.0, 1, 12, 1_165, 1_042),
        ProfiledEvent(event("40L Sprint", 2, SECONDS), 58.34, 3, 33, 1_141, 1_055),
        ProfiledEvent(event("Pinball", 3, ScoreStyle()), 1_240_500.0, 7, 9, 902, None),
    )
    best = ClosedWeek(event(), Week(2026, 46), 1, 12, 1_295)
    return Profile(
        player=PlayerName(1, name),
        events=(played * events)[:events],
        more_events=0,
        medals=Medals(4, 2, 1),
        streaks=Streaks(3, 11),
        best_week=best,
        scores=41,
        since=NOW - timedelta(days=70),
        standing=ServerStanding(2_097, 2, 2, 35),
    )


def samples(name: str = NAMES[0]) -> list[Picture]:
    """Return one picture of each kind, for a player with that name."""
    return [
        picture_of_rating(rating(name)),
        picture_of_week(closed_week((name, *NAMES[1:]))),
        picture_of_history(history(name)),
        picture_of_profile(profile(name)),
    ]
