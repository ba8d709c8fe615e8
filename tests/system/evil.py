"""A system whose every text was written to harm: traces, history, file names and file contents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import dialects
from tests.sources.git.conftest import Lab
from tests.test_evidence import SECRETS

CONTROLS = "\x1b]0;owned\x07\x1b[2J\x1b[31mEVILRED\x9b5m\x00\x08\r\u202e\u2066\u200b\U000e0041"
MARKUP = "[bold red]MARK[/bold red] [link=file:///etc/passwd]MARK[/] :smile: &lt;b>"
MARKERS = frozenset({"gen_ai.operation.name", "openinference.span.kind", "traceState"})
PLANTED = {
    **SECRETS,
    "langsmith": "lsv2_pt_0123456789abcdef0123456789abcdef",
    "nvidia": "nvapi-abcdefghijklmnopqrstuvwxyz012345",
    "groq": "gsk_abcdefghijklmnopqrstuvwxyz0123",
}
_TELLING = {
    "pem": "MIIEpAIBAAKCAQEA",
    "userinfo": "correcthorse",
    "assignment": "correct-horse-battery",
    "bearer": "Bearer abcdefghijkl",
}
"""The part that must not be seen, where it is not the whole."""

_SGR = re.compile(rb"\x1b\[[0-9;]*m")
_RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\U000e0000-\U000e007f]"
)


def secret(kind: str) -> str:
    """The secret as it would stand in a text."""
    return f"https://{PLANTED[kind]}@host.example" if kind == "userinfo" else PLANTED[kind]


def telling(kind: str) -> str:
    """What must be in no output."""
    return _TELLING.get(kind, PLANTED[kind])


def assert_harmless(output: bytes, *, color: bool = False) -> None:
    """No planted secret, no raw control character, no markup that was obeyed."""
    assert b"\x1b[31mEVILRED" not in output
    bare = _SGR.sub(b"", output) if color else output
    text = bare.decode("utf-8")  # a lone surrogate would already fail here
    assert not (found := _RAW.findall(text)), f"raw {sorted(set(found))!r}"
    flat = re.sub(r"[\s│]+", "", text)
    joined = re.sub(r"\\+u[0-9a-f]{4}", "", flat)
    for kind in PLANTED:
        whole = re.sub(r"\s+", "", telling(kind))
        assert whole not in flat, f"{kind} leaks"
        assert whole not in joined, f"{kind} leaks between escapes"
    for found_at in re.finditer("MARK", flat):
        before = flat[: found_at.start()]
        assert before.endswith(("[boldred]", "passwd]")), "markup was obeyed"


def poisons(kind: str) -> Iterator[str]:
    """Ways to write a secret, over and over: alone, in company, split by what nobody sees."""
    plain = secret(kind)
    middle = len(plain) - 6
    while True:
        yield plain
        yield f"x {plain}{CONTROLS}"
        yield f"{MARKUP} {plain[:middle]}\u200b{plain[middle:]}"
        yield f"{CONTROLS}{MARKUP}{'y' * 300} {plain}"
        yield f"{plain[:middle]}\x1b{plain[middle:]}{CONTROLS}"


def poisoned(value: Any, poison: Iterator[str]) -> Any:
    """A value with every text in it replaced or added to; JSON stays JSON."""
    if isinstance(value, str):
        if value.startswith(("[", "{")):
            return json.dumps(poisoned(json.loads(value), poison))
        return f"{value} {next(poison)}"
    if isinstance(value, list):
        return [poisoned(item, poison) for item in value]
    if isinstance(value, dict):
        return {k: poisoned(v, poison) if k != "role" else v for k, v in value.items()}
    return value


def trace(number: int, kind: str, commit: str) -> Iterator[dict[str, Any]]:
    """A complete response in one of the dialects, every text of it poisoned."""
    poison = poisons(kind)
    made = list(dialects.DIALECTS.values())[number % len(dialects.DIALECTS)]()
    for step in made:
        step.name = f"{step.name} {next(poison)}"
        step.scope = f"{step.scope} {next(poison)}"
        step.attributes = {
            name: value if name in MARKERS or name.endswith("spanType") else poisoned(value, poison)
            for name, value in step.attributes.items()
        }
        step.events = [_raised(poison), _judged(poison)]
    clean = dialects.resource(commit)
    resource = {**poisoned(clean, poison), "vcs.ref.head.revision": commit}
    if number % 2:
        resource = poisoned(clean, poison)
    for document in dialects.trace(number, made, resource):
        for record in _records(document):
            record["body"] = {"stringValue": next(poison)}
            record["severityText"] = next(poison)
        yield document


def _raised(poison: Iterator[str]) -> dict[str, Any]:
    said = {
        "exception.type": f"E {next(poison)}",
        "exception.message": next(poison),
        "exception.stacktrace": f'File "{next(poison)}/a.py", line 3\n{next(poison)}',
    }
    return {"name": "exception", "timeUnixNano": "1", "attributes": dialects.attributes(said)}


def _judged(poison: Iterator[str]) -> dict[str, Any]:
    said = {
        "gen_ai.evaluation.name": next(poison),
        "gen_ai.evaluation.score.label": next(poison),
        "gen_ai.evaluation.explanation": next(poison),
    }
    name = "gen_ai.evaluation.result"
    return {"name": name, "timeUnixNano": "1", "attributes": dialects.attributes(said)}


def _records(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for group in document.get("resourceLogs", ()):
        for scope in group["scopeLogs"]:
            yield from scope["logRecords"]


def _named(kind: str) -> str:
    """A file name that holds the secret, as far as a file system lets it."""
    return secret(kind).replace("/", "_")[:120]


def _compose(kinds: list[str]) -> str:
    services = {
        f"svc-{secret(kind)}{MARKUP}": {
            "image": f"registry.example/{secret(kind)}:latest",
            "environment": {"KEY": secret(kind), f"{secret(kind)}{CONTROLS}": "1"},
            "command": f"run {secret(kind)}",
        }
        for kind in kinds
    }
    services["planner"] = {"build": ".", "image": "planner"}
    return str(yaml.safe_dump({"services": services}))


def _workflow(kinds: list[str]) -> str:
    steps = [
        {"name": MARKUP, "run": f"pytest evals {secret(kind)} {CONTROLS}", "uses": secret(kind)}
        for kind in kinds
    ]
    return str(yaml.safe_dump({"on": "push", "jobs": {f"j {MARKUP}": {"steps": steps}}}))


def write(folder: Path) -> tuple[Lab, list[str]]:
    """The system in `folder`, with one trace for each kind of secret; its trace ids."""
    lab = Lab(folder)
    kinds = list(PLANTED)
    lab.commit(dialects.REPOSITORY, "A system")
    for kind in kinds:
        text = f"{secret(kind)} {CONTROLS} {MARKUP}"
        message = f"{secret(kind)}\n\n{text}".replace("\0", "").encode("utf-8", "ignore").decode()
        lab.commit({f"prompts/{_named(kind)}/1.md": text.encode("utf-8", "replace")}, message)
    _files(lab, kinds)
    commit = lab.commit({}, f"{secret('github')} {MARKUP} \u202e\x1b[2J")
    for number, kind in enumerate(kinds):
        if kind == "pem":  # what a ref name may hold of it is none any more
            continue
        name = re.sub(r"[\s~^:?*\[\\\x00-\x1f\x7f]|\.\.|@\{|\.$|//", "-", secret(kind)).strip("/-")
        lab.git("update-ref", f"refs/heads/{number}-{name}-\u202e", commit)
    written = [d for n, kind in enumerate(kinds) for d in trace(n, kind, commit)]
    lines = "".join(json.dumps(document) + "\n" for document in written)
    (folder / "traces.jsonl").write_text(f"{lines}{secret('github')}\n{CONTROLS}\n")
    (folder / "agentaudit.yaml").write_text(
        "system: '[bold red]MARK[/bold red] alice@example.com'\n"
        "sources: {repos: [.], traces: ['otlp:traces.jsonl']}\n"
        "services: {'[bold red]MARK[/] alice@example.com': {component: alice@example.com}}\n"
    )
    return lab, sorted({_trace_id(d) for d in written if "resourceSpans" in d})


def _files(lab: Lab, kinds: list[str]) -> None:
    every = "\n".join(secret(kind) for kind in kinds)
    dockerfile = "".join(f"FROM {secret(k)}{MARKUP}:latest AS s{n}\n" for n, k in enumerate(kinds))
    lab.write(
        {
            "compose.yaml": _compose(kinds),
            "Dockerfile": f"{dockerfile}FROM python:3.11\nENV {MARKUP}={every}\x1b[2J\n",
            ".github/workflows/ci.yml": _workflow(kinds),
            "requirements.txt": f"openai==1.0\n{every}\n-e git+https://{every}\n",
            "evals/cases.jsonl": "".join(json.dumps({"input": secret(k)}) + "\n" for k in kinds),
            "package.json": json.dumps({"name": every, "dependencies": {"openai": every}}),
            "k8s/deploy.yaml": json.dumps(
                {"kind": "Deployment", "metadata": {"name": every}, "spec": {"template": {"spec": {
                    "containers": [{"name": every, "image": f"{secret(k)}:1"} for k in kinds]}}}}
            ),
            "ops/alerts.yml": json.dumps(
                {"groups": [{"name": every, "rules": [{"alert": every, "expr": every}]}]}
            ),
        }
    )  # fmt: skip
    for kind in kinds:
        lab.write(
            {f"{_named(kind)}/pyproject.toml": "[project]\nname='a'\ndependencies=['openai']"}
        )
        lab.write({f"{_named(kind)}/Dockerfile": f"FROM {secret(kind)}\n"})
    for name in ("a\x1b[2Jb.py", "c\nd.md", "e\u202ef.txt", "[bold red]MARK[/].py"):
        lab.write({name: "x"})
        lab.write({f"{name}.d/requirements.txt": "openai\n"})


def _trace_id(document: Mapping[str, Any]) -> str:
    return str(document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"])
