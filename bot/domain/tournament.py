"""Decide which data of a tournament bot become events and submissions."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum, auto

from bot.domain.events import EventInfo
from bot.domain.scores import DEFAULT_MAX, DEFAULT_MIN, MAX_SCORE, ScoreDirection, settled
from bot.domain.text import MAX_EVENT_NAME, name_key, visible
from bot.domain.weeks import Week

LAST_WEEK_NUMBER = 53
FIRST_WEEK_CODE = 197001
NOON = time(12, tzinfo=UTC)


class Reason(StrEnum):
    """The reasons why data stay in the tournament bot's database; `bot.ui.tournament` has words for each."""

    MATCHES = auto()
    NO_DIRECTION = auto()
    OTHER_DIRECTION = auto()
    NO_SCORE = auto()
    OUT_OF_BOUNDS = auto()
    NO_PLAYER = auto()
    NO_TIME = auto()
    TO_COME = auto()
    OUT_OF_SEASON = auto()
    CLOSED_WEEK = auto()
    ELOS = auto()
    WITHOUT_SCORES = auto()


@dataclass(frozen=True, slots=True)
class TournamentPlayer:
    """A player of the tournament bot; `name` is the display name."""

    discord_id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class TournamentEvent:
    """An event of the tournament bot.

    Attributes:
        cluster: the name of the cluster to which it belongs; None if it has no name.
        is_leaderboard: whether players compete by scores rather than in matches.
        direction: the direction; None if nobody chose one.
        made_at: when it was created, aware; None if unknown.
    """

    id: int
    name: str
    cluster: str | None
    is_leaderboard: bool
    direction: ScoreDirection | None
    is_active: bool
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class TournamentScore:
    """A score of the tournament bot.

    Attributes:
        player: the player; None if the database does not know the player.
        week: the week as stored: 202528, 28 without its year, or None.
        made_at: when it was made, aware; None if unknown.
    """

    event_id: int
    player: TournamentPlayer | None
    score: float | None
    week: int | None
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class TournamentData:
    """The events, players and scores in a tournament bot's database.

    Attributes:
        players: the number of players, with or without scores.
        elos: how many weekly Elos are stored without their scores.
    """

    events: Sequence[TournamentEvent]
    scores: Sequence[TournamentScore]
    players: int
    elos: int


@dataclass(frozen=True, slots=True)
class Namesake:
    """An event of the server with the same name as one to import.

    Attributes:
        closed: the weeks with a run.
        logged: its submissions, including removed ones: player's Discord id, score, week.
    """

    event: EventInfo
    closed: Collection[Week]
    logged: Collection[tuple[int, float, Week]]


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """A submission to write: `week` is the week that it counts for; `submitted_at` is aware, in UTC."""

    player: TournamentPlayer
    score: float
    week: Week
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class EventImport:
    """What an import makes of one event.

    Attributes:
        name: the name of the event in the server.
        direction: the direction of the event in the server.
        is_active: whether a new event will take scores.
        is_new: whether the server has no such event yet.
        submissions: in the order in which they were made.
        repeated: how many scores the server has already.
    """

    name: str
    direction: ScoreDirection
    is_active: bool
    is_new: bool
    submissions: tuple[NewSubmission, ...]
    repeated: int

    @property
    def min_score(self) -> float | None:
        """The lower bound of a new event: its lowest score, if the default does not allow that; else None."""
        least = min((one.score for one in self.submissions), default=DEFAULT_MAX)
        return least if least <= DEFAULT_MIN else None

    @property
    def max_score(self) -> float | None:
        """The upper bound of a new event: its highest score, if the default does not allow that; else None."""
        greatest = max((one.score for one in self.submissions), default=DEFAULT_MIN)
        return greatest if greatest >= DEFAULT_MAX else None


@dataclass(slots=True)
class TournamentPlan:
    """What an import brings, and how much stays behind for which reason."""

    events: list[EventImport] = field(default_factory=list)
    left_behind: Counter[Reason] = field(default_factory=Counter)


def name_events(events: Sequence[TournamentEvent]) -> dict[int, str]:
    """Return a name for each event, by id; a cluster or an id distinguishes events with the same name."""
    plain = {event.id: visible(event.name)[:MAX_EVENT_NAME].strip() or f"Event {event.id}" for event in events}
    namesakes = Counter(map(name_key, plain.values()))
    taken = {key for key, count in namesakes.items() if count == 1}
    names: dict[int, str] = {}
    for event in events:
        name = plain[event.id]
        if namesakes[name_key(name)] > 1:
            by_cluster = _append(name, visible(event.cluster or ""))
            is_free = event.cluster is not None and name_key(by_cluster) not in taken
            name = by_cluster if is_free else _append(name, f"event {event.id}")
            taken.add(name_key(name))
        names[event.id] = name
    return names


