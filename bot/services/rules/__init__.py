"""Change the rules of events."""

from bot.services.rules._service import RulesService

__all__ = ["RulesService"]
