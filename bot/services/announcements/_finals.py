"""Compose the final podium of an event from its overall board."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, WeeklyRun
from bot.domain.announcements import ANNOUNCED_AFTER, MOST_ON_PODIUM, Final, podium_of, read_key
from bot.domain.posts import Draft
from bot.domain.weeks import Week
from bot.services.announcements._announcements import Announcements
from bot.services.events import describe, find_event
from bot.services.servers import load_settings
from bot.services.standings import find_leaders
from bot.services.weeks import closed_weeks, current_season, end_to_come, find_run


class FinalAnnouncements(Announcements):
    """The final podiums: one for each last week with which an event has ended.

    An event that goes on and ends again has a new one; the old one says that the event went on.
    """

    async def draft(self, key: str) -> Draft[Final] | None:
        """Return what the announcement currently says; None if the event is gone."""

        def work(session: Session) -> Draft[Final] | None:
            event_id, week = read_key(key)
            event = session.get(Event, event_id)
            if event is None:
                return None
            final = self._report(session, event)
            if event.last_week != week:
                went_on = event.last_week is None or event.last_week > week
                final = replace(final, has_ended=final.has_ended and not went_on)
                return self._draft(session, event, final, is_news=False)
            said = self._draft(session, event, final, is_news=final.has_ended)
            ended_at = _find_end(session, event) if final.has_ended else None
            return replace(said, again_at=self._again_at(session, event, final), news_at=ended_at)

        return await self._database.read(work)

    async def unannounced(self, guild_id: int, event_id: int) -> Final | None:
        """Return how an event of a server ended; None if it has not ended or if the server has an announcement channel.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> Final | None:
            event = find_event(session, guild_id, event_id)
            if load_settings(session, guild_id).announcement_channel_id is not None:
                return None
            final = self._report(session, event)
            return final if final.has_ended else None

        return await self._database.read(work)

    def _again_at(self, session: Session, event: Event, final: Final) -> datetime | None:
        """Return when a podium that is refreshed now may be outdated without a correction; None for never.

        That is at the end of the event or, while the Elos of an ended event are stale, soon.
        """
        now = self._clock()
        is_stale = final.has_ended and event.elo_version != event.scores_version
        return now + ANNOUNCED_AFTER if is_stale else end_to_come(session, event, now)

    def _report(self, session: Session, event: Event) -> Final:
        season = current_season(session, event, self._clock())
        return Final(
            event=describe(event),
            podium=podium_of(find_leaders(session, event, MOST_ON_PODIUM)),
            players=event.score_count,
            weeks=len(closed_weeks(session, event.id)),
            has_ended=season is not None and season.has_ended,
        )


def _find_end(session: Session, event: Event) -> datetime | None:
    """Return when an event ended: at its latest run, or later with its last week, if that has no run."""
    code = event.last_week
    ends = [session.scalar(sa.select(sa.func.max(WeeklyRun.ran_at)).where(WeeklyRun.event_id == event.id))]
    if code is not None and find_run(session, event.id, code) is None:
        ends.append(Week.from_code(code).ends_at(load_settings(session, event.guild_id).time_zone))
    return max((end for end in ends if end is not None), default=None)
