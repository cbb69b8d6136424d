"""Export everything that is stored about a user, and erase users."""

from bot.services.privacy._service import PrivacyService

__all__ = ["PrivacyService"]
