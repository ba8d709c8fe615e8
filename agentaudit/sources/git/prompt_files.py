"""Files of a tree that hold prompts."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Prompt, Role
from agentaudit.evidence import Place
from agentaudit.sources.git.code import kept
from agentaudit.sources.git.code.assemble import Repository
from agentaudit.sources.git.reader import Reader


def found(reader: Reader, repository: Repository) -> Iterator[Prompt]:
    """What such files hold, with the line of code that names each."""
    paths = [
        (path, part)
        for path in reader.paths
        if kept.may_hold(path)
        and not reader.foreign(path)
        and (part := reader.role(path)) in (Role.APP, Role.TEMPLATE, Role.EVAL)
    ]
    used = repository.mentions(path.rpartition("/")[2] for path, _ in paths)
    for path, part in paths:
        text = reader.text(path)
        if text is not None:
            named = used.get(path.rpartition("/")[2])
            if part is Role.TEMPLATE and named and reader.role(named.path) is Role.APP:
                part = Role.APP  # a template of a text that the application fills in
            yield from kept.held(Place(reader.repo, path), part, text, named)
