"""What flags and environment variables say, over what the file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from agentaudit.config.moments import day, moment
from agentaudit.config.search import is_secret
from agentaudit.errors import UsageError
from agentaudit.evidence import safe

ENVIRONMENT = {
    "AGENTAUDIT_RUBRIC": "rubric",
    "AGENTAUDIT_SAMPLE": "sample",
    "AGENTAUDIT_SEED": "seed",
    "AGENTAUDIT_AS_OF": "as_of",
    "AGENTAUDIT_OFFLINE": "offline",
}
"""Environment variable → the setting it gives, below its flag and above the file."""

Sample = int | Literal["all"] | None
"""None: everything of files and tables, 1,000 responses of a REST store."""


class Overrides(Struct, frozen=True):
    """Flags as given; None or empty where a flag was not."""

    repos: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    image_keys: tuple[str, ...] = ()
    registry: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    where: tuple[str, ...] = ()
    rubric: str | None = None
    sample: str | None = None
    seed: int | None = None
    as_of: str | None = None
    fail_under: float | None = None
    min_level: int | None = None
    min_reconstructable: float | None = None
    require_source: tuple[str, ...] = ()
    offline: bool = False
    max_image_bytes: int | None = None
    max_image_files: int | None = None
    no_cache: bool = False
    host: bool = False


FLAGS = {
    "repos": "--repo",
    "images": "--image",
    "image_keys": "--image-key",
    "require_source": "--require-source",
    **{
        name: f"--{name.replace('_', '-')}"
        for name in (
            *("registry", "traces", "since", "until", "where", "rubric", "sample", "seed"),
            *("as_of", "fail_under", "min_level", "min_reconstructable", "offline"),
            *("max_image_bytes", "max_image_files", "no_cache", "host"),
        )
    },
}
"""Field of `Overrides` → its flag."""


class Run(Struct, frozen=True):
    """How this one audit is run; nothing of it stands in the file."""

    as_of: date
    """UTC day the audit stands for."""
    since_ns: int | None = None
    """Earliest start of a response, Unix nanoseconds, inclusive."""
    until_ns: int | None = None
    """Latest start, Unix nanoseconds, inclusive: `--until DAY` takes in that whole day."""
    where: tuple[tuple[str, str], ...] = ()
    """Attribute and value pairs that a trace must carry."""
    sample: Sample = None
    seed: int = 0
    require_sources: tuple[str, ...] = ()
    offline: bool = False
    max_image_bytes: int | None = None
    """Largest image whose layers are read, as transported; None leaves it to the source."""
    max_image_files: int | None = None
    """Entries of all its layers; None leaves it to the source."""
    no_cache: bool = False
    """Whether image layers are read anew and nothing of them is kept."""
    host: bool = False
    """Whether the machine that runs the scan says what it is."""


class Given(Struct, frozen=True):
    """One value that flag or environment gives, and which of them did."""

    value: str
    origin: str
    """`flag --seed` or `environment AGENTAUDIT_SEED`."""


class Asked:
    """Flag, else environment variable, for the settings that both can give."""

    def __init__(self, flags: Overrides, environ: Mapping[str, str]) -> None:
        self.flags = flags
        self._environ = environ

    def __getitem__(self, name: str) -> Given | None:
        given = getattr(self.flags, name)
        if given is not None and given is not False and given != ():
            text = ", ".join(given) if isinstance(given, tuple) else str(given)
            return Given(text, f"flag {FLAGS[name]}")
        for variable, setting in ENVIRONMENT.items():
            if setting == name and self._environ.get(variable):
                return Given(self._environ[variable], f"environment {variable}")
        return None

    def all(self) -> Iterator[tuple[str, Given]]:
        """Each setting that is given here."""
        for name in FLAGS:
            if (given := self[name]) is not None:
                yield name, given

    def run(self, today: date) -> Run:
        """How to run; raises UsageError for a value that makes no sense."""
        since, until = self._moment("since"), self._moment("until", end=True)
        if since is not None and until is not None and since > until:
            raise UsageError("--since is after --until: no response can match", hint="swap them")
        return Run(
            as_of=self._as_of(today),
            since_ns=since,
            until_ns=until,
            where=tuple(map(_pair, self.flags.where)),
            sample=self._sample(),
            seed=self._seed(),
            require_sources=self.flags.require_source,
            offline=self._offline(),
            max_image_bytes=self._most("max_image_bytes"),
            max_image_files=self._most("max_image_files"),
            no_cache=self.flags.no_cache,
            host=self.flags.host,
        )

    def _moment(self, name: str, end: bool = False) -> int | None:
        given = self[name]
        if given is None:
            return None
        try:
            return moment(given.value, end=end)
        except ValueError as error:
            raise _wrong(given, str(error), "write 2026-11-20 or 2026-11-20T14:00:00Z") from None

    def _as_of(self, today: date) -> date:
        given = self["as_of"]
        try:
            return day(given.value) if given else today
        except ValueError as error:
            raise _wrong(given, str(error), "write a day, e.g. 2026-11-20") from None

    def _sample(self) -> Sample:
        given = self["sample"]
        if given is None or given.value == "all":
            return "all" if given else None
        digits = given.value
        if digits.isascii() and digits.isdigit() and len(digits) < 19 and int(digits):
            return int(digits)
        raise _wrong(given, f"{given.value[:40]!r} is no sample size", "write a number or `all`")

    def _seed(self) -> int:
        given = self["seed"]
        if given is None:
            return 0
        digits = given.value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) < 19:
            return int(given.value)
        raise _wrong(given, f"{given.value[:40]!r} is no seed", "write a whole number")

    def _most(self, name: str) -> int | None:
        value: int | None = getattr(self.flags, name)
        if value is not None and not 0 <= value < 1 << 62:
            raise UsageError(f"{FLAGS[name]}: {value} is no limit", hint="write a whole number")
        return value

    def _offline(self) -> bool:
        given = self["offline"]
        if given is None or given.value.lower() in {"0", "false", "no"}:
            return False
        if given.value.lower() in {"1", "true", "yes"}:
            return True
        raise _wrong(given, f"{given.value[:40]!r} is neither 1 nor 0", "write 1 or 0")

    def number(self, name: str, highest: float) -> float | int | None:
        """A gate flag, between 0 and `highest`."""
        value: float | int | None = getattr(self.flags, name)
        if value is not None and not 0 <= value <= highest:
            raise UsageError(
                f"{FLAGS[name]}: {value} is not between 0 and {highest}",
                hint=f"write {FLAGS[name]} with a number from 0 to {highest}",
            )
        return value

    def uris(self, name: str) -> tuple[str, ...]:
        """A source flag; a literal secret is refused and not repeated."""
        given: tuple[str, ...] = getattr(self.flags, name)
        for uri in given:
            if not uri.strip():
                raise UsageError(f"{FLAGS[name]} is empty", hint="name a path or URI")
            if is_secret(uri):
                raise UsageError(
                    f"{FLAGS[name]} holds what looks like a key or password",
                    hint="put it in an environment variable and write '${env:NAME}'",
                )
        return given


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key.strip() or not equals:
        raise UsageError(
            f"--where {safe(text)!r} is not KEY=VALUE", hint="e.g. --where tenant.id=acme"
        )
    return key.strip(), value


def _wrong(given: Given | None, message: str, hint: str) -> UsageError:
    where = given.origin if given else ""
    return UsageError(safe(message), where=where, hint=hint)
