"""Let admins try out rules, and explain those that an event has."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.database.streams import Streams, compute_aside
from bot.domain.events import EventInfo
from bot.domain.fairness import Fairness, Rated
from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.rehearsals import (
    OtherLogarithm,
    Outcome,
    Proposal,
    RankedPlayer,
    Rehearsal,
    WeekExplanation,
    Weighing,
    first_of,
    moved_most,
    moves_between,
    ranks_of,
)
from bot.domain.replays import Replays
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.domain.weeks import Week
from bot.errors import LogarithmImpossible, WeekNotRated
from bot.services.events import describe, find_event
from bot.services.ratings import rating_of
from bot.services.rehearsals._log import replay
from bot.services.servers import Actor, is_admin, name_players, require_admin
from bot.services.weeks import closed_weeks, find_run

MOST_WEIGHED = 10_000
"""The largest event of which explanations of ratings tell what weighs; more players would take seconds."""

T = TypeVar("T")


class RehearsalService:
    """Replays events from their logs; it only reads, and takes no locks."""

    def __init__(self, database: Database, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._scale = scale
        # Run one replay at a time: each keeps several numbers in memory for every player of an event.
        self._turn = asyncio.Lock()

    async def rehearse(self, actor: Actor, event: str | int, proposal: Proposal) -> Rehearsal:
        """Replay an event from its log under its present rules and under proposed ones, and compare the results.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            proposal: the rules that would change.

        Raises:
            RuleOutOfRange: a number is out of range.
            LogarithmImpossible: the proposal uses logarithms, but the event allows scores of 0 or less.
        """

        def work(session: Session) -> Rehearsal:
            require_admin(session, actor)
            found = find_event(session, actor.guild_id, event)
            direction, rules = proposal.direction or found.score_direction, proposal.over(found.rules)
            if rules.rates_logarithms and not describe(found).bounds.are_positive:
                raise LogarithmImpossible(found.name)
            return _rehearse(session, found, rating_of(found, self._scale), Rating(direction, rules, self._scale))

        return await self._replay(work)

    async def explain(self, actor: Actor, event_id: int, week: str) -> WeekExplanation:
        """Explain what the scores of a closed week were rated by and, to an admin, what influences the event's ratings.

        Args:
            actor: the user who asks.
            event_id: the key of the event.
            week: such as 2026-W47.

        Raises:
            WeekNotRated: the week is not closed, or has been reopened.
        """

        def work(session: Session) -> WeekExplanation:
            found = find_event(session, actor.guild_id, event_id)
            run = find_run(session, found.id, Week.parse(week).code)
            if run is None:
                raise WeekNotRated(week)
            rating = rating_of(found, run.scale)
            return WeekExplanation(
                event=describe(found),
                week=Week.parse(week),
                field=run.field,
                rating=rating,
                is_rated=rating.rates_week(run.field_size),
            )

        explained = await self._database.read(work)
        return replace(explained, weighing=await self.weigh(actor, event_id))

    async def weigh(self, actor: Actor, event_id: int) -> Weighing | None:
        """Return what influences the ratings of an event besides skill; None unless the actor is an admin."""

        def look(session: Session) -> tuple[EventInfo, int] | None:
            found = find_event(session, actor.guild_id, event_id)
            return (describe(found), found.statistics.count) if is_admin(session, actor) else None

        def weigh(session: Session) -> Fairness:
            found = find_event(session, actor.guild_id, event_id)
            [outcome] = _Outcomes(session, found, rating_of(found, self._scale)).found
            return outcome.fairness

        looked = await self._database.read(look)
        if looked is None:
            return None
        event, players = looked
        return Weighing(event, None if players > MOST_WEIGHED else await self._replay(weigh))

    async def _replay(self, work: Callable[[Session], T]) -> T:
        async with self._turn:
            return await self._database.read(work)


@dataclass(frozen=True, slots=True)
class _Replayed:
    """The result of a replay under some rules."""

    rating: Rating
    ratings: dict[int, Rated]
    fairness: Fairness


class _Outcomes:
    """An event, replayed under its own rules and others: once for each direction, under all its rules at once."""

    def __init__(self, session: Session, event: Event, now: Rating, *others: Rating) -> None:
        self.weeks = len(closed_weeks(session, event.id))
        bounds = describe(event).bounds

        def replay_in(streams: Streams, direction: ScoreDirection, ratings: Sequence[Rating]) -> Iterator[_Replayed]:
            replays = Replays(ratings, self.weeks, now=now)
            bests = replay(streams, event.id, direction, replays)
            for one in replays.each:
                ranked = one.rank(bests, is_overall=self.weeks > 0)
                yield _Replayed(one.rating, ranked, one.weigh(bests, ranked, bounds))

        def compute(streams: Streams) -> list[_Replayed]:
            by_direction = groupby([now, *others], key=attrgetter("direction"))
            return [done for direction, group in by_direction for done in replay_in(streams, direction, list(group))]

        self.found = compute_aside(session, compute)


def _rehearse(session: Session, event: Event, now: Rating, proposed: Rating) -> Rehearsal:
    rules, ratings = proposed.rules, [proposed]
    if rules.method is Method.ROBUST and describe(event).bounds.are_positive:
        ratings.append(replace(proposed, rules=replace(rules, uses_logarithm=not rules.uses_logarithm)))
    outcomes = _Outcomes(session, event, now, *ratings)
    before, after, *others = outcomes.found
    moved, firsts = moved_most(before.ratings, after.ratings), [first_of(one.ratings) for one in outcomes.found]
    names = name_players(session, event.guild_id, {*moved, *(player for first in firsts for player in first)})
    other = _other_logarithm(before, others[0], firsts[-1], names) if others else None
    return Rehearsal(
        event=describe(event),
        board=Board.OVERALL if outcomes.weeks else Board.ALL_TIME,
        weeks=outcomes.weeks,
        before=_outcome(before, firsts[0], after, names),
        after=_outcome(after, firsts[1], before, names),
        moves=moves_between(before.ratings, after.ratings),
        greatest=_ranked(moved, after, before, names),
        other_logarithm=other,
    )


def _outcome(one: _Replayed, first: Sequence[int], other: _Replayed, names: dict[int, PlayerName]) -> Outcome:
    rating = one.rating
    return Outcome(rating.direction, rating.rules, len(one.ratings), _ranked(first, one, other, names), one.fairness)


def _ranked(
    players: Sequence[int], one: _Replayed, other: _Replayed, names: dict[int, PlayerName]
) -> tuple[RankedPlayer, ...]:
    ranks, others = ranks_of(players, one.ratings), ranks_of(players, other.ratings)

    def elo_there(player: int) -> int | None:
        return other.ratings[player].elo if player in other.ratings else None

    return tuple(
        RankedPlayer(names[player], ranks[player], one.ratings[player].elo, others.get(player), elo_there(player))
        for player in players
    )


def _other_logarithm(
    before: _Replayed, other: _Replayed, first: Sequence[int], names: dict[int, PlayerName]
) -> OtherLogarithm:
    absurd = other.fairness.absurd
    return OtherLogarithm(
        rules=other.rating.rules,
        moves=moves_between(before.ratings, other.ratings),
        absurd_moves=0 if absurd is None else absurd.most_moved,
        leader=names[first[0]] if first else None,
    )
