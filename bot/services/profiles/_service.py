"""Compose profiles and comparisons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, Reminders
from bot.domain.clock import Clock, local_time
from bot.domain.profiles import (
    MOST_EVENTS,
    ComparedEvent,
    Comparison,
    Profile,
    ProfiledEvent,
    best_of,
    count_medals,
    count_streaks,
    count_wins,
    lead_of,
)
from bot.domain.ratings import RatingScale
from bot.domain.servers import PlayerName
from bot.errors import (
    NeverSubmitted,
    NoScoresHere,
    NoScoresYet,
    NoSharedEvent,
    SamePlayer,
    SubmitterWithdrawn,
)
from bot.services.events import describe, find_meant_event, without_scores
from bot.services.profiles._reading import (
    Entry,
    find_server_standing,
    read_closed_weeks,
    read_entries,
    read_excused_weeks,
    read_meetings,
    read_scores,
)
from bot.services.servers import current_week, find_member, load_settings
from bot.services.standings import find_best


@dataclass(frozen=True, slots=True)
class _Found:
    """A player and their events, by key, with the most important events first."""

    player: PlayerName
    player_id: int
    entries: Mapping[int, Entry]


class ProfileService:
    """Shows players' achievements in all events of a server, and compares two players.

    Ranks and the Elos of bests are current; event Elos are those of the overall boards.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def show(self, guild_id: int, discord_id: int, viewer_id: int) -> Profile:
        """Return the profile of a player.

        Args:
            guild_id: the server.
            discord_id: Discord's id of the player.
            viewer_id: Discord's id of the user who asks.

        Raises:
            NeverSubmitted, NoScoresHere: the player has no scores in the server.
            NoScoresYet, SubmitterWithdrawn: the player has no scores and is the user who asks.
        """

        def work(session: Session) -> Profile:
            found = _find(session, guild_id, discord_id, viewer_id)
            weeks = read_closed_weeks(session, found.player_id, found.entries)
            scores = read_scores(session, found.player_id, found.entries)
            excused = read_excused_weeks(session, guild_id, found.player_id, found.entries)
            return Profile(
                player=found.player,
                events=tuple(self._describe(session, found, key) for key in list(found.entries)[:MOST_EVENTS]),
                more_events=max(0, len(found.entries) - MOST_EVENTS),
                medals=count_medals(weeks),
                streaks=count_streaks(scores.weeks, excused, current_week(session, guild_id, self._clock())),
                best_week=best_of(weeks),
                scores=scores.number,
                since=local_time(scores.since, load_settings(session, guild_id).time_zone),
                standing=find_server_standing(session, guild_id, found.entries.values()),
            )

        return await self._database.read(work)

    async def compare(
        self, guild_id: int, player: int, other: int | None, viewer_id: int, event: str | int | None = None
    ) -> Comparison:
        """Compare two players over the events that both play.

        Args:
            guild_id: the server.
            player: Discord's id of a player.
            other: Discord's id of the other player; None for the user who asks.
            viewer_id: Discord's id of the user who asks; if they are one of the two, they come first.
            event: the one event to compare, given by its name, by a part that no other name has, or by its key; None
                for all.

        Raises:
            SamePlayer: both are the same player.
            NeverSubmitted, NoScoresHere, NoScoresYet, SubmitterWithdrawn: as in `show`, for either player.
            NoSharedEvent: the two players share no event.
            EventNotFound: the server has no such event.
            NoScores: one of the players has no score in the event.
        """
        pair = (viewer_id, player) if other in (None, viewer_id) else (player, other)

        def work(session: Session) -> Comparison:
            if pair[0] == pair[1]:
                raise SamePlayer
            first, second = (_find(session, guild_id, one, viewer_id) for one in pair)
            if event is None:
                keys = [key for key in first.entries if key in second.entries]
            else:
                wanted = find_meant_event(session, guild_id, event)
                keys = [self._find_shared(session, wanted, (first, second), viewer_id)]
            if not keys:
                raise NoSharedEvent
            meetings = read_meetings(session, first.player_id, second.player_id, keys)
            return Comparison(
                first=first.player,
                second=second.player,
                events=tuple(
                    ComparedEvent(
                        self._describe(session, first, key),
                        self._describe(session, second, key),
                        count_wins(meetings[key]),
                    )
                    for key in keys[:MOST_EVENTS]
                ),
                more_events=max(0, len(keys) - MOST_EVENTS),
                leads=count_wins(_lead(first.entries[key], second.entries[key]) for key in keys),
                weeks=count_wins(chain.from_iterable(meetings.values())),
                event_id=None if event is None else keys[0],
                is_rival=_follows(session, guild_id, *pair) if pair[0] == viewer_id else None,
            )

        return await self._database.read(work)

    def _find_shared(self, session: Session, event: Event, players: Sequence[_Found], viewer_id: int) -> int:
        """Return the key of an event in which all given players have scores.

        Raises:
            NoScores: a player has none.
        """
        for one in players:
            if event.id not in one.entries:
                raise without_scores(session, event, one.player.discord_id, viewer_id, self._clock())
        return event.id

    def _describe(self, session: Session, found: _Found, key: int) -> ProfiledEvent:
        """Return a player's scores and ratings in one of their events."""
        entry = found.entries[key]
        standing = find_best(session, entry.event, found.player.discord_id, self._scale)
        # This transaction sees the best of the entry, and every best has a rank.
        assert standing is not None and standing.rank is not None and standing.elo is not None  # noqa: S101, PT018
        return ProfiledEvent(
            event=describe(entry.event),
            best=entry.best,
            rank=standing.rank,
            players=entry.event.score_count,
            elo=standing.elo,
            event_elo=entry.event_elo,
        )


def _find(session: Session, guild_id: int, discord_id: int, viewer_id: int) -> _Found:
    """Return a player with scores in a server; `ProfileService.show` says what this raises."""
    is_own = discord_id == viewer_id
    try:
        member = find_member(session, guild_id, discord_id)
    except NeverSubmitted:
        raise NoScoresYet if is_own else NeverSubmitted(discord_id) from None
    if member.withdrawn_at is not None and is_own:
        raise SubmitterWithdrawn
    entries = read_entries(session, guild_id, member.player_id)
    if not entries:
        raise NoScoresYet if is_own else NoScoresHere(discord_id)
    return _Found(PlayerName(discord_id, member.display_name), member.player_id, entries)


def _lead(first: Entry, second: Entry) -> int:
    return lead_of(first.event.score_direction, first.best, second.best)


def _follows(session: Session, guild_id: int, discord_id: int, other_id: int) -> bool:
    """Tell whether a user follows a player as their rival."""
    reminders = session.get(Reminders, (guild_id, discord_id))
    return reminders is not None and reminders.rival_id == other_id
