"""Which databases a test runs on, where the database has little part in it."""

import pytest

on_one_database = pytest.mark.one_database
"""For tests of what users see, which is the same on every database: they run on one."""
on_both_databases = pytest.mark.both_databases
"""For those of them in which the database has a part."""
