"""Tell newcomers what there is."""

from bot.services.help._service import HelpService

__all__ = ["HelpService"]
