"""How many cases Hypothesis makes (in CI, 10,000 for each law of scoring and 1,000 elsewhere), and
which tests come first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", max_examples=200, deadline=None)
settings.register_profile(
    "ci",
    max_examples=1_000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("laws", settings.get_profile("ci"), max_examples=10_000)
LONGEST = (
    "tests/system/test_recording.py",
    "tests/laws/test_laws.py",
    "tests/score/test_laws.py",
    "tests/reports/html/test_browser.py",
    "tests/system/test_hostile_input.py",
    "tests/test_expressions.py",
)
"""Files of tests that take more than a minute in CI: begun last, one would be waited for alone."""
_CI = os.environ.get("CI", "").lower() in {"1", "true"}
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if _CI else "default")
settings.load_profile(_PROFILE)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """A module's own properties take their number of cases when it is imported."""
    if isinstance(collector, pytest.Module):
        _load(collector.path)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Properties that are made within a test take it then."""
    _load(item.path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files come first. Raises UsageError where one of them is none any more."""
    if gone := [file for file in LONGEST if not (config.rootpath / file).is_file()]:
        raise pytest.UsageError(f"LONGEST names what is not there: {', '.join(gone)}")
    rank = {config.rootpath / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def _load(path: Path) -> None:
    """The laws of DESIGN.md are shown with more cases than anything else."""
    law = path.name == "test_laws.py"
    settings.load_profile("laws" if law and _PROFILE == "ci" else _PROFILE)


@pytest.fixture(scope="session", autouse=True)
def _no_cache_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests keep what they keep in a directory of their own, in processes that they start too."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
