"""Introduce newcomers to a server's events."""

from bot.services.help._service import HelpService

__all__ = ["HelpService"]
