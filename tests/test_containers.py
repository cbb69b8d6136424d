"""The guarantees of the container files: no root user, read-only root file systems, and a health check of the bot."""

import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from bot.config import Settings

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
IMAGE = (ROOT / "Dockerfile").read_text().splitlines()

WORKFLOWS = {file.name: file.read_text() for file in (ROOT / ".github" / "workflows").glob("*.yml")}


def test_the_image_runs_as_a_nameless_user_and_has_one_volume() -> None:
    final_stage = IMAGE[max(number for number, line in enumerate(IMAGE) if line.startswith("FROM")) :]
    assert [line for line in final_stage if line.startswith("USER")] == ["USER 10001:10001"]
    assert [line for line in final_stage if line.startswith("VOLUME")] == ["VOLUME /data"]


def test_the_image_holds_the_licence() -> None:
    assert "COPY LICENSE alembic.ini ./" in IMAGE
    assert "!LICENSE" in (ROOT / ".dockerignore").read_text().splitlines()


def test_every_service_is_confined() -> None:
    assert COMPOSE["services"]
    for name, settings in COMPOSE["services"].items():
        assert settings["read_only"] is True, name
        assert settings["cap_drop"] == ["ALL"], name
        assert settings["security_opt"] == ["no-new-privileges:true"], name
        assert settings.get("user", "the image's own") not in ("root", "0"), name
        assert "ports" not in settings, name


def test_the_bot_is_asked_for_its_health() -> None:
    command = ["python", "-m", "bot", "health"]
    (line,) = [line for line in IMAGE if line.startswith("HEALTHCHECK")]
    assert json.loads(line.partition(" CMD ")[2]) == command
    bot = COMPOSE["services"]["bot"]
    assert bot["healthcheck"]["test"] == ["CMD", *command]
    assert bot["environment"]["HEALTH_PORT"] == 8080


def test_no_service_restarts_for_ever_with_a_token_that_was_refused() -> None:
    (line,) = [line for line in IMAGE if line.startswith("CMD")]
    assert json.loads(line.removeprefix("CMD ")) == ["run", "--stay-if-refused"]
    bot = COMPOSE["services"]["bot"]
    assert bot["restart"] == "unless-stopped"
    assert "command" not in bot


def test_every_setting_reaches_the_bot_in_its_container() -> None:
    elsewhere = {"HEALTH_HOST"}
    settings = {name.upper() for name in Settings.model_fields} - elsewhere
    assert settings <= COMPOSE["services"]["bot"]["environment"].keys()


def test_a_setting_of_the_operator_s_wins_over_the_one_that_compose_makes() -> None:
    made = {name: str(value) for name, value in COMPOSE["services"]["bot"]["environment"].items() if value is not None}
    own_wins = {name for name, value in made.items() if value.startswith(f"${{{name}:")}
    # The port is inside the container, where nothing else listens.
    assert made.keys() - own_wins == {"HEALTH_PORT"}


def test_no_image_and_no_action_is_named_without_its_digest() -> None:
    images = [line.split()[1] for line in IMAGE if line.startswith("FROM")]
    # The bot's own image has no name, because it is built here for both services.
    images += [one["image"] for one in COMPOSE["services"].values() if "build" not in one]
    assert [name for name, one in COMPOSE["services"].items() if "build" in one and "image" in one] == []
    assert len(images) == 4
    assert [image for image in images if not re.search(r"@sha256:[0-9a-f]{64}$", image)] == []
    actions = [action for text in WORKFLOWS.values() for action in re.findall(r"uses: (.+)", text)]
    assert actions
    assert [action for action in actions if not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", action)] == []


def test_a_workflow_may_read_only_unless_a_job_says_more() -> None:
    read = {name: yaml.safe_load(text) for name, text in WORKFLOWS.items()}
    assert [name for name, workflow in read.items() if workflow["permissions"] != {"contents": "read"}] == []
    more = {
        name: job["permissions"]
        for workflow in read.values()
        for name, job in workflow["jobs"].items()
        if "permissions" in job
    }
    assert more == {"release": {"contents": "write", "packages": "write"}}
