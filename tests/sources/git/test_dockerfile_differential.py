"""Build files as two others read them: the parser of BuildKit (`dockerfile`, its Go code) and
hadolint. Where they accept a text, we must see the same instructions at the same lines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import dockerfile
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentaudit.probes.environment.images import versioned
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.dockerfile import Instruction, instructions

_HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
_WORDS = frozenset(["FROM", "ARG", "RUN", "COPY", "ADD", "CMD", "ENV", "LABEL"])
"""A line that is none of these is an instruction there and skipped here."""

Told = list[tuple[str, int, tuple[str, ...], tuple[str, ...]]]
"""Word, line, flags, and the words after them."""


def _theirs(text: str) -> Told | None:
    """What BuildKit reads; None where it refuses the text."""
    try:
        found = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    return [
        (
            c.cmd.upper(),
            c.start_line,
            tuple(c.flags),
            tuple(_compared(c.cmd, " ".join(c.value).split())),
        )
        for c in found
        if c.cmd.upper() in _WORDS
    ]


def _ours(text: str) -> Told:
    return [
        (
            each.word,
            each.line,
            tuple(map(_flag, each.flags)),
            tuple(_compared(each.word, _words(each))),
        )
        for each in instructions(text)
        if each.word in _WORDS
    ]


def _compared(word: str, words: list[str]) -> list[str]:
    """Assignments are taken apart there and not here; nobody asks for them."""
    return [] if word.upper() in ("ENV", "LABEL") else words


def _flag(pair: tuple[str, str]) -> str:
    return f"--{pair[0]}={pair[1]}" if pair[1] else f"--{pair[0]}"


def _words(each: Instruction) -> list[str]:
    rest = each.rest.strip()
    if rest.startswith("["):
        try:
            return " ".join(json.loads(rest)).split()
        except ValueError:
            pass
    return rest.split()


_NAMES = ("a", "b:1", "reg.example:5000/x:2", "python:3.12-slim", "$V", "${V:-3}")
_from = st.builds(
    "{}{} {}{}{}".format,
    st.sampled_from(["FROM", "from", "  FROM"]),
    st.sampled_from(
        ["", " --platform=linux/amd64", " \\\n  --platform=$BUILDPLATFORM", " \\\n# x\n"]
    ),
    st.sampled_from(_NAMES),
    st.sampled_from(["", "\\\n:9", " \\\n\n  ", "\t"]),
    st.sampled_from(["", " AS build", " as Final", " \\\n AS c"]),
)
_arg = st.sampled_from(
    [
        "ARG V=3.12",
        "ARG V",
        'ARG V="3 12" W=x',
        "ARG \\\n  V=1",
        "ENV A=1 \\\n  # c\n  B=2",
        "LABEL a=b",
    ]
)
_copy = st.builds(
    "COPY {}{}".format,
    st.sampled_from(["", "--from=build ", "--from=uv:0.8 --chown=1:1 ", "--from=0 \\\n "]),
    st.sampled_from(
        ["a b", '["a", "b"]', "<<EOF /x\nFROM evil\nEOF", "<<A <<B /y\nA\nx\nA\nFROM z\nB"]
    ),
)
_run = st.sampled_from(
    [
        "RUN x && \\\n  y",
        "RUN x \\\n# comment\n\n  y",
        "RUN <<EOF\nFROM evil:1\nEOF",
        "RUN <<-'E' cat\n\tFROM evil\n\tE",
        "RUN cat <<< FROM",
        "RUN --mount=type=bind,from=tool:2,source=/x x",
        "RUN --mount=type=cache,target=/c --network=none x",
        'RUN ["x", "<<EOF"]',
        "RUN python - <<PY > out\nFROM q\nPY",
        "CMD x \\",
        "RUN a \\\\\nRUN b",
        "RUN a \\ \t\n b",
        "RUN echo '\\\n' a",
        "RUN a\\b c:\\d",
    ]
)
_between = st.sampled_from(["\n", "\n\n", "\n# FROM no\n", "\r\n", "\n   # c\n", "\n\t\n"])
_head = st.sampled_from(
    ["", "# syntax=docker/dockerfile:1\n", "# escape=`\n", "\ufeff", "# c\n# escape=`\n"]
)
_texts = st.builds(
    lambda head, parts: head + "".join(part + end for part, end in parts),
    _head,
    st.lists(st.tuples(st.one_of(_from, _arg, _copy, _run), _between), min_size=1, max_size=6),
)


@given(_texts)
@example("FROM a\\\n:1\n")
@example("FROM a:1 \\\n\nRUN x\n")
@example("# escape=`\nFROM a:1\nRUN dir c:\\\nRUN x\n")
def test_instructions_are_those_of_buildkit(text: str) -> None:
    theirs = _theirs(text)
    if theirs is not None:
        assert _ours(text) == theirs


_BASES = [
    *("python", "python:3.12", "python:latest", "python:3.12-slim", "node:22", "node:latest"),
    *("ubuntu", "reg.example:5000/x", "reg.example:5000/x:2", f"python@sha256:{'a' * 64}"),
]


@pytest.mark.parametrize("base", _BASES)
def test_versions_of_bases_are_judged_as_hadolint_judges_them(base: str) -> None:
    """DL3006: no tag; DL3007: the tag `latest`."""
    text = f"FROM {base}\nRUN true\n"
    done = subprocess.run(
        [_HADOLINT, "--no-fail", "--format", "json", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    codes = {each["code"] for each in json.loads(done.stdout)}
    (component,) = MemoryRepo({"Dockerfile": text, "main.py": ""}).components()
    (found,) = component.build_files[0].bases
    assert versioned(found) is not bool(codes & {"DL3006", "DL3007"})
