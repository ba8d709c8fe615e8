"""What the source code of a component says, in the words that probes ask in.

Sources parse; probes only look at these values. Whatever is kept was written in the repository and
is hostile: it enters a report through `Place.evidence()` or `evidence.safe()` only.

A *dotted name* is how a thing is called once import aliases and simple receiver types are
followed and argument lists are left out. `from openai import OpenAI as O; c = O();
c.chat.completions.create()` is a call of `openai.OpenAI.chat.completions.create`;
`import { generateText } from "ai"` makes `generateText(…)` a call of `ai.generateText`; a builder
reads `….OpenAiChatModel.builder.modelName`. Parts of a package name stay together:
`@langchain/openai.ChatOpenAI`. A name whose origin is not known stays as it is written
(`client.search`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from agentaudit.addresses import asks, posts
from agentaudit.evidence import Place
from agentaudit.expressions import regex

_DEFAULT = regex(r"\$\{[\w.-]{1,100}(?::-?|-)(?!\?)([^{}]{0,200})\}")


class Role(StrEnum):
    """The part of a repository that a file belongs to."""

    APP = "app"
    TEST = "test"
    EVAL = "eval"
    """Measures answers: evaluation suites, benchmarks, red teaming."""
    EXAMPLE = "example"
    DOCS = "docs"
    INFRA = "infra"
    """Deploys: Terraform, Bicep, Helm, Kubernetes, migrations of a database."""
    CI = "ci"
    TEMPLATE = "template"
    VENDORED = "vendored"
    GENERATED = "generated"
    TOOLING = "tooling"
    """Of the people who write it: editors, development containers."""


class Syntax(StrEnum):
    """Where a text stands in the code."""

    KEYWORD = "keyword"
    """An argument by name, also a property of an options object that a call is given."""
    POSITIONAL = "positional"
    PAIR = "pair"
    """A value in a dictionary or object; `name` is its key."""
    ASSIGNMENT = "assignment"
    """Of a variable, constant, attribute or field; `name` is what it is assigned to."""
    DEFAULT = "default"
    """Of a parameter, or of a field of a settings class or dataclass."""
    COMPARISON = "comparison"
    """`if model == "…"`, `case "…"`, `model in (…)`, a member of a literal type."""
    ELEMENT = "element"
    """Of a list, set or tuple."""
    RETURNED = "returned"
    SETTING = "setting"
    """A value in a configuration file, environment file or infrastructure code."""
    OTHER = "other"


class Literal(Struct, frozen=True):
    """A text in the code that is worth asking about: an identifier (of a model, URI, image), or
    long prose."""

    text: str
    """At most 4,000 characters; what is filled in at run time reads `{…}`."""
    syntax: Syntax
    name: str
    """Keyword, key, variable, parameter or setting; empty when nothing names it."""
    callee: str
    """Dotted name of the call that it is an argument of, however deep in it; else empty."""
    place: Place
    role: Role
    scope: str
    """`Class.function` around it; empty at the top level of the module."""
    length: int
    """Characters of the whole text."""


class Value(Struct, frozen=True):
    """What an argument is, after at most one hop."""

    text: str | None
    """None where it could not be resolved."""
    place: Place
    """Where the text stands; the argument itself where it is not resolved."""
    via: str
    """`literal`, `constant`, `field`, `default`, `enum`, `dict`, `environment` (the default of a
    look-up in the environment), `setting` (a configuration file); where unresolved: why."""
    written: str = ""
    """The argument as written, at most 200 characters."""
    name: str = ""
    """Environment variable or setting that overrides it; empty when nothing does."""


class Argument(Struct, frozen=True):
    """One argument of a call."""

    name: str
    """Keyword, or property of an options object; empty for a positional one."""
    position: int
    """0-based; -1 for one by name."""
    value: Value


class Condition(Struct, frozen=True):
    """What must hold for a line to run."""

    text: str
    """As written, at most 200 characters; `not (…)` for an else branch."""
    default: bool | None
    """Whether it holds when nobody configures anything; None when that cannot be told."""
    setting: str
    """Environment variable or flag that it asks; empty when it asks none."""
    place: Place


class Import(Struct, frozen=True):
    """One imported module."""

    module: str
    """As written: `langchain_openai`, `@langchain/openai`, `dev.langchain4j.model.openai`; modules
    of the repository itself begin with a dot."""
    names: tuple[str, ...]
    """What is taken from it; empty for the module itself."""
    library: str
    """The known library that it belongs to, by its package name; empty when none is known."""
    place: Place
    role: Role


class Call(Struct, frozen=True):
    """A call of something that is known, or that is given something worth asking about."""

    callee: str
    """Dotted name; see the top of this module."""
    arguments: tuple[Argument, ...]
    place: Place
    role: Role
    scope: str
    condition: Condition | None
    """The innermost that is not always true."""
    reached: bool
    """Whether it stands outside every function, or in one (or a class) whose name some file that
    is no test mentions elsewhere; decorated functions and handlers are reached. An approximation:
    names are compared, not flows."""

    @property
    def method(self) -> str:
        """The last part of the dotted name."""
        return self.callee[self.callee.rfind(".") + 1 :]

    def argument(self, *names: str) -> Value | None:
        """The first argument that has one of the names."""
        for name in names:
            for each in self.arguments:
                if each.name == name:
                    return each.value
        return None

    def at(self, position: int) -> Value | None:
        """A positional argument."""
        for each in self.arguments:
            if each.position == position:
                return each.value
        return None

    def below(self, *names: str) -> bool:
        """Whether the dotted name is one of `names` or stands below one of them."""
        return f"{self.callee}.".startswith(tuple([f"{name}." for name in names]))


class PromptKind(StrEnum):
    """Where a prompt is kept."""

    INLINE = "inline"
    """In the code itself."""
    FILE = "file"
    """In a file of its own."""
    REGISTRY = "registry"
    """In a prompt registry, fetched by name."""


class Prompt(Struct, frozen=True):
    """A text that instructs a model."""

    kind: PromptKind
    place: Place
    """The text, the file, or the call that fetches it."""
    name: str
    """Variable, keyword, path or name in the registry."""
    length: int
    """Characters; 0 where the text is not in the repository."""
    used: Place | None
    """The code that reads the file; None where no code was seen to."""
    role: Role
    version: str = ""
    """Version, label or commit that is asked of the registry; empty for whatever is newest."""


class Setting(Struct, frozen=True):
    """A named value outside of the code: environment files, compose, Dockerfile ENV, Helm values,
    Terraform, Bicep, workflows, YAML, JSON and TOML configuration."""

    name: str
    """Last key, e.g. `LANGSMITH_TRACING`, `version`."""
    path: str
    """All keys, e.g. `services.api.environment.LANGSMITH_TRACING`."""
    value: str
    place: Place
    role: Role

    @property
    def default(self) -> str:
        """What it is where whoever deploys sets nothing: `true` of `${NAME:-true}`."""
        value = self.value.strip().strip("\"'")
        for _ in range(4 if value.startswith("${") else 0):  # a default may have one of its own
            value = _DEFAULT.sub(r"\1", value).strip()
        return "" if value.startswith("${") else value


class Strength(IntEnum):
    """How strong the evidence is that a library is used. Each includes the ones before it."""

    DECLARED = 1
    """A manifest names it."""
    IMPORTED = 2
    """Code that counts for its trade (no tests, but for evaluation) imports it."""
    CALLED = 3
    """Code that is reached calls it, or a string or a setting switches it on."""
    ON = 4
    """Nothing that was seen switches it off, or leaves it off by default."""


class Use(Struct, frozen=True):
    """One library in one trade, with the strongest evidence for it."""

    library: str
    trade: str
    strength: Strength
    place: Place
    """The call, string, setting, import or manifest that shows the strength."""
    off: Place | None = None
    """What switches it off; None where nothing does."""
    why: str = ""
    """How `off` does that: `behind ENABLE_TRACING, off by default`."""


class Code(Struct, frozen=True):
    """The source code of one component."""

    read: bool = False
    """Whether there was code to read, and it could be read. False is UNKNOWN, never FAIL."""
    problem: str = "no source code that could be read"
    """Why not, or what is missing; empty when everything was read."""
    files: int = 0
    """Source files of the component, tests and examples included."""
    languages: tuple[str, ...] = ()
    unread: str = ""
    """What is not read and may say what nothing else does, with why; else empty."""
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    literals: tuple[Literal, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    settings: tuple[Setting, ...] = ()
    used: Mapping[str, tuple[Use, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Known libraries by trade, strongest first."""

    def called(self, *names: str, role: Role | None = Role.APP) -> Iterator[Call]:
        """Calls at or below the dotted names, in files of the role; None for any role."""
        return (c for c in self.calls if c.below(*names) and role in (None, c.role))

    def methods(self, *names: str, role: Role | None = Role.APP) -> Iterator[Call]:
        """Calls whose dotted name ends in one of the names: `from_pretrained`."""
        return (c for c in self.calls if c.method in names and role in (None, c.role))

    def set(self, *names: str) -> Iterator[Setting]:
        """Settings of those names, whatever the case."""
        wanted = {name.lower() for name in names}
        return (s for s in self.settings if s.name.lower() in wanted)

    @property
    def posts(self) -> bool:
        """Whether it sends the id of a model over HTTP, or names where a provider answers, without
        a library for it."""
        mine = [each for each in self.literals if each.role is Role.APP]
        said = (each for each in mine if each.syntax is not Syntax.COMPARISON)
        return any(posts(each.name, each.callee) for each in mine) or any(
            asks(each.text, each.place.path, each.name) for each in said
        )
