"""`agentaudit image`: what is told in words is what the JSON says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentaudit.cli.ending import run
from tests.sources.images.making import file, layer, layout


def test_the_packages_that_are_counted_are_those_that_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = "usr/lib/python3/dist-packages"
    held = [file(f"{home}/kept.py", b"1\n")]
    for name in ("kept", *(f"gone{n:02}" for n in range(12))):
        said = f"Name: {name}\nVersion: 1.0\n".encode()
        held.append(file(f"{home}/{name}-1.0.dist-info/METADATA", said))
        held.append(file(f"{home}/{name}-1.0.dist-info/RECORD", f"{name}.py,,\n".encode()))
    reference = layout(tmp_path / "image", layer(*held))
    told = []
    for more in ((), ("--format", "json")):
        assert run(["image", reference, *more]) == 0
        told.append(capsys.readouterr().out)
    packages = json.loads(told[1])["facts"]["contents"]["packages"]
    assert [each["name"] for each in packages if each["installed"]] == ["kept"]
    assert "packages   1 python\n" in told[0]
    assert told[0].count("left over  ") == 10
    assert "and 2 more; --format json names all" in told[0]
