"""Show the state of held scores to admins in the review channel of their server."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database
from bot.database.models import Event, GuildSettings
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.posts import Draft
from bot.domain.reviews import HeldScore, HeldState
from bot.services.reviews._held import describe_held
from bot.services.reviews._service import REMIND_AFTER
from bot.services.servers import hasten_reviews, load_settings

STAYS_FOR: timedelta = REMIND_AFTER / 2
"""How long the bot edits a message about a waiting score before it posts a new one. Reminders are further apart."""


class ReviewPosts:
    """The messages about held scores: one for each. The interaction of the submission is the key."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def draft(self, key: str) -> Draft[HeldScore | None] | None:
        """Return what a message currently says, with None for an erased score; None if there never was a message."""

        def work(session: Session) -> Draft[HeldScore | None] | None:
            held = session.scalar(sa.select(models.HeldScore).where(models.HeldScore.interaction_id == int(key)))
            return self._erased(session, key) if held is None else self._draft(session, held)

        return await self._database.read(work)

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        """Stop showing held scores in a channel, and report them to admins elsewhere; tell whether it showed them."""
        row = session.get(GuildSettings, guild_id, with_for_update=True)
        if row is None or row.review_channel_id != channel_id:
            return False
        row.review_channel_id = None
        hasten_reviews(session, guild_id, self._clock())
        return True

    def _draft(self, session: Session, held: models.HeldScore) -> Draft[HeldScore | None]:
        event = session.get_one(Event, held.event_id)
        channel_id = load_settings(session, event.guild_id).review_channel_id
        waits = held.state is HeldState.WAITING
        stays_from = self._clock() - STAYS_FOR if waits else None
        shown = describe_held(session, held)
        return Draft(event.guild_id, event.id, channel_id, shown, is_news=waits, not_older_than=stays_from)

    def _erased(self, session: Session, key: str) -> Draft[HeldScore | None] | None:
        post = models.Post
        row = session.scalar(sa.select(post).where(post.kind == JobKind.HELD, post.key == key))
        return None if row is None else Draft(row.guild_id, row.event_id, None, None, is_news=False)
