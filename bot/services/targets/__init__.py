"""Find what a player must score to reach a goal."""

from bot.services.targets._service import TargetService

__all__ = ["TargetService"]
