"""What is refused before a database is asked, is refused on any: most of it is tried on one."""

from tests.end_to_end.conftest import database_url, on_both_databases

__all__ = ["database_url", "on_both_databases"]
