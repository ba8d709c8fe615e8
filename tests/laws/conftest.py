"""Both systems, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.laws.systems import example, made_up
from tests.laws.worlds import System


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, System]]:
    with ExitStack() as stack:
        root = tmp_path_factory.mktemp("made-up") / "system"
        yield made_up(stack, root), example(stack, tmp_path_factory.mktemp("example"))
