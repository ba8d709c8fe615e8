"""What each stage of a build file copies from the build context."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from agentaudit.image import BuildPlan
from agentaudit.sources.git.dockerfile import Instruction, instructions, sources

_MOST_STAGES = 30


class _Stage(Struct):
    name: str
    above: str
    """What it is built from: a stage's name, or an image."""
    line: int
    copies: list[str] = field(default_factory=list)
    takes: list[str] = field(default_factory=list)
    """Stages, or images, that it copies files from."""


def plans(path: str, text: str) -> tuple[BuildPlan, ...]:
    """One per stage: any of them may be the target of a build."""
    stages = _stages(text)
    found = []
    for number, stage in enumerate(stages):
        chain = list(_chain(stage.name, stages[: number + 1]))
        own = [source for each in chain for source in each.copies]
        taken = {each.name for link in chain for each in _taken(link, stages[:number])}
        earlier = [source for each in stages if each.name in taken for source in each.copies]
        found.append(BuildPlan(path, _once(own), _once(earlier)))
    return tuple(found)


def left_out(text: str, targets: Collection[str]) -> frozenset[int]:
    """Numbers of the lines of stages from which none of the targets is built: an empty one is the
    last stage; of a variable any may be."""
    stages = _stages(text)
    if not stages or any("$" in target for target in targets):
        return frozenset()
    wanted = {target.lower() or stages[-1].name for target in targets}
    numbers = {int(each) for each in wanted if each.isdigit()}
    wanted |= {stages[number].name for number in numbers if number < len(stages)}
    kept = {id(link) for name in wanted for link in _chain(name, stages)}
    ends = [*(stage.line for stage in stages[1:]), text.count("\n") + 2]
    left = [(at.line, end) for at, end in zip(stages, ends, strict=True) if id(at) not in kept]
    return frozenset(number for first, end in left for number in range(first, end))


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _stages(text: str) -> list[_Stage]:
    found: list[_Stage] = []
    for each in instructions(text):
        if each.word == "FROM" and len(found) < _MOST_STAGES:
            words = each.rest.split()
            named = len(words) > 2 and words[1].upper() == "AS"
            name = words[2].lower() if named else str(len(found))
            found.append(_Stage(name, words[0].lower() if words else "", each.line))
        elif each.word in ("COPY", "ADD") and found:
            _copy(found, each)
    return found


def _copy(stages: list[_Stage], copy: Instruction) -> None:
    source = dict(copy.flags).get("from")
    if source is None:
        stages[-1].copies += sources(copy.rest)
    elif source.isdigit() and int(source) < len(stages):
        stages[-1].takes.append(stages[int(source)].name)
    else:
        stages[-1].takes.append(source.lower())


def _chain(name: str, stages: list[_Stage]) -> Iterator[_Stage]:
    """The stage and those it is built upon; each can only name earlier ones."""
    for stage in reversed(stages):
        if stage.name == name:
            yield stage
            name = stage.above


def _taken(stage: _Stage, stages: list[_Stage]) -> list[_Stage]:
    """Stages whose files may reach this one, however many steps away."""
    wanted = set(stage.takes)
    found = []
    for each in reversed(stages):
        if each.name in wanted:
            found.append(each)
            wanted |= {each.above, *each.takes}
    return found
