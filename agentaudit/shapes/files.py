"""Questions about committed files."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agentaudit.evidence import Evidence, Location, safe
from agentaudit.finding import Answer
from agentaudit.parse.closed import Record, wrong
from agentaudit.probe import Probe, failed, passed, unknown
from agentaudit.shapes.pattern import Search, bounded
from agentaudit.source import Component, Place, Repo


def _inside(glob: str) -> str:
    if not glob or len(glob) > 200 or glob.startswith("/") or ".." in glob.split("/"):
        raise wrong(
            f"{glob!r} is not a path pattern inside a repository",
            "write it relative to the root, without `..`, e.g. docs/**/*.md",
        )
    return glob


def _pattern(text: str) -> str:
    try:
        bounded(text)
    except ValueError as error:
        raise wrong(
            f"{text!r} {error}",
            "split it, or make repetitions possessive (`*+`, `++`, `?+`)",
        ) from None
    return text


Globs = Annotated[tuple[Annotated[str, AfterValidator(_inside)], ...], Field(min_length=1)]


class FilePresent(Record):
    """A committed file matches one of the path patterns."""

    kind: Literal["file_present"]
    any_of: Globs
    """Path patterns: `*` stays within a directory, `**` crosses directories. For a component they
    are relative to its directory."""
    subject: Literal["system", "component"] = "system"

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it."""

        def look(repo: Repo, files: Iterator[Place]) -> Answer:
            place = next(files, None)
            if place is None:
                return _absent(repo, self.any_of, id)
            return passed(f"{safe(place.path)} is committed", _evidence(place))

        question = f"Is a file like {_joined(self.any_of)} committed?"
        return _probe(id, fix, question, self.subject, self.any_of, look)


class FileMatches(Record):
    """A line of a committed file matches a regular expression."""

    kind: Literal["file_matches"]
    any_of: Globs
    """Path patterns, as in `file_present`."""
    pattern: Annotated[str, AfterValidator(_pattern)]
    """A Python regular expression, searched in each line; lines of more than 10,000 characters are
    not searched. What could take for ever on hostile text is refused."""
    subject: Literal["system", "component"] = "system"

    def compile(self, id: str, fix: str) -> Probe:
        """The probe that asks it."""
        pattern = bounded(self.pattern)

        def look(repo: Repo, files: Iterator[Place]) -> Answer:
            search, looked, blind = Search(pattern), 0, False
            for place in files:
                text = repo.read(place)
                looked, blind = looked + 1, blind or text is None
                if text is not None and (found := search.first(text)):
                    line, shown = found
                    evidence = _evidence(place, line, shown)
                    return passed(f"{safe(place.path)}:{line} matches", evidence)
            if blind or search.cut:
                why = "a file that could not be read" if blind else "lines too long to search"
                return unknown(f"no match, but {why}", reason="unreadable", fact=id)
            if not looked:
                return _absent(repo, self.any_of, id)
            return failed(f"no line of {looked} files matches {self.pattern!r}", fact=id)

        question = f"Does a line of {_joined(self.any_of)} match {self.pattern!r}?"
        return _probe(id, fix, question, self.subject, self.any_of, look)


def _joined(globs: Iterable[str]) -> str:
    return " or ".join(globs)


def _evidence(place: Place, line: int | None = None, text: str = "") -> Evidence:
    return Evidence(Location(place.repo, place.path, line or place.line), text.strip()[:1600])


def _absent(repo: Repo, globs: Iterable[str], fact: str) -> Answer:
    searched = Evidence(Location(repo.name, "."), f"searched for {_joined(globs)}")
    return failed(f"no file matches {_joined(globs)}", searched, fact=fact)


def _probe(
    id: str,
    fix: str,
    question: str,
    subject: str,
    globs: tuple[str, ...],
    look: Callable[[Repo, Iterator[Place]], Answer],
) -> Probe:
    """Ask `look` about the files of the whole system or of one component."""

    def system(repo: Repo) -> Answer:
        return look(repo, (place for glob in globs for place in repo.files(glob)))

    def component(repo: Repo, component: Component) -> Answer:
        return look(repo, _under(repo, component, globs))

    asked: Callable[..., Answer] = system if subject == "system" else component
    asked.__doc__ = question
    needs = {"repo"} if subject == "system" else {"repo", "component"}
    return Probe(id, asked, fix, (), frozenset(needs))


def _under(repo: Repo, component: Component, globs: Iterable[str]) -> Iterator[Place]:
    """Files of a component; its directory may be named like a pattern."""
    folder = (
        "" if component.path in {"", "."} else re.sub(r"([*?[])", r"[\1]", component.path) + "/"
    )
    for glob in globs:
        for place in repo.files(folder + glob):
            if place.repo == component.repo:
                yield place
