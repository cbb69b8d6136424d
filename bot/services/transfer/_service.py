"""Export events, import exported events, and import scores."""

import io
from collections.abc import Callable
from functools import partial
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.database.streams import Streams, compute_aside
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.score_files import ScoreImportPlan, ScoreImportResult, TakenBack
from bot.domain.transfer import EventImportPlan, ExportedEvent, PlannedEventImport, file_name
from bot.errors import ExportTooLarge, NothingToImport
from bot.services.events import find_event, find_meant_event
from bot.services.servers import Actor, begin_action, itself, load_settings, require_admin
from bot.services.transfer._archive import pack_event, read_strangers_event, unpack_event
from bot.services.transfer._export import Exporter, OpenFile
from bot.services.transfer._file import EventFile
from bot.services.transfer._import import import_event, plan_import
from bot.services.transfer._scores import count_imported, import_scores, plan_score_import, take_import_back

MOST_BYTES = 10_000_000
"""The largest attachment to send: Discord's limit, less some room for the rest of the message."""


class TransferService:
    """Exports events as files, and imports events and scores into a server."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def export(self, actor: Actor, event: str) -> ExportedEvent:
        """Return an event of the actor's server as one file, composed outside the event loop.

        Args:
            actor: the admin.
            event: the name of the event, or a part that no other name has.

        Raises:
            ExportTooLarge: the file exceeds Discord's limit. Memory never holds more of it than that.
        """

        def work(session: Session) -> ExportedEvent:
            require_admin(session, actor)
            found = find_meant_event(session, actor.guild_id, event)
            archive = io.BytesIO()

            def check(_rows: int = 0) -> None:
                if archive.tell() > MOST_BYTES:
                    raise ExportTooLarge(found.name)

            with ZipFile(archive, "w", ZIP_DEFLATED) as files:
                self._write(session, found, partial(files.open, mode="w"), check)
            check()
            return ExportedEvent(found.name, file_name(found.name, "zip"), archive.getvalue())

        return await self._database.read(work)

    async def write_files(self, guild_id: int, event: str, open_file: OpenFile, on_rows: Callable[[int], None]) -> str:
        """Write the files of an event, given by its whole name; return the name as stored.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> str:
            found = find_event(session, guild_id, event)
            self._write(session, found, open_file, on_rows)
            return found.name

        return await self._database.read(work)

    async def plan(self, file: EventFile, guild_id: int) -> EventImportPlan:
        """Return what `carry_out` would do in a server; write nothing.

        Raises:
            EventNameTaken: the server has an event with that name that lacks part of this one.
        """
        return await self._database.read(lambda session: plan_import(session, file, guild_id))

    async def carry_out(self, file: EventFile, guild_id: int) -> EventImportPlan:
        """Import an event into a server, all or nothing, unless the server has it already; return what was done.

        All-time Elos use the constants of this bot, weekly Elos those of their runs.

        Raises:
            EventNameTaken: as in `plan`.
        """

        def work(session: Session) -> EventImportPlan:
            plan = plan_import(session, file, guild_id)
            if not plan.is_here:
                import_event(session, itself(guild_id), file, self._scale, self._clock())
            return plan

        return await self._database.write(work)

    async def check_admin(self, actor: Actor) -> None:
        """Check that a user may import, before the bot fetches a file.

        Raises:
            NotAllowed: the actor is not an admin.
        """
        await self._database.read(lambda session: require_admin(session, actor))

    async def plan_event(self, actor: Actor, content: bytes, name: str | None) -> PlannedEventImport:
        """Return what `import_event` would do in the actor's server; write nothing.

        Args:
            actor: the admin.
            content: an `event.json`, alone or in a ZIP archive.
            name: the name for the event in this server; None for its own name.

        Raises:
            EventFileTooLarge, EventFileBroken, EventFileNewer: the file cannot be imported.
            EventNameTaken: the server has an event with that name that lacks part of this one.
            InvalidName: an event cannot have that name.
        """

        def work(session: Session) -> PlannedEventImport:
            require_admin(session, actor)
            now = self._clock()

            def read(_: Streams) -> tuple[EventFile, bytes]:
                event = unpack_event(content)
                file = read_strangers_event(event, now)
                if name is None:
                    return file, pack_event(event, None)
                packed = pack_event(event, name)
                return read_strangers_event(unpack_event(packed), now), packed

            file, packed = compute_aside(session, read)
            return PlannedEventImport(plan_import(session, file, actor.guild_id), packed)

        return await self._database.read(work)

    async def import_event(self, actor: Actor, content: bytes) -> EventImportPlan:
        """Create an exported event in the actor's server, all or nothing, as `carry_out` does; return what was done.

        Raises:
            EventFileTooLarge, EventFileBroken, EventFileNewer, EventNameTaken: as in `plan_event`.
            NothingToImport: the server has all of it already.
        """

        def work(session: Session) -> EventImportPlan:
            begin_action(session, actor)
            now = self._clock()
            file = compute_aside(session, lambda _: read_strangers_event(unpack_event(content), now))
            plan = plan_import(session, file, actor.guild_id)
            if plan.is_here:
                raise NothingToImport(plan.name)
            import_event(session, actor, file, self._scale, now)
            return plan

        return await self._database.write(work)

    async def plan_scores(self, actor: Actor, event: str | int, content: bytes) -> ScoreImportPlan:
        """Return what `import_scores` would do; write nothing.

        Args:
            actor: the admin.
            event: the name of the event, or its key.
            content: a table of player, score and time (see `bot.domain.score_files`).

        Raises:
            FileTooLarge: the file has too many bytes or rows.
            NotAScoreFile: the file is not such a table.
        """

        def work(session: Session) -> ScoreImportPlan:
            require_admin(session, actor)
            found = find_event(session, actor.guild_id, event)
            return plan_score_import(session, found, content, self._clock())

        return await self._database.read(work)

    async def import_scores(self, actor: Actor, event: str | int, content: bytes) -> ScoreImportResult:
        """Import those scores of a file that an event does not have yet, all or nothing.

        Each score counts for the week in which it would have counted when it was made; a closed week is rerun with it.
        Rows that cannot be imported are skipped.

        Raises:
            FileTooLarge, NotAScoreFile: as in `plan_scores`.
            NothingToImport: the file has no new scores.
        """

        def work(session: Session) -> ScoreImportResult:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            return import_scores(session, actor, found, content, self._scale, self._clock())

        return await self._database.write(work)

    async def count_imported(self, actor: Actor, event: str | int, import_id: int) -> int:
        """Return, for an admin, how many scores of an import are still in the log.

        Raises:
            ImportGone: none of them is left.
        """

        def work(session: Session) -> int:
            require_admin(session, actor)
            return count_imported(session, find_event(session, actor.guild_id, event), import_id)

        return await self._database.read(work)

    async def take_back(self, actor: Actor, event: str | int, import_id: int) -> TakenBack:
        """Delete the rows of an import, and rerun the closed weeks for which they counted.

        Raises:
            ImportGone: the event has no rows of it left.
        """

        def work(session: Session) -> TakenBack:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            return take_import_back(session, actor, found, import_id, self._scale, self._clock())

        return await self._database.write(work)

    def _write(self, session: Session, event: Event, open_file: OpenFile, on_rows: Callable[[int], None]) -> None:
        zone, now = load_settings(session, event.guild_id).time_zone, self._clock()
        goes_on = None if event.season_of is None else find_event(session, event.guild_id, event.season_of)
        season_of = None if goes_on is None else goes_on.name

        def compute(streams: Streams) -> None:
            Exporter(streams, event, self._scale, zone, now, season_of).write(open_file)

        compute_aside(session, compute, on_rows)
