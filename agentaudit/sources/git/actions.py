"""Actions that a repository publishes for the workflows of others: what their steps start."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, mapping, sequence, word

_NAMES = frozenset(("action.yml", "action.yaml"))
_HERE = regex(r"\$\{\{\s{0,9}github\.action_path\s{0,9}\}\}/?|\$\{?GITHUB_ACTION_PATH\}?/?")
_STARTS = regex(r"\b(?:npm|pnpm|yarn|bun|node|tsx|ts-node|python3?|uv|poetry|go|deno)\s")
_PLACE = regex(
    r"(?:^|[\s;&|])(?:(?:cd|pushd)\s{1,4}|(?:-C|--cwd|--dir|--prefix|--directory|--project)[ =])"
    r"[\"']?([\w./@-]{1,200})"
)
_MEMBER = regex(
    r"\b(?:start|run\s{1,4}start)\b[^\n;&|]{0,80}\s(?:-w|--workspace|-F|--filter)[ =]"
    r"(?:@[\w.-]{1,80}/)?([\w./-]{1,200})"
)
_FILE = regex(r"(?:^|[\s\"'])((?:[\w.-]{1,100}/){1,8}[\w.-]{1,100}\.(?:m?js|c?js|ts|py|go))\b")


def published(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Projects that such an action starts, where it names one below its own directory."""
    for path in reader.named(_NAMES.__contains__):
        if path.startswith((".github/", ".gitlab")):
            continue
        for tree in reader.yaml(path)[:1]:
            runs = mapping(mapping(tree.data).get("runs"))
            found = [(word(runs.get("main")), tree.line("runs", "main"))]
            for number, each in enumerate(sequence(runs.get("steps"))):
                line = tree.line("runs", "steps", number)
                found += [(named, line) for named in _named(homes, mapping(each))]
            for named, line in found:
                home = _home(homes, directory(path), named) if named else None
                if home:
                    yield Build(home, reader.place(path, line), configures=True)


def _named(homes: Homes, step: dict[str, object]) -> Iterator[str]:
    """What a step names as the place of what it starts."""
    text = _HERE.sub("", word(step.get("run")))[:20_000]
    where = _HERE.sub("", word(step.get("working-directory")))
    if _STARTS.search(text):
        yield where
        yield from (f"{where}/{named}" for named in _PLACE.findall(text))
        yield from (f"{where}/{named}" for named in _FILE.findall(text))
    for member in _MEMBER.findall(text):
        yield from (h for h in homes.members if member in (h, h.rpartition("/")[2]))


def _home(homes: Homes, base: str, named: str) -> str | None:
    path = joined(base, named.strip("/") or ".")
    return homes.nearest(path) if path is not None else None
