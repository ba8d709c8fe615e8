"""The layering of the house, its words, and what starting up may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
PACKAGE = sorted((ROOT / "agentaudit").rglob("*.py"))
HEAVY = (
    "git",
    "duckdb",
    "jinja2",
    "docker",
    "tree_sitter",
    "pydantic",
    "yaml",
    "rich",
    "orjson",
    "httpx",
    "requests",
    "cryptography",
)
DATA_TABLES = {"semconv/keys.py"}
"""Files that are one table; they grow with the world, not with our logic."""


def test_imports_respect_the_layers() -> None:
    assert lint_imports() == EXIT_STATUS_SUCCESS


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from agentaudit.cli import main\n"
        "sys.argv = ['agentaudit', '--help']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in run.stdout
    assert run.stderr.strip() == "[]"


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_within_one_noun(path: Path) -> None:
    name = str(path.relative_to(ROOT / "agentaudit"))
    if name not in DATA_TABLES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_fit_on_a_screen(path: Path) -> None:
    """Thirty lines of code; signature and docstring are not counted."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            length = (node.end_lineno or first.lineno) - first.lineno + 1
            assert length <= 30, f"{path}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_unfinished_work(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


def test_module_names_keep_the_vocabulary() -> None:
    banned = {"check", "checks", "test", "rule", "rules", "metric", "metrics", "validator"}
    banned |= {
        "handler",
        "manager",
        "helper",
        "helpers",
        "engine",
        "base",
        "utils",
        "core",
        "common",
    }
    assert not [p for p in PACKAGE if p.stem in banned]


@pytest.mark.parametrize("path", PACKAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_records_have_their_annotations_as_values(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if re.search(r"^from agentaudit\.parse\.closed import .*\bRecord\b", text, re.MULTILINE):
        assert "from __future__ import annotations" not in text
