"""Choose the databases of tests in which the database matters little."""

import pytest

on_one_database = pytest.mark.one_database
"""For tests of what users see, which is the same on every database: they run on one."""
on_both_databases = pytest.mark.both_databases
"""For those tests of what users see in which the database matters."""
