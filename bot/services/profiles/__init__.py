"""Show what players have done in all events of a server, and how two of them compare."""

from bot.services.profiles._service import ProfileService

__all__ = ["ProfileService"]
