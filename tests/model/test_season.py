"""Run the state machine for as long as a run of all tests may take; `make soak` runs it longer."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import URL

from .machine import season_on


@pytest.mark.long
def test_the_services_say_what_the_model_says(database_url: URL) -> None:
    run_state_machine_as_test(season_on(database_url), settings=settings(max_examples=8, stateful_step_count=30))
