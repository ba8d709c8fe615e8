"""Dockerfiles, read and never built: instructions with continuation lines and here-documents,
stages, and the external images that FROM, COPY --from and RUN --mount name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import BuildFile, ImageUse, Place
from agentaudit.sources.git import pins
from agentaudit.sources.git.image_steps import installed, program
from agentaudit.sources.git.images import expand, use
from agentaudit.sources.git.reader import Reader

_NAME = regex(
    r"(?:Dockerfile|Containerfile)(?:[.-][\w.-]{1,80})?"
    r"|(?:dockerfile|containerfile)(?:[.-](?![\w.-]{0,80}\.\w)(?!(?:ts|js|py|go|rs|java|json|ya?ml)$)[\w-]{1,80})?"
    r"|(?i:dockerfile|containerfile)"  # as found where the file system knows no capitals
    r"|[\w.-]{1,80}[.-](?:[Dd]ockerfile|[Cc]ontainerfile)|[A-Z]\w{0,60}(?:Docker|Container)file"
)
_NOT = (
    ".dockerignore",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".template",
    ".erb",
    ".md",
    ".bak",
)
_HEREDOC = regex(r"(?<!<)<<(-?)([\"']?)([A-Za-z_][\w.-]{0,100})\2")
_INSTRUCTION = regex(r"\s*([A-Za-z]{2,20})(?:\s+(.*))?", re.DOTALL)
_FLAGGED_LIST = regex(r"(?:--\S*\s+){0,20}\[\s*\"")
"""The form of a JSON list, which no shell reads: `<<` means nothing there."""
_PART = regex(r"\$\{?([A-Za-z][\w]{1,60})_(?i:image)\}?")
_FLAG = regex(r"--([a-z-]{1,30})(?:=(\S*))?\s*")


class Instruction(Struct, frozen=True):
    """One instruction with its flags taken off."""

    word: str
    rest: str
    flags: tuple[tuple[str, str], ...]
    line: int


class Recipe(Struct, frozen=True):
    """What a build file does, as far as the audit asks."""

    path: str
    published: BuildFile
    copies: tuple[str, ...]
    """Sources of COPY and ADD from the build context; `.` for all of it."""
    defaults: tuple[tuple[str, str], ...] = ()
    """ARGs with the values that they have when nobody gives others."""
    runtimes: tuple[tuple[Place, str], ...] = ()
    """Language runtimes that it installs."""
    program: str = ""
    """Name of the program that the image starts; empty when it has none of its own."""
    taken: tuple[str, ...] = ()
    """What its last stage copies from those before."""
    kept: tuple[str, ...] = ()
    """What its last stage copies from the build context."""
    started: str = ""
    """Where its last stage works in the end, and the words that it is started with."""
    scripts: bool = True
    """Whether anything in it can run Node, or build what runs in a browser."""


def is_build_file(name: str) -> bool:
    """Whether a file of this name is a Dockerfile."""
    return _NAME.fullmatch(name) is not None and not name.endswith(_NOT)


def find(reader: Reader, contexts: frozenset[str] = frozenset()) -> list[Recipe]:
    """Every build file of the application; `contexts` are names of directories, not of images."""
    return [read(reader, path, contexts) for path in reader.named(is_build_file)]


def read(reader: Reader, path: str, contexts: frozenset[str] = frozenset()) -> Recipe:
    """Read one build file."""
    content = reader.content(path)
    if content.text is None:
        return Recipe(path, BuildFile(reader.place(path), (), content.problem), ())
    build = _Build(reader, path, contexts)
    for instruction in instructions(content.text):
        build.take(instruction)
    if not build.runtimes:
        build.runtimes += build.last
    problem = "" if build.stages else "holds no FROM"
    published = BuildFile(reader.place(path), tuple(build.bases), problem)
    return Recipe(
        path,
        published,
        tuple(dict.fromkeys(build.copies)),
        tuple(build.defaults.items()),
        tuple(build.runtimes),
        build.program,
        tuple(build.taken),
        tuple(build.kept),
        f"{build.workdir} {build.command}",
        _SCRIPTS.search(content.text) is not None,
    )


_SCRIPTS = regex(
    r"(?i)(?<![\w-])(?:node(?:js)?|npm|npx|pnpm|yarn|bun|corepack|deno|mvnw?|maven|gradlew?|make)(?![\w-])"
)


class _Build(Struct):
    reader: Reader
    path: str
    contexts: frozenset[str]
    arguments: dict[str, str | None] = field(default_factory=dict)
    """Global ARGs: those before the first FROM."""
    stages: list[str] = field(default_factory=list)
    bases: list[ImageUse] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    runtimes: list[tuple[Place, str]] = field(default_factory=list)
    environment: dict[str, str | None] = field(default_factory=dict)
    roots: dict[str, ImageUse] = field(default_factory=dict)
    """The image that each stage is built upon in the end."""
    last: list[tuple[Place, str]] = field(default_factory=list)
    """The runtime that the last stage has from a stage before."""
    program: str = ""
    taken: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    workdir: str = ""
    command: str = ""

    def take(self, instruction: Instruction) -> None:
        if instruction.word == "ARG":
            self._argument(instruction.rest, everywhere=not self.stages)
        elif instruction.word == "ENV":
            self._environment(instruction.rest)
        elif instruction.word == "FROM":
            self._from(instruction)
        elif instruction.word in ("COPY", "ADD"):
            self._copy(instruction)
        elif instruction.word == "RUN":
            self._run(instruction)
        elif instruction.word == "WORKDIR":
            self.workdir = instruction.rest.strip().strip("\"'").rstrip("/")
        elif instruction.word in ("ENTRYPOINT", "CMD"):
            self.program = program(instruction.rest) or self.program
            self.command = instruction.rest[:2000]

    def _run(self, instruction: Instruction) -> None:
        for name, value in instruction.flags:
            if name == "mount" and (source := re.search(r"(?:^|,)from=([^,]+)", value)):
                self._external(source[1], instruction.line)
        known = {**self.defaults, **self.arguments, **self.environment}
        for version in installed(expand(instruction.rest, known)[0]):
            self.runtimes.append((self.reader.place(self.path, instruction.line), version))

    def _argument(self, rest: str, *, everywhere: bool) -> None:
        for name, sign, quoted, plain in _ASSIGNMENT.findall(rest):
            value, unresolved = expand((quoted[1:-1] if quoted else plain), self.arguments)
            known = value if sign and not unresolved else None
            if everywhere:
                self.arguments[name] = known
            if known:
                self.defaults.setdefault(name, known)

    def _environment(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        pairs = [(name, value.strip())] if name and "=" not in name else []
        pairs += [(n, q[1:-1] if q else p) for n, sign, q, p in _ASSIGNMENT.findall(rest) if sign]
        known = {**self.defaults, **self.arguments, **self.environment}
        for name, value in pairs:
            given, unresolved = expand(value, known)
            self.environment[name] = None if unresolved else given

    def _from(self, instruction: Instruction) -> None:
        words = instruction.rest.split()
        reference, unresolved = (
            expand(words[0].strip("\"'"), self.arguments) if words else ("", True)
        )
        at = self.reader.place(self.path, instruction.line)
        root = self.roots.get(reference.lower())
        told = pins.of_image(replace(root, place=at)) if root is not None else None
        self.last = [told] if told is not None else []
        ours = reference.lower() in self.stages or reference == "scratch"
        if not ours and not (unresolved and self._of_a_part(reference)):
            root = use(reference, at, unresolved)
            self.bases.append(root)
        named = len(words) > 2 and words[1].upper() == "AS"
        self.taken, self.kept, self.workdir, self.command = [], [], "", ""
        self.stages.append(words[2].lower() if named else f"#{len(self.stages)}")
        if root is not None:
            self.roots[self.stages[-1]] = root

    def _of_a_part(self, reference: str) -> bool:
        """Whether an argument without a default is called after the image of a directory of the
        repository that has a build file: `$UI_IMAGE`."""
        found = _PART.fullmatch(reference)
        name = found[1].lower() if found else ""
        names = {f"{each}/Dockerfile" for each in (name, name.replace("_", "-")) if each}
        return not names.isdisjoint(self.reader.known)

    def _copy(self, instruction: Instruction) -> None:
        source = dict(instruction.flags).get("from")
        if source is not None:
            self._external(source, instruction.line)
            self.taken += sources(instruction.rest)
        else:
            self.copies += sources(instruction.rest)
            self.kept += sources(instruction.rest)

    def _external(self, source: str, line: int) -> None:
        if source.isdigit() or source.lower() in self.stages or source == "scratch":
            return
        if source in self.contexts:
            return
        unresolved = "$" in source
        self.bases.append(use(source, self.reader.place(self.path, line), unresolved))


_ASSIGNMENT = regex(r"([A-Za-z_]\w{0,100})(=?)(\"[^\"]{0,500}\"|'[^']{0,500}')?(\S{0,500})")


def sources(rest: str) -> Iterator[str]:
    """What COPY takes from the context: all words but the last."""
    rest = rest.strip()
    words = re.findall(r"\"([^\"]{1,500})\"", rest) if rest.startswith("[") else rest.split()
    for word in words[:-1]:
        if not word.startswith("<<") and "://" not in word:
            yield word.strip("\"'").removeprefix("./").strip("/") or "."


def instructions(text: str) -> Iterator[Instruction]:
    """Instructions in order; the text of here-documents is never taken for one."""
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    escape = _escape(rows)
    at = 0
    while at < len(rows):
        start = at
        logical, at = _logical(rows, at, escape)
        found = _INSTRUCTION.fullmatch(logical)
        if found is None:
            continue
        word, rest = found[1].upper(), found[2] or ""
        if word in ("RUN", "COPY", "ADD") and not _FLAGGED_LIST.match(rest):
            for heredoc in _HEREDOC.finditer(rest):
                at = _after(rows, at, heredoc[3], tabs=bool(heredoc[1]))
        flags = []
        while flag := _FLAG.match(rest):
            flags.append((flag[1], flag[2] or ""))
            rest = rest[flag.end() :]
        yield Instruction(word, rest, tuple(flags), start + 1)


def _escape(rows: list[str]) -> str:
    """The escape character, which a directive at the very top may change."""
    for row in rows:
        directive = re.fullmatch(r"\s*#\s*(\w+)\s*=\s*(\S{1,200})\s*", row[:400])
        if directive is None:
            return "\\"
        if directive[1].lower() == "escape":
            return directive[2] if directive[2] in ("`", "\\") else "\\"
    return "\\"


def _logical(rows: list[str], at: int, escape: str) -> tuple[str, int]:
    """One instruction with its continuation lines, and the number of the row after it. What stood
    on two lines is joined as it is: an image name may go on after the break."""
    parts: list[str] = []
    while at < len(rows):
        row = rows[at]
        at += 1
        if row.lstrip().startswith("#") or (parts and not row.strip()):
            if not parts:
                return "", at
            continue
        bare = row.rstrip(" \t")
        doubled = bare.endswith(escape * 2)
        if not bare.endswith(escape) or doubled:
            parts.append(row)
            break
        parts.append(bare[: -len(escape)])
    return "".join(parts).strip()[:100_000], at


def _after(rows: list[str], at: int, end: str, *, tabs: bool) -> int:
    """The row after the here-document that `end` closes; all rows when nothing closes it."""
    while at < len(rows):
        row = rows[at].lstrip("\t") if tabs else rows[at]
        at += 1
        if row == end:
            break
    return at
