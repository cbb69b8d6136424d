"""Remove scores that should not count."""
