"""Hand a user all that is stored about them, and erase them."""

from bot.services.privacy._service import PrivacyService

__all__ = ["PrivacyService"]
