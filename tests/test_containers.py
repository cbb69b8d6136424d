"""What the container files promise: nobody is root, and no root file system can be written to."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
IMAGE = (ROOT / "Dockerfile").read_text().splitlines()


def test_the_image_runs_as_a_nameless_user_and_has_one_volume() -> None:
    final_stage = IMAGE[max(number for number, line in enumerate(IMAGE) if line.startswith("FROM")) :]
    assert [line for line in final_stage if line.startswith("USER")] == ["USER 10001:10001"]
    assert [line for line in final_stage if line.startswith("VOLUME")] == ["VOLUME /data"]


def test_every_service_is_confined() -> None:
    assert COMPOSE["services"]
    for name, settings in COMPOSE["services"].items():
        assert settings["read_only"] is True, name
        assert settings["cap_drop"] == ["ALL"], name
        assert settings["security_opt"] == ["no-new-privileges:true"], name
        assert settings.get("user", "the image's own") not in ("root", "0"), name
        assert "ports" not in settings, name
