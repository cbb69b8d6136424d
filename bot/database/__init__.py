"""Tables, connections, and what differs between PostgreSQL and SQLite."""
