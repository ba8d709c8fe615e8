"""Where a component trains or adapts models, in code or through the files of a command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from agentaudit.code import Call, Role, Setting, Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component

_ROLES = frozenset({Role.APP, Role.INFRA})
_TRAINS = regex(
    r"(?:^|[._])(?:\w*Trainer|Trainer|train|fit|get_peft_model|train_on_responses_only|SFTTrainer"
    r"|backward|AdamW|Adam|SGD|Adafactor|finetune|fine_tune|run_exp|sft_train|main_train|tune)$"
)
"""Calls of trainers that train."""
_HOSTED = regex(
    r"fine_?tuning\.(?:jobs\.)?create|fineTuning\.jobs\.create|create_model_customization_job"
    r"|create_fine_tun(?:ing_job|e)|tuning\.sft\.train|tunings\.tune|fine_tuning\.create"
    r"|FineTuningClient|CreateModelCustomizationJob|createModelCustomizationJob|jobs\.createFineTuning"
)
"""Providers that train for their customers."""
_ENDPOINT = regex(
    r"/v\d(?:\.\d)?/(?:customization/jobs|fine[_-]tun(?:ing/jobs|ing|es))/?$|/model-customization-jobs/?$"
)
"""The same without their libraries; NVIDIA NeMo Customizer."""
_CREW = regex(r"(?i)(?:^|\.)\w*crew\w*(?:\.\w+)?\.train$|crewai\.|dspy\.|nltk\.|spacy\.|rasa\.")
"""Of agents and of other kinds of models: not fine-tuning."""
_CONFIGURES = regex(
    r"(?:^|[._])(?:\w*TrainingArguments|\w*Config|LoraConfig|ArgumentParser|HfArgumentParser)$"
)
_KEYS = frozenset(
    {"lora_r", "lora_alpha", "lora_rank", "lora_target", "lora_target_modules", "finetuning_type"}
    | {"learning_rate", "num_train_epochs", "num_epochs", "per_device_train_batch_size"}
    | {"micro_batch_size", "gradient_accumulation_steps", "base_model", "warmup_ratio", "r"}
    | {"adapter", "stage"}
)
"""Settings of a training run."""
_COMMANDS = frozenset({"base_model", "finetuning_type", "lora_target", "micro_batch_size"})
"""Settings that only the files of axolotl, LLaMA-Factory and their kin have."""
_ENOUGH = 2


class Training(NamedTuple):
    """What shows that a component trains."""

    uses: tuple[Use, ...]
    """Libraries that train, strongest first."""
    calls: tuple[Call, ...]
    """Calls that train, or have a provider train."""
    files: tuple[Place, ...]
    """Files by which a command line is told to train."""
    configured: tuple[Place, ...]
    """Where the run is configured."""

    @property
    def any(self) -> bool:
        return bool(self.uses or self.calls or self.files)

    @property
    def runs(self) -> bool:
        """Whether training itself is in sight, not only a library for it."""
        return bool(self.calls or self.files)

    def place(self) -> Place:
        """Where it shows best. Only for a component that trains."""
        shown = [call.place for call in self.calls] + list(self.files)
        return shown[0] if shown else self.uses[0].place


def training(component: Component) -> Training:
    """What the component trains with."""
    uses = component.uses("trainer")
    calls = tuple(_calls(component, uses))
    configs = [c.place for c in component.code.calls if c.role in _ROLES and _is_config(c, uses)]
    files = tuple(_files(component))
    given = [call.place for call in calls if len(call.arguments) >= _ENOUGH]
    return Training(uses, calls, files, (*configs, *_settings(component), *given))


def _calls(component: Component, uses: tuple[Use, ...]) -> Iterator[Call]:
    modules = _modules(component, uses)
    for call in component.code.calls:
        if call.role not in _ROLES or _CREW.search(call.callee):
            continue
        trains = call.below(*modules) and _TRAINS.search(call.callee[-100:])
        if trains or _HOSTED.search(call.callee) or _ENDPOINT.search(_asked(call)):
            yield call


def _asked(call: Call) -> str:
    """The address that a call asks, where it is one."""
    first = call.argument("url") or call.at(0)
    return (first.text or first.written) if first is not None else ""


def _modules(component: Component, uses: tuple[Use, ...]) -> tuple[str, ...]:
    libraries = {use.library for use in uses if use.strength >= Strength.IMPORTED}
    named = {each.module for each in component.code.imports if each.library in libraries}
    return tuple(sorted(named))


def _is_config(call: Call, uses: tuple[Use, ...]) -> bool:
    named = _CONFIGURES.search(call.callee)
    return bool(named and uses and call.arguments)


def _settings(component: Component) -> list[Place]:
    return [
        setting.place
        for setting in component.code.settings
        if setting.role in _ROLES and setting.name in _KEYS
    ]


def _files(component: Component) -> Iterator[Place]:
    """Configuration files that hold several settings of a run, one of them telling."""
    by_path: dict[str, list[Setting]] = {}
    for setting in component.code.settings:
        if setting.role in _ROLES and setting.name in _KEYS:
            by_path.setdefault(setting.place.path, []).append(setting)
    for found in by_path.values():
        names = {setting.name for setting in found}
        if len(names) >= _ENOUGH and names & _COMMANDS:
            yield found[0].place
