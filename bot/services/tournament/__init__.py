"""Import players' scores from a tournament bot."""

from bot.services.tournament._service import TournamentImportService
from bot.services.tournament._source import NoTournament, read_tournament

__all__ = ["NoTournament", "TournamentImportService", "read_tournament"]
