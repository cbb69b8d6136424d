"""Define the tables, run transactions, and hide the differences between PostgreSQL and SQLite."""
