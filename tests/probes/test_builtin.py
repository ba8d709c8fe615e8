import sys
from types import ModuleType

import pytest

from agentaudit import probes
from agentaudit.probe import Probe
from agentaudit.probes import builtin


def test_probes_are_found_in_order_of_id() -> None:
    assert list(builtin()) == sorted(builtin())
    assert "environment-lock-complete" in builtin()


def test_two_probes_of_one_id_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    known = builtin()["environment-lock-complete"]
    twin = ModuleType("agentaudit.probes.rag.twin")
    twin.twin = Probe(known.id, known.answer, known.fix)  # type: ignore[attr-defined]
    listed = [type("Info", (), {"name": name}) for name in (known.answer.__module__, twin.__name__)]
    monkeypatch.setitem(sys.modules, twin.__name__, twin)
    monkeypatch.setattr(probes, "walk_packages", lambda path, prefix: iter(listed))
    with pytest.raises(ValueError, match="environment-lock-complete"):
        builtin()
