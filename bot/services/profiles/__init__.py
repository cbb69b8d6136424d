"""Show players' achievements in all events of a server, and compare two players."""

from bot.services.profiles._service import ProfileService

__all__ = ["ProfileService"]
