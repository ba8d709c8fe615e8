"""A real image, built by a real engine, on every transport."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentaudit.errors import SourceError
from agentaudit.image import Image
from agentaudit.image.document import facts
from agentaudit.response import Resolution
from agentaudit.sources.images import ConfiguredImages, ImageSource, ReadOptions, open_images
from tests.images.lab import Lab
from tests.images.lab.sample import TAG

pytestmark = pytest.mark.lab


@contextmanager
def images(*references: str) -> Iterator[ConfiguredImages]:
    sources = [ImageSource(each) for each in references]
    with open_images(sources, ReadOptions(Path())) as found:
        yield found


def examined(reference: str) -> Image:
    with images(reference) as found:
        return found.examine(found.all()[0])


def test_every_transport_gives_the_same_bytes(engine: Lab, ways: dict[str, str]) -> None:
    told = {name: json.dumps(facts(examined(reference))) for name, reference in ways.items()}
    assert len(told) == 7
    assert len(set(told.values())) == 1


def test_the_image_holds_what_was_built(engine: Lab, ways: dict[str, str]) -> None:
    found = examined(ways["layout"])
    held = found.contents
    assert held is not None
    assert held.system is not None
    assert held.system.id == "debian"
    assert {(p.name, p.installed) for p in held.packages if p.ecosystem == "python"} == {
        ("kept", True),
        ("gone", False),
    }
    assert {p.name for p in held.packages if p.ecosystem == "deb"} == {"base-files", "libc6"}
    application = ("main.py", "hotfix.py", "twin.py", "prompts/plan.md")
    assert {f"srv/app/{name}" for name in application} | {"opt/old/new"} == set(held.application)
    assert "opt/old/file" not in held.files.entries
    assert held.files.entries["srv/app/twin.py"].blob == held.files.entries["srv/app/main.py"].blob
    assert (found.settings.user, found.settings.workdir) == ("1000", "/srv/app")


def test_every_digest_that_a_tool_tells_is_an_alias(engine: Lab, ways: dict[str, str]) -> None:
    """What the engine calls its image and what the registry calls its manifest."""
    id = engine.docker("inspect", "--format", "{{.Id}}", TAG)
    pushed = engine.run(
        *("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", ways["registry"])
    )
    with images(ways["engine"], ways["registry"]) as found:
        assert len(found.all()) == 1
        for digest in (id, pushed, f"registry.example/planner@{pushed}"):
            assert found.image(digest).resolution is Resolution.RESOLVED
        assert found.image(f"sha256:{'0' * 64}").resolution is Resolution.BROKEN


def test_an_engine_opens_its_other_images_by_id(engine: Lab, ways: dict[str, str]) -> None:
    folder = Path(ways["saved"].partition(":")[2]).parent / "other"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /other\n")
    engine.build("lab/other:1", folder)
    id = engine.docker("inspect", "--format", "{{.Id}}", "lab/other:1")
    with images(ways["engine"]) as found:
        target = found.image(id)
        assert isinstance(target.content, Image)
        assert found.examine(target.content).contents is not None


def test_what_an_engine_does_not_have_is_said(engine: Lab) -> None:
    with pytest.raises(SourceError, match="has no image"):
        examined("docker-daemon:lab/lost:1")


def test_an_engine_that_does_not_answer_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SourceError, match="no container engine answers"):
        examined(f"docker-daemon:{TAG}")


def test_the_command_tells_the_same_facts(
    engine: Lab, ways: dict[str, str], tmp_path: Path
) -> None:
    def told(reference: str, *flags: str) -> str:
        command = [sys.executable, "-m", "agentaudit", "image", reference, *flags]
        environ = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
        return done.stdout

    first = json.loads(told(ways["engine"], "--format", "json"))
    second = json.loads(told(ways["registry"], "--format", "json"))
    assert first["facts"] == second["facts"]
    assert second["names"][0].startswith(f"{engine.registry}/lab/planner@sha256:")
    shown = told(ways["layout"])
    assert "left over  gone 1.0: its metadata is there, its files gone" in shown
    assert "abcdefghijklmnopqrstuvwxyz012345" not in shown
