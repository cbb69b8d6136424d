"""Let admins change the rules of an event."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.domain.audit import Action, ChangeDetail, Value, changes_between
from bot.domain.clock import Clock
from bot.domain.events import EventInfo, RulesChange
from bot.domain.ratings import RatingScale
from bot.domain.rehearsals import digest_of
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.errors import HasTheseRules, LogarithmImpossible, RulesChanged
from bot.services.events import describe, find_event
from bot.services.servers import Actor, begin_action, record
from bot.services.weeks import after_correction, rerate, reverse


class RulesService:
    """Changes the rules of events, and recomputes everything that depends on them."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def change(
        self,
        actor: Actor,
        event: str | int,
        rules: Rules,
        direction: ScoreDirection | None = None,
        *,
        rehearsed: str | None = None,
    ) -> RulesChange:
        """Change the rules of an event, and rerate its all-time bests and all its closed weeks.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            rules: all rules of the event.
            direction: whether higher or lower scores are better; None to keep the event's direction.
            rehearsed: the digest of the rules that the admin compared these with; None if nothing was compared.

        Raises:
            HasTheseRules: the event already has these rules.
            RulesChanged: the event has other rules than those that were compared.
            RuleOutOfRange: a number is out of range.
            LogarithmImpossible: the rules use logarithms, but the event allows scores of 0 or less.
        """

        def work(session: Session) -> RulesChange:
            begin_action(session, actor)
            rules.check()
            found = find_event(session, actor.guild_id, event, lock=True)
            before = describe(found)
            wanted = direction or before.direction
            if (wanted, rules) == (before.direction, before.rules):
                raise HasTheseRules(before.name)
            if rehearsed not in (None, digest_of(before.direction, before.rules)):
                raise RulesChanged(before.name)
            if rules.rates_logarithms and not before.bounds.are_positive:
                raise LogarithmImpossible(before.name)
            found.rules = rules
            session.flush()
            if wanted is not before.direction:
                reverse(session, found)
            rerate(session, found, self._scale)
            now, after = self._clock(), describe(found)
            detail = ChangeDetail(changes_between(_values(before), _values(after)))
            record(session, actor, Action.CHANGE_RULES, detail, at=now, event_id=found.id)
            after_correction(session, found, now)
            return RulesChange(before, after)

        return await self._database.write(work)


def _values(event: EventInfo) -> dict[str, Value]:
    return {"direction": event.direction, **asdict(event.rules)}
