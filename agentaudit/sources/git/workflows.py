"""CI workflows of GitHub and GitLab: every command and action, with the line it stands on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.heredocs import reached, written_down
from agentaudit.parse import Path, Tree
from agentaudit.source import Step
from agentaudit.sources.git.globs import matches
from agentaudit.sources.git.matrix import combinations
from agentaudit.sources.git.reader import Reader, mapping, sequence, word
from agentaudit.sources.git.text import lines
from agentaudit.sources.git.unrun import is_never, is_template, is_uncalled, is_unmet, off

_GITHUB = (
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    ".github/actions/**/action.yml",
    ".github/actions/**/action.yaml",
)
_GITLAB = (".gitlab-ci.yml", ".gitlab-ci.yaml", ".gitlab/**/*.yml", ".gitlab/ci/*.yml")
_CHANGES = frozenset(["pull_request", "pull_request_target", "merge_group"])
_SCRIPTS = ("before_script", "script", "after_script")


class Run(Struct, frozen=True):
    """A step, with what it is run with."""

    step: Step
    directory: str
    """Working directory as written; empty for the root."""
    action: str
    """`owner/name` of a used action; empty for a command."""
    inputs: tuple[tuple[str, str], ...]
    scheduled: bool
    """Whether its workflow runs on a schedule."""
    matrix: tuple[tuple[tuple[str, str], ...], ...] = ()
    """The combinations of values that its job is run with, each as name and value."""
    variables: tuple[tuple[str, str], ...] = ()
    """Variables of its workflow and its job that have a value there."""


def find(reader: Reader) -> list[Run]:
    """Everything that the workflows run, in order of file and line."""
    found: list[Run] = []
    for path in reader.paths:
        if not path.startswith((".github/", ".gitlab")):
            continue
        github = any(matches(path, pattern) for pattern in _GITHUB)
        if not github and not any(matches(path, pattern) for pattern in _GITLAB):
            continue
        for tree in reader.yaml(path):
            file = _File(reader, path, tree)
            found += file.github() if github else file.gitlab()
    return found


class _File(Struct, frozen=True):
    reader: Reader
    path: str
    tree: Tree

    @property
    def data(self) -> dict[str, Any]:
        return mapping(self.tree.data)

    @property
    def started(self) -> set[str]:
        """Names of what starts the workflow."""
        return _names(self.data.get("on"))

    def github(self) -> Iterator[Run]:
        names = self.started
        if is_uncalled(self.reader, self.path, names):
            return
        # What is run for every change too is a trial of it.
        scheduled = "schedule" in names and _CHANGES.isdisjoint(names)
        by_hand = names == {"workflow_dispatch"}
        default = _default_directory(self.data)
        jobs: list[tuple[Path, Any]] = [
            (("jobs", name), job) for name, job in mapping(self.data.get("jobs")).items()
        ]
        jobs.append((("runs",), self.data.get("runs")))
        unrun = off(mapping(self.data.get("jobs")), names)
        for at, job in jobs:
            given = mapping(job)
            if at[-1] in unrun:
                continue
            home = _default_directory(given) or default
            runs = self._job(at, given, home, scheduled)
            if combined := combinations(mapping(given.get("strategy")).get("matrix")):
                runs = (replace(run, matrix=combined) for run in runs)
            if told := _variables(self.data, given):
                runs = (replace(run, variables=told) for run in runs)
            runs = map(_excused, runs) if _is_excused(given) else runs
            runs = map(_by_hand, runs) if by_hand else runs
            yield from (_of(at[-1], run) for run in runs)

    def _job(self, at: Path, job: dict[str, Any], home: str, scheduled: bool) -> Iterator[Run]:
        if isinstance(job.get("uses"), str):
            yield self._action((*at,), job, scheduled)
        for index, item in enumerate(sequence(job.get("steps"))):
            step = mapping(item)
            if not is_unmet(step.get("if"), self.started):
                runs = self._step((*at, "steps", index), step, home, scheduled)
                yield from map(_excused, runs) if _is_excused(step) else runs

    def _step(self, at: Path, step: dict[str, Any], home: str, scheduled: bool) -> Iterator[Run]:
        where = word(step.get("working-directory")) or home
        if isinstance(step.get("run"), str):
            for line, text in self._commands((*at, "run"), step["run"]):
                yield self._run(line, text, where, scheduled)
                where = _gone(where, text)
        elif isinstance(step.get("uses"), str):
            yield self._action(at, step, scheduled)

    def _action(self, at: Path, step: dict[str, Any], scheduled: bool) -> Run:
        line = self.tree.line(*at, "uses")
        given = mapping(step.get("with")).items()
        inputs = tuple((key, self._input(word(value))) for key, value in given)
        used = word(step["uses"])
        text = " ".join([f"uses: {used}", *(f"{key}={_flat(value)}" for key, value in inputs)])
        place = self.reader.place(self.path, line)
        action = used.partition("@")[0]
        return Run(Step(self.path, text[:4000], place), "", action, inputs, scheduled)

    def _input(self, value: str) -> str:
        """What an action is given, where it is the answer to a question that is always no."""
        asks = value.startswith("${{") and value.find("}}") == len(value) - 2
        return "false" if asks and is_unmet(value, self.started) else value

    def gitlab(self) -> Iterator[Run]:
        texts = [self.reader.text(p) or "" for p in self.reader.paths if p.startswith(".gitlab")]
        for name, job in self.data.items():
            if is_never(job) or is_template(str(name), texts):
                continue
            runs = self._scripts(name, job)
            runs = map(_excused, runs) if mapping(job).get("allow_failure") is True else runs
            runs = map(_by_hand, runs) if mapping(job).get("when") == "manual" else runs
            yield from (_of(name, run) for run in runs)

    def _scripts(self, name: str, job: Any) -> Iterator[Run]:
        where = ""
        for key in _SCRIPTS:
            script = job if name == key else mapping(job).get(key)
            at: Path = (name,) if name == key else (name, key)
            if isinstance(script, str):
                script, at = [script], at[:-1]
            for index, item in enumerate(sequence(script)):
                inner = (*at, index) if at and at[-1] == key else (*at, key)
                for line, text in self._commands(inner, word(item)):
                    yield self._run(line, text, where, False)
                    where = _gone(where, text)

    def _run(self, line: int, text: str, where: str, scheduled: bool) -> Run:
        home = where.removeprefix("./").strip("/")
        step = Step(self.path, text[:4000], self.reader.place(self.path, line), home=home)
        return Run(step, home, "", (), scheduled)

    def _commands(self, at: Path, script: str) -> Iterator[tuple[int, str]]:
        """Commands of a script with their lines; a continued command is one."""
        line = self.tree.line(*at)
        written = _written(self.reader.text(self.path) or "")
        head = written[line - 1] if 0 < line <= len(written) else ""
        block = re.search(r"[|>][-+0-9]{0,2}\s*(?:#.*)?$", head)
        folded = block is not None and block[0].startswith(">")
        number = line + 1 if block else line
        parts: list[str] = []
        rows = script.split("\n")
        told = written_down(rows) if "<<" in script else ()
        ends = "exit" in script or "if false" in script
        for at_row, row in enumerate(reached(rows) if ends else rows):
            shown = "" if at_row in told else row
            parts.append(shown.strip().removesuffix("\\").strip())
            if not shown.rstrip().endswith("\\"):
                text = " ".join(filter(None, parts))
                if text and not text.startswith("#"):
                    yield number, text
                number += 0 if folded else len(parts)
                parts = []
        if text := " ".join(filter(None, parts)):
            yield number, text


_written = lru_cache(maxsize=4)(lines)
"""The lines of a workflow, which are asked for each of its steps."""
_GOES = regex(r"(?:cd|pushd)\s+[\"']?([\w./-]{1,300})[\"']?\s*;?")


def _gone(where: str, text: str) -> str:
    """Where the next command of the same script works, once this one is done."""
    found = _GOES.fullmatch(text)
    if found is None or found[1].startswith("/"):
        return where
    home = posixpath.normpath(posixpath.join(where or ".", found[1]))
    return "" if home == "." else home


def _is_excused(given: dict[str, Any]) -> bool:
    """Whether the run goes on when the job or step fails."""
    said = given.get("continue-on-error")
    return said is True or word(said).strip("${} ").lower() == "true"


def _excused(run: Run) -> Run:
    return replace(run, step=replace(run.step, gating=False))


def _by_hand(run: Run) -> Run:
    return replace(run, step=replace(run.step, by_hand=True))


def _of(job: object, run: Run) -> Run:
    return replace(run, step=replace(run.step, job=str(job)))


def _names(triggers: Any) -> set[str]:
    """Names of what starts a workflow."""
    if isinstance(triggers, str):
        return {triggers}
    return set(map(word, triggers)) if isinstance(triggers, list | dict) else set()


def _variables(*around: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What the innermost of these gives each variable that has a value without asking."""
    found = {name: value for each in around for name, value in mapping(each.get("env")).items()}
    texts = ((name, value) for name, value in found.items() if isinstance(value, str))
    return tuple((name, value) for name, value in texts if "${{" not in value)


def _default_directory(given: dict[str, Any]) -> str:
    return word(mapping(mapping(given.get("defaults")).get("run")).get("working-directory"))


def _flat(value: str) -> str:
    return " ".join(value.split())
