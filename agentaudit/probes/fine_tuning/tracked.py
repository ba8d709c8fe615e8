"""Where the runs of a training are reported to a tracker."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from agentaudit.code import Call, Literal, Role, Setting, Strength, Syntax
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.fine_tuning.training import Training
from agentaudit.source import Component

_COUNTS = frozenset({Role.APP, Role.INFRA, Role.CI})
_ASIDE = regex(
    r"(?:^|[._])(?:login|set_tracking_uri|set_registry_uri|register_model|load_(?:model|checkpoint)|download\w*"
    r"|get_\w+|search_\w+|list_\w+|Api|MlflowClient|use_artifact|use_model|transition_\w+|finish|end_run"
    r"|set_registered_\w+|create_(?:model_version|registered_model)|pyfunc|Table|Image|Html|alert)(?:\.\w+)*$"
    r"|\.(?:openai|langchain|anthropic|llama_index|gemini|dspy|crewai|autogen|litellm|bedrock|mistral|groq|smolagents"
    r"|pydantic_ai|agno|semantic_kernel)\.autolog$|\.tracing\b|\.trace$"
)
"""Calls of trackers that keep no run: of their models, of their accounts, of what an agent does."""
_TOLD = frozenset({"report_to", "log_with", "logger", "tracker"})
"""What a trainer is told its trackers by."""
_PROJECT = frozenset(
    {"wandb_project", "use_wandb", "mlflow_tracking_uri", "mlflow_experiment_name"}
)
"""Settings by which a trainer reports without being told to."""
_TRACKERS = frozenset({"wandb", "mlflow", "swanlab", "comet-ml", "clearml", "neptune"})
"""What such files name as trackers."""
_NOTHING = frozenset({"", "none", "null", "false", "no", "0", "[]", "~", "disabled"})
_SAMPLE = regex(r"(?i)(?:^|/)[^/]{0,40}\.?env[^/]{0,20}(?:example|sample|template|dist)[^/]{0,10}$")
_TRAINS = regex(r"(?i)train|tun(?:e|ing)|sft|lora|experiment|track|callback|(?:^|[/_])fit")
"""Files that are about training, by their path."""


class Tracked(NamedTuple):
    """One sign that runs are reported."""

    library: str
    place: Place
    call: Call | None = None
    """The call that reports; None where a word or a setting does."""


def tracked(component: Component, found: Training) -> list[Tracked]:
    """Every sign that nothing seen switches off; calls and words before settings."""
    libraries = {u.library for u in component.uses("tracker") if u.strength is Strength.ON}
    near = _Near(component, found)
    signs = [*_words(component, libraries), *_calls(component, libraries, near)]
    signs.sort(key=lambda sign: sign.place.path not in near.paths)
    told = {place.path for place in found.files}
    return signs or [*_settings(component, libraries), *_of_files(component, told)]


def _of_files(component: Component, paths: set[str]) -> Iterator[Tracked]:
    """Trackers that the files of a command line name: what trains calls them by itself."""
    for setting in component.code.settings:
        if setting.place.path not in paths or setting.role not in _COUNTS:
            continue
        name, value = setting.name.lower(), setting.value.strip().lower().replace("_", "-")
        project = _names_project(component, setting)
        if (project and name == "wandb_project") or (name in _TOLD and value in _TRACKERS):
            yield Tracked("wandb" if project else value, setting.place)


class _Near:
    """Whether a file takes part in training: it trains, is imported by one that does or imports
    one, stands beside one, or is called so."""

    def __init__(self, component: Component, found: Training) -> None:
        self.paths = {call.place.path for call in found.calls} | {p.path for p in found.files}
        self._folders = {posixpath.dirname(path) for path in self.paths} - {""}
        self._names = {_stem(path) for path in self.paths}
        imports = component.code.imports
        self._taken = {_last(i.module) for i in imports if i.place.path in self.paths}
        self._taken |= {n for i in imports if i.place.path in self.paths for n in i.names}
        self._takers = {i.place.path for i in imports if _last(i.module) in self._names}
        self._takers |= {i.place.path for i in imports if self._names & set(i.names)}

    def holds(self, path: str) -> bool:
        named = path in self.paths or path in self._takers or _stem(path) in self._taken
        return named or posixpath.dirname(path) in self._folders or bool(_TRAINS.search(path))


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _last(module: str) -> str:
    return module.replace("/", ".").rpartition(".")[2]


def _calls(component: Component, libraries: set[str], near: _Near) -> Iterator[Tracked]:
    imports = component.code.imports
    modules = {each.module: each.library for each in imports if each.library in libraries}
    for call in component.code.calls:
        library = next((name for module, name in modules.items() if call.below(module)), "")
        counts = library and call.role in _COUNTS and call.reached and _reports(call)
        if counts and near.holds(call.place.path):
            yield Tracked(library, call.place, call)


def _reports(call: Call) -> bool:
    """Whether a call of a tracker reports a run, and is not told to do nothing."""
    mode, off = call.argument("mode"), call.argument("disabled")
    held = call.condition
    told_off = (mode is not None and mode.text == "disabled") or (
        off is not None and off.written.strip().lower() == "true"
    )
    waits = held is not None and (
        held.default is False or (bool(held.setting) and held.default is None)
    )
    return not (told_off or waits or _ASIDE.search(call.callee))


def _words(component: Component, libraries: set[str]) -> Iterator[Tracked]:
    for literal in component.code.literals:
        library = literal.text.lower().replace("_", "-")
        if library in libraries and literal.role in _COUNTS and _is_told(literal):
            yield Tracked(library, literal.place)
    for setting in component.code.settings:
        library = setting.value.strip().lower().replace("_", "-")
        if library in libraries and setting.role in _COUNTS and setting.name in _TOLD:
            yield Tracked(library, setting.place)


def _is_told(literal: Literal) -> bool:
    last = literal.callee.rpartition(".")[2]
    owner = literal.callee.rpartition(".")[0].rpartition(".")[2]
    named = {literal.name.rpartition(".")[2], last, owner if last in ("append", "extend") else ""}
    return literal.syntax is not Syntax.COMPARISON and bool(named & _TOLD)


def _settings(component: Component, libraries: set[str]) -> Iterator[Tracked]:
    """Projects that are named, where no trainer is told anything else."""
    calls = (call for call in component.code.calls if call.role in _COUNTS)
    if any(call.argument("report_to", "log_with") is not None for call in calls):
        return
    for setting in component.code.settings:
        library = setting.name.lower().removeprefix("use_").partition("_")[0]
        if library in libraries and setting.role in _COUNTS and _names_project(component, setting):
            yield Tracked(library, setting.place)


def _names_project(component: Component, setting: Setting) -> bool:
    """Whether it is set, and for the component: a sample outside of it is read by others."""
    home = "" if component.path == "." else f"{component.path}/"
    if setting.name.lower() not in _PROJECT or setting.value.strip().lower() in _NOTHING:
        return False
    return setting.place.path.startswith(home) or not _SAMPLE.search(setting.place.path)
