"""Keep boards in channels up to date."""

from bot.services.boards._service import BoardService

__all__ = ["BoardService"]
