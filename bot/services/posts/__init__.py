"""Keep posts: messages in channels that say what the database says."""

from bot.services.posts._service import PostService, Source, refresh_post, refresh_posts

__all__ = ["PostService", "Source", "refresh_post", "refresh_posts"]
