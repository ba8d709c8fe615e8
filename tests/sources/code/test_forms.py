"""Whatever the bytes are, reading ends, and says what it could not read."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import LANGUAGES, of
from agentaudit.sources.git.code.sieve import sieve
from agentaudit.sources.git.code.written import loaded
from tests.sources.code.conftest import Understand

USE = "from openai import OpenAI\nOpenAI().responses.create(model='gpt-4o')\n"
CALLEE = "openai.OpenAI.responses.create"


def notebook(*cells: tuple[str, list[str]]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": text} for kind, text in cells]})


FORMS: dict[str, tuple[str, str | bytes]] = {
    "byte-order mark": ("a.py", b"\xef\xbb\xbf" + USE.encode()),
    "utf-16": ("a.py", USE.encode("utf-16")),
    "latin-1": ("a.py", "# größe\n".encode("latin-1") + USE.encode()),
    "carriage returns": ("a.py", USE.replace("\n", "\r\n")),
    "new syntax": ("a.py", "type A[T] = list[T]\ndef f[T](x: T): ...\n" + USE),
    "old syntax": ("a.py", 'print "x"\n' + USE),
    "template": ("a.py", "{% if cookiecutter.x %}\n" + USE + "{% endif %}\n"),
    "databricks": ("a.py", "# Databricks notebook source\n# MAGIC %md hello\n" + USE),
    "tabs": ("a.py", "if x:\n\tpass\n" + USE),
    "notebook": ("a.ipynb", notebook(("markdown", ["hi"]), ("code", ["%pip install x\n", USE]))),
    "notebook of one text": (
        "a.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": USE}]}),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name: str, understand: Understand) -> None:
    path, text = FORMS[name]
    code = understand({path: text}).code
    assert CALLEE in {call.callee for call in code.calls}
    assert not code.problem


def test_magic_cells_are_code(understand: Understand) -> None:
    """Databricks keeps cells of other languages in comments: `# MAGIC %python` is Python."""
    text = "# Databricks notebook source\n# MAGIC %python\n# MAGIC from openai import OpenAI\n# MAGIC OpenAI().responses.create(model='gpt-4o')\n"
    code = understand({"a.py": text}).code
    (call,) = code.called(CALLEE)
    assert call.place.line == 4


NONE = {
    "LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:"
    + b"a" * 64
    + b"\nsize 1\n",
    "binary": b"import openai\0",
    "too large": b"import openai\n" + b"#" * 1_000_001,
}


@pytest.mark.parametrize("name", NONE)
def test_what_cannot_be_read_is_unknown(name: str, understand: Understand) -> None:
    code = understand({"a.py": NONE[name]}).code
    assert not code.read
    assert code.problem
    both = understand({"a.py": NONE[name], "b.py": USE}).code
    assert both.read
    assert both.problem


def test_no_code_at_all(understand: Understand) -> None:
    code = understand({"Dockerfile": "FROM python:3.12\n"}).code
    assert not code.read
    assert code.problem


def test_lines_of_the_place(understand: Understand) -> None:
    (call,) = understand({"a.py": "\n\n" + USE}).code.called(CALLEE)
    assert (call.place.line, call.place.text) == (4, "OpenAI().responses.create(model='gpt-4o')")


PIECES = st.sampled_from(
    (
        *("from openai import OpenAI\n", "import openai as o;", "def f(", "class A:", "):\n", "\n"),
        *('"gpt-4o"', "'claude-3'", "`gemini-1`", "x = ", "(", ")", "{", "}", "[", "]", "if ", ":"),
        *("    ", "\t", "=>", "const ", "model=", "model:", "@observe\n", "await ", "new ", "\\"),
        *('"""', "'''", "f'", "{x}", "# MAGIC ", "${", "return ", "not ", "==", " or ", "?", "."),
        *(
            "os.getenv(",
            "process.env.X",
            "é",
            "\x00",
            "\udc80",
            "using OpenAI.Chat;",
            "package a\n",
        ),
    )
)


@pytest.mark.parametrize("suffix", [language.suffixes[0] for language in LANGUAGES])
@given(st.lists(PIECES, max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read(suffix: str, pieces: list[str]) -> None:
    files = {f"a.{suffix}": "openai\n" + "".join(pieces)}
    (component,) = MemoryRepo({"pyproject.toml": "[project]\nname='a'\n", **files}).components()
    assert component.code.read or component.code.problem


@pytest.mark.parametrize("suffix", [language.suffixes[0] for language in LANGUAGES])
@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=500)
def test_any_bytes_are_read(suffix: str, data: bytes) -> None:
    language = of(f"a.{suffix}")
    assert language is not None
    written = extract(language, b"import openai\n" + data, sieve())
    assert loaded(written.dumped()) == written


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "f(" * 20_000 + "'gpt-4o'" + ")" * 20_000,
        "x = " + "[" * 30_000 + "'gpt-4o'" + "]" * 30_000,
        "a" + ".b" * 50_000 + "()",
        "OpenAI()" + ".x()" * 5_000,
        "x = " + " + ".join(["'gpt-4o'"] * 20_000),
        "if x: pass\n" + "elif x: pass\n" * 10_000,
        "x = not " * 1 + "not " * 50_000 + "y",
        "if " + "not " * 20_000 + "y:\n    OpenAI()",
    ],
    ids=range(9),
)
@pytest.mark.parametrize("suffix", ["py", "ts"])
def test_depth_costs_nothing(text: str, suffix: str) -> None:
    language = of(f"a.{suffix}")
    assert language is not None
    head = "from openai import OpenAI\n" if suffix == "py" else 'import OpenAI from "openai";\n'
    extract(language, (head + text).encode(), sieve())


def test_many_rows_of_comments_cost_no_more_than_their_bytes() -> None:
    """They are read over, and what follows them stands on its own line."""
    language = of("a.py")
    assert language is not None
    rows = "# nothing to see here\n" * 12_000
    text = f"from openai import OpenAI\ndef f():\n    OpenAI()\n{rows}OpenAI().models.list()\n"
    began = process_time()
    found = extract(language, text.encode(), sieve())
    assert process_time() - began < 5
    assert {row.line for row in found.calls} >= {3, 12_004}


def test_imports_are_those_of_python() -> None:
    """On our own sources, where the standard parser must agree."""
    for path in sorted((Path(__file__).parents[3] / "agentaudit").rglob("*.py")):
        data = path.read_bytes()
        language = of(path.name)
        assert language is not None
        found = {row.module for row in extract(language, data, sieve()).imports}
        wanted = set()
        for node in ast.walk(ast.parse(data)):
            if isinstance(node, ast.ImportFrom):
                wanted.add("." * node.level + (node.module or ""))
            elif isinstance(node, ast.Import):
                wanted |= {name.name for name in node.names}
        assert found - {module.partition(".")[0] for module in wanted} <= wanted
        assert wanted - {"__future__"} <= found, path


@pytest.mark.parametrize(
    ("suffix", "piece"),
    [
        ("cs", "a.b<"),
        ("java", "a<"),
        ("java", "x=>"),
        ("ts", "a<b,"),
        ("ts", "{a:"),
        ("go", "case a:"),
        ("go", "->"),
        ("py", "("),
    ],
)
def test_what_the_grammars_cannot_bear_is_left_alone(suffix: str, piece: str) -> None:
    """Each of these takes them gigabytes, minutes, or the process."""
    language = of(f"a.{suffix}")
    assert language is not None
    assert extract(language, piece.encode() * 20_000, sieve()).intricate
