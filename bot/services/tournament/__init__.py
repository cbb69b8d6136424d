"""Import players' scores from a tournament bot."""

from bot.services.tournament._service import TournamentImportService
from bot.services.tournament._source import NoTournament

__all__ = ["NoTournament", "TournamentImportService"]