def _append(name: str, more: str) -> str:
    suffix = f" ({more[: MAX_EVENT_NAME // 2]})"
    return name[: MAX_EVENT_NAME - len(suffix)].strip() + suffix


def plan_import(
    data: TournamentData, names: Mapping[int, str], namesakes: Mapping[str, Namesake], zone: str, now: datetime
) -> TournamentPlan:
    """Decide what to import into a server.

    Args:
        data: the data of the tournament bot.
        names: the names of its events in this server, by id.
        namesakes: the server's events with these names, by name key.
        zone: the server's time zone, which defines the weeks.
        now: the present, aware; later scores stay behind.
    """
    plan = TournamentPlan()
    scores: defaultdict[int, list[TournamentScore]] = defaultdict(list)
    for score in data.scores:
        scores[score.event_id].append(score)
    for event in data.events:
        namesake = namesakes.get(name_key(names[event.id]))
        if (reason := _obstacle(event, namesake)) is not None:
            plan.left_behind[reason] += 1
            continue
        direction = event.direction if namesake is None else namesake.event.direction
        assert direction is not None  # noqa: S101 - else there is an obstacle
        dated = [_date(score, event, zone) for score in scores[event.id]]
        submissions, repeated = _choose(dated, namesake, Week.at(now, zone), plan.left_behind)
        plan.events.append(
            EventImport(names[event.id], direction, event.is_active, namesake is None, submissions, repeated)
        )
    playing = {score.player.discord_id for score in data.scores if score.player is not None}
    plan.left_behind[Reason.WITHOUT_SCORES] += max(data.players - len(playing), 0)
    plan.left_behind[Reason.ELOS] += data.elos
    return plan


def _obstacle(event: TournamentEvent, namesake: Namesake | None) -> Reason | None:
    if not event.is_leaderboard:
        return Reason.MATCHES
    if namesake is None:
        return Reason.NO_DIRECTION if event.direction is None else None
    return Reason.OTHER_DIRECTION if event.direction not in (None, namesake.event.direction) else None


def _date(score: TournamentScore, event: TournamentEvent, zone: str) -> NewSubmission | Reason:
    """Determine the week and the time of a score."""
    if score.score is None or math.isnan(score.score) or abs(score.score) > MAX_SCORE:
        return Reason.NO_SCORE
    if score.player is None:
        return Reason.NO_PLAYER
    made_at = score.made_at
    week = _week(score.week, made_at)
    if made_at is None:
        # An all-time best only tells that it was made after its event was created.
        made_at = event.made_at if week is None else datetime.combine(week.monday, NOON)
    if made_at is None:
        return Reason.NO_TIME
    return NewSubmission(score.player, settled(score.score), week or Week.at(made_at, zone), made_at)


def _week(stored: int | None, made_at: datetime | None) -> Week | None:
    """Return the week that a stored number means, such as 202528, or 28 near the time of the score."""
    if stored is None:
        return None
    if stored >= FIRST_WEEK_CODE:
        week = Week.from_code(stored)
        return week if _is_in_calendar(week) else None
    if made_at is None or not 0 < stored <= LAST_WEEK_NUMBER:
        return None
    day = made_at.date()
    near = filter(_is_in_calendar, (Week(year, stored) for year in (day.year - 1, day.year, day.year + 1)))
    return min(near, key=lambda week: abs(week.monday + timedelta(days=3) - day), default=None)


def _is_in_calendar(week: Week) -> bool:
    """Tell whether the calendar has a week: not every year has a week 53."""
    try:
        date.fromisocalendar(week.year, week.number, 1)
    except ValueError:
        return False
    return True


def _choose(
    dated: Sequence[NewSubmission | Reason], namesake: Namesake | None, current: Week, left_behind: Counter[Reason]
) -> tuple[tuple[NewSubmission, ...], int]:
    """Return the submissions to write, each once and in order, and how many of them the server has already."""
    logged = set() if namesake is None else set(namesake.logged)
    closed = () if namesake is None else namesake.closed
    chosen: dict[tuple[int, float, Week], NewSubmission] = {}
    repeated = 0
    found = sorted((one for one in dated if isinstance(one, NewSubmission)), key=lambda one: one.submitted_at)
    left_behind.update(one for one in dated if isinstance(one, Reason))
    for one in found:
        key = one.player.discord_id, one.score, one.week
        if key in logged:
            repeated += 1
        elif namesake is not None and not namesake.event.bounds.takes(one.score):
            left_behind[Reason.OUT_OF_BOUNDS] += 1
        elif namesake is not None and not namesake.event.is_in_season(one.week.code):
            left_behind[Reason.OUT_OF_SEASON] += 1
        elif one.week in closed:
            left_behind[Reason.CLOSED_WEEK] += 1
        elif one.week > current:
            left_behind[Reason.TO_COME] += 1
        else:
            # An all-time best is often the best of its week too, so keep it only once.
            chosen.setdefault(key, one)
    return tuple(chosen.values()), repeated
