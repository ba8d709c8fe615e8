"""What was seen and where; and the one gate through which outside text enters a report.

Audited material is hostile. Every string that comes from a repository, a trace, an image or a
registry passes `safe()` when it becomes part of an `Evidence`, a `Location` or a message: control,
escape and bidirectional characters become visible escapes, secrets become `[redacted:kind:hash]`.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import force_setattr

from agentaudit.expressions import regex

_UNSAFE = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ud800-\udfff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)

_ESC = r"(?:\x1b|\\{1,4}u001b)"
_STEERING = regex(
    rf"{_ESC}\[[0-9;:?]{{0,40}}[ -/]{{0,4}}[@-~]"
    rf"|{_ESC}\][^\x07\x1b\n]{{0,200}}?(?:\x07|\\{{1,4}}u0007|{_ESC}\\)"
    r"|\\{1,4}u(?:00[01][0-9a-f]|200[b-f]|202[a-e]|206[0-9a-f]|feff)"
    f"|{_UNSAFE.pattern}"
)
"""Whole escape sequences of a terminal, or single unsafe characters; also as JSON writes them."""

_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=[0-9;\[]m))"
"""Where a word begins: also behind an escape that JSON wrote or that coloured the text."""

_SECRETS: tuple[tuple[str, str], ...] = (
    ("pem", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END|\Z)"),
    ("anthropic", r"sk-ant-[A-Za-z0-9_-]{16,200}"),
    ("langfuse", r"[sp]k-lf-[A-Za-z0-9-]{16,80}"),
    ("openai", _START + r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{16,200}"),
    ("github", r"(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})"),
    ("gitlab", r"glpat-[A-Za-z0-9_-]{16,100}"),
    ("huggingface", r"hf_[A-Za-z0-9]{20,100}"),
    ("aws", r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    ("google", r"AIza[A-Za-z0-9_-]{30,60}"),
    ("slack", r"xox[abeoprs]-[A-Za-z0-9-]{10,200}"),
    ("langsmith", r"lsv2_[A-Za-z0-9_]{20,120}"),
    ("nvidia", r"nvapi-[A-Za-z0-9_-]{20,120}"),
    ("groq", r"gsk_[A-Za-z0-9]{20,120}"),
    ("jwt", r"eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}"),
    ("userinfo", r"(?:(?<=://)|(?<=:\\/\\/))[^\s/@:]{1,200}:[^\s/@]{1,200}(?=@)"),
    (
        "assignment",
        r"(?i:(?:api[_-]?key|secret|password|passwd|access[_-]?token|"
        r"auth[_-]?token|private[_-]?key|client[_-]?secret)\\{0,4}[\"']?\s{0,4}[=:]\s{0,4}"
        r"\\{0,4}[\"']?[^\s\"',;&{}\[\]()<>\\]{8,200})",
    ),
    (
        "login",
        r"(?i:\blogin\s[^\n;&|]{0,200}?\s(?:-p|--password|--token)[\s=]{1,4}"
        r"[\"']?[^\s\"'$<{;&|-][^\s\"';&|]{3,200})",
    ),
    ("bearer", r"(?i:bearer\s{1,4}[a-z0-9._~+/-]{16,2000}=*)"),
    ("email", r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\b"),
)
_SECRET = regex("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _SECRETS))
_HINT = regex(
    r"(?i)sk-|pk-lf|gh[pousr]_|github_pat|glpat|hf_|AKIA|ASIA|AIza|xox|lsv2_|nvapi|gsk_|eyJ|@|"
    r"key|secret|passw|token|bearer|BEGIN|login"
)
"""Cheap test: a text without any of these holds no secret that `_SECRET` could find."""

LIMIT = 400
"""Longest excerpt or message, in characters."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Make control, escape and bidirectional characters visible and cut at `limit` characters."""
    text = text[: limit + 1]
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        text = text.replace("\n", " ").replace("\t", " ")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def redact(text: str) -> str:
    """Replace secrets by `[redacted:kind:digest]`; equal secrets stay recognisably equal."""
    if not _HINT.search(text):
        return text
    return _SECRET.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    digest = hashlib.sha256(found[0].encode("utf-8", "replace")).hexdigest()[:6]
    return f"[redacted:{found.lastgroup}:{digest}]"


def safe(text: str, limit: int = LIMIT) -> str:
    """`redact`, then `clean`: the only way outside text enters a finding or a report.

    Redaction looks well beyond the cut, so that no secret is cut in half and shown, and beneath
    invisible characters, so that none is split by them.
    """
    return _safe_short(text) if limit == LIMIT and len(text) <= _SHORT else _safe(text, limit)


_SHORT = 120
"""Names, ids and places: few distinct ones, shown over and over."""


@lru_cache(maxsize=16_384)
def _safe_short(text: str) -> str:
    return _safe(text, LIMIT)


def _safe(text: str, limit: int) -> str:
    text = text[: 4 * limit]
    if "\\u" in text or _UNSAFE.search(text):
        text = _unveiled(text)
    return clean(redact(text), limit)


def _unveiled(text: str) -> str:
    """Mask secrets that escape sequences or invisible characters split."""
    steering = _STEERING.finditer(text)
    hidden = {at for found in steering for at in range(found.start(), found.end())}
    shown = [at for at in range(len(text)) if at not in hidden]
    bare = "".join([text[at] for at in shown])
    if not _HINT.search(bare):
        return text
    parts, end = [], 0
    for secret in _SECRET.finditer(bare):
        start = shown[secret.start()]
        parts += [text[end:start], _mask(secret)]
        end = shown[secret.end() - 1] + 1
    return "".join((*parts, text[end:]))


def digest(text: str) -> str:
    """How private text is shown: its length and digest, never itself."""
    data = text.encode("utf-8", "surrogatepass")
    return f"{len(text)} characters, sha256:{hashlib.sha256(data).hexdigest()[:12]}"


class Location(Struct, frozen=True):
    """A place a person can open."""

    source: str
    """The source as configured, e.g. `git:.` or `otlp:traces/a.jsonl`."""
    path: str
    """File path, `trace id/span id`, image digest + path, or registry URI."""
    line: int | None = None
    attribute: str = ""
    """The attribute name, where the evidence is an attribute of a span or resource."""

    def __post_init__(self) -> None:
        force_setattr(self, "source", safe(self.source))
        force_setattr(self, "path", safe(self.path))
        force_setattr(self, "attribute", safe(self.attribute))

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place} {self.attribute}".rstrip()


class Evidence(Struct, frozen=True):
    """One observed fact that supports a finding, at a place a person can open."""

    location: Location
    excerpt: str = ""
    """At most one line, never a secret, never a whole prompt."""

    def __post_init__(self) -> None:
        force_setattr(self, "excerpt", safe(self.excerpt))


class Place(Struct, frozen=True):
    """A file, or a line in it, of a repository at the scanned revision."""

    repo: str
    """Name of the repository source, e.g. `git:.`."""
    path: str
    line: int | None = None
    text: str = ""
    """The line itself, for evidence."""

    def evidence(self, excerpt: str = "") -> Evidence:
        """The place, with its own line unless an excerpt is given."""
        return Evidence(Location(self.repo, self.path, self.line), excerpt or self.text)
