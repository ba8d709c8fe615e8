"""Build files: the external images they name, with everything that hides or imitates one."""
# One case a line is easier to compare than a wrapped one.

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

DIGEST = "sha256:" + "a" * 64


def _bases(text: str, name: str = "Dockerfile") -> list[tuple[str, str, str, bool]]:
    (component,) = MemoryRepo({name: text, "main.py": ""}).components()
    (build,) = component.build_files
    return [(base.reference, base.tag, base.digest, base.unresolved) for base in build.bases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM python:3.12-slim\n", [("python:3.12-slim", "3.12-slim", "", False)]),
        (f"FROM python:3.12@{DIGEST}\n", [(f"python:3.12@{DIGEST}", "3.12", DIGEST, False)]),
        ("FROM python\n", [("python", "", "", False)]),
        ("FROM localhost:5000/base\n", [("localhost:5000/base", "", "", False)]),
        ("from --platform=$BUILDPLATFORM golang:1.22 as build\n", [("golang:1.22", "1.22", "", False)]),
        ("FROM scratch\nCOPY a b\n", []),
        ("FROM a:1 AS base\nFROM base\nFROM BASE AS x\n", [("a:1", "1", "", False)]),
        ("FROM base\nFROM a:1 AS base\n", [("base", "", "", False), ("a:1", "1", "", False)]),
        ("ARG V=3.12\nFROM python:${V}\n", [("python:3.12", "3.12", "", False)]),
        ("ARG I=python V=3\nFROM $I:${V}-slim\n", [("python:3-slim", "3-slim", "", False)]),
        ('ARG A="3.11"\nARG B=${A}-slim\nFROM python:$B\n', [("python:3.11-slim", "3.11-slim", "", False)]),
        ("FROM x:${TAG:-9}\n", [("x:9", "9", "", False)]),
        ("ARG TAG=\nFROM x:${TAG:-9}\n", [("x:9", "9", "", False)]),
        ("ARG TAG=1\nFROM x:${TAG:+2}\n", [("x:2", "2", "", False)]),
        ("ARG TAG\nFROM x:$TAG\n", [("x:$TAG", "$TAG", "", True)]),
        ("FROM a:1\nARG TAG=2\nFROM x:$TAG\n", [("a:1", "1", "", False), ("x:$TAG", "$TAG", "", True)]),
        ("# FROM evil\nFROM \\\n  # a comment\n\n  a:1 \\\n  AS x\n", [("a:1", "1", "", False)]),
        ("# escape=`\nFROM `\n a:1\nRUN dir c:\\\nRUN x\n", [("a:1", "1", "", False)]),
        ("# syntax=docker/dockerfile:1\n# escape=`\nFROM `\n a:1\n", [("a:1", "1", "", False)]),
        ("FROM a:1\nRUN <<EOF\nFROM evil:1\nEOF\nRUN x\n", [("a:1", "1", "", False)]),
        ("FROM a:1\nRUN <<-'E' cat\n\tFROM evil\n\tE\nFROM b:2\n", [("a:1", "1", "", False), ("b:2", "2", "", False)]),
        ("FROM a:1\nCOPY <<A <<B /x/\nFROM e\nA\nFROM f\nB\nFROM b:2\n", [("a:1", "1", "", False), ("b:2", "2", "", False)]),
        ("FROM a:1\nRUN cat <<< FROM\nFROM b:2\n", [("a:1", "1", "", False), ("b:2", "2", "", False)]),
        ("FROM a:1 AS x\nCOPY --from=x a b\nCOPY --from=0 a b\nCOPY --chown=1 --from=uv:latest /uv /\n",
         [("a:1", "1", "", False), ("uv:latest", "latest", "", False)]),
        ("FROM a:1\nRUN --mount=type=bind,from=tool:2,source=/x x\n", [("a:1", "1", "", False), ("tool:2", "2", "", False)]),
        ("\ufeffFROM a:1\r\nRUN x\r\n", [("a:1", "1", "", False)]),
    ],
)  # fmt: skip
def test_external_images(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert _bases(text) == expected


def test_places_are_the_lines_of_the_instructions() -> None:
    (component,) = MemoryRepo({"Dockerfile": "# hello\nARG A=1\n\nFROM \\\n  x:$A\n"}).components()
    (base,) = component.build_files[0].bases
    assert (base.place.line, base.place.text) == (4, "FROM \\")


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("Dockerfile.prod", True),
        ("api.Dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.j2", False),
        ("dockerfile.py", False),
    ],
)
def test_names_of_build_files(name: str, built: bool) -> None:
    (component,) = MemoryRepo({name: "FROM a:1\n", "main.py": ""}).components()
    assert bool(component.build_files) is built


def test_a_build_file_without_a_stage_has_a_problem() -> None:
    (component,) = MemoryRepo({"Dockerfile": "RUN x\n", "a.py": ""}).components()
    assert component.build_files[0].problem == "holds no FROM"
