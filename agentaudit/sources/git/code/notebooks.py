"""Notebooks as Python: code cells only, every line where it was, as far as that can be."""

from __future__ import annotations

from agentaudit import parse
from agentaudit.sources.git.reader import mapping, sequence


def source(data: bytes) -> bytes:
    """The code of a Jupyter notebook; shell and magic lines are left blank. Line numbers count the
    lines of all code cells."""
    try:
        notebook = mapping(parse.json(data))
    except parse.Malformed:
        return b""
    cells = [mapping(cell) for cell in sequence(notebook.get("cells"))]
    lines: list[str] = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            written = cell.get("source")
            parts = written if isinstance(written, list) else [written]
            text = "".join(part for part in parts if isinstance(part, str))
            lines += ["" if line.lstrip()[:1] in ("%", "!") else line for line in text.split("\n")]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


_NOTEBOOK = b"# Databricks notebook source"
_MAGIC = b"# MAGIC"
_CELL = b"# COMMAND -"


def unveiled(data: bytes) -> bytes:
    """Python as it is; of a Databricks notebook the cells that hold Python in comments as Python,
    every line where it was."""
    if not data.startswith(_NOTEBOOK) or _MAGIC not in data:
        return data
    python = False
    lines = data.split(b"\n")
    for number, line in enumerate(lines):
        if line.startswith(_CELL):
            python = False
        elif line.startswith(_MAGIC):
            bare = line[len(_MAGIC) :].removeprefix(b" ")
            if bare.startswith(b"%"):
                python = bare.rstrip() == b"%python"
            elif python:
                lines[number] = bare
    return b"\n".join(lines)
