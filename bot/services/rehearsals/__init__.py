"""Rehearse rules of an event over its whole log, apply them, and explain what influences its ratings."""

from bot.services.rehearsals._service import RehearsalService

__all__ = ["RehearsalService"]
