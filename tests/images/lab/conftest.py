"""The laboratory, once for all its tests; where its programs are missing, CI fails."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.lab import Lab, missing
from tests.images.lab.sample import spread


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A running engine and registry."""
    if lacking := missing():
        words = f"the laboratory needs: {', '.join(lacking)}"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(words)
        pytest.skip(words)
    folder = Path(tempfile.mkdtemp(prefix="lab"))  # tmp_path is too long for a socket
    try:
        with Lab(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def ways(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One image on every transport: name of the way → reference."""
    return spread(lab, tmp_path_factory.mktemp("sample"))


@pytest.fixture
def engine(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The laboratory's engine as the one that is found."""
    monkeypatch.setenv("DOCKER_HOST", lab.host)
    return lab
