"""The jobs that a process can only run while it is connected to Discord."""

from typing import Any

from discord import Client

from bot.cogs._pace import Pace
from bot.cogs._services import Services
from bot.cogs.boards import show_board
from bot.cogs.posts import Poster, Publication
from bot.cogs.reminders import Messenger
from bot.cogs.reviews import show_held_score
from bot.cogs.roles import RoleKeeper
from bot.cogs.weeks import show_week
from bot.domain.jobs import Claim, JobKind
from bot.services.jobs import Handler
from bot.ui.announcements import show_final, show_record


def handlers_of(client: Client, services: Services) -> dict[JobKind, Handler]:
    """Return the handlers of the jobs that need a logged-in client."""
    publications: dict[JobKind, Publication[Any]] = {
        JobKind.RESULTS: Publication(services.results, show_week),
        JobKind.FINAL: Publication(services.finals, show_final),
        JobKind.RECORD: Publication(services.records, show_record),
        JobKind.HELD: Publication(services.review_posts, show_held_score),
        JobKind.BOARD: Publication(services.boards, show_board, returns=True),
    }
    pace = Pace()
    poster = Poster(client, services.posts, publications, pace)

    async def refresh(claim: Claim) -> None:
        """Refresh a board, at most once a minute."""
        if not await services.boards.is_early(claim):
            await poster.do(claim)

    handlers: dict[JobKind, Handler] = dict.fromkeys(publications, poster.do)
    handlers[JobKind.BOARD] = refresh
    handlers[JobKind.REMINDER] = Messenger(client, services.reminders, pace).do
    return handlers | {JobKind.ROLES: RoleKeeper(client, services.roles, pace).do}
