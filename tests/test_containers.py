"""What the container files promise: nobody is root, and no root file system can be written to."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
IMAGE = (ROOT / "Dockerfile").read_text().splitlines()


def test_the_image_runs_as_a_user_without_a_name_and_writes_to_its_volume_alone() -> None:
    final_stage = IMAGE[max(number for number, line in enumerate(IMAGE) if line.startswith("FROM")) :]
    assert [line for line in final_stage if line.startswith("USER")] == ["USER 10001:10001"]
    assert [line for line in final_stage if line.startswith("VOLUME")] == ["VOLUME /data"]


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_a_service_is_confined(service: str) -> None:
    settings = COMPOSE["services"][service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings.get("user", "the image's own") not in ("root", "0")
    assert "ports" not in settings
