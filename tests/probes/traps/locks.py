"""Lock files that lock nothing, that go by another name, or that something else contradicts."""

from __future__ import annotations

from tests.probes.traps.looks_pinned import NODE, PROJECT
from tests.probes.traps.trap import APP, FAIL, PASS, Trap

LOCK, RUNTIME = "environment-lock-complete", "environment-runtime-pinned"
DATA = "guardrails-dataset-versioned"

YARN = '# yarn lockfile v1\n\n\nopenai@latest:\n  version "5.0.0"\n'
SYNC = (
    "on: push\njobs:\n  unit:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - uses: astral-sh/setup-uv@v6\n      - run: uv sync\n      - run: uv run pytest\n"
)
HASH = "--hash=sha256:" + "0" * 64
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 48211\n"
CASES = "".join(f'{{"input": "Weather on day {n}?", "expected": "rain"}}\n' for n in range(200))
READ = {"run.sh": "python ask.py evals/\n"}
"""What reads the cases, without which they are none of an evaluation."""
GIT = {"commits": [{"message": "Add cases", "files": ["evals/golden.jsonl"]}]}
UV = (
    'version = 1\n\n[[package]]\nname = "a"\nsource = { editable = "." }\n\n'
    '[[package]]\nname = "openai"\nversion = "1.93.0"\ndependencies = [{ name = "httpx" }]\n\n'
)
HTTPX = '[[package]]\nname = "httpx"\nversion = "0.28.1"\n'
FREEZE = "".join(
    f"{name}==1.0\n"
    for name in (
        *("openai", "jiter", "distro", "pydantic", "pydantic-core", "annotated-types", "httpx"),
        *("httpcore", "h11", "idna", "certifi", "requests", "urllib3", "charset-normalizer"),
    )
)
UV_IMAGE = "FROM ghcr.io/astral-sh/uv:python3.{}-bookworm-slim\nWORKDIR /app\nCOPY . .\n"

TWO, NO_LOCK = "two competing JS lockfiles", "CI runs `uv sync` with no uv.lock"
NAMES, LFS = "locks under non-standard names", "LFS pointer where a data set should be"
VERSIONS = "`.python-version` 3.12 while the image installs 3.13"
CLOSED = "a lock that leaves indirect packages out"
TOLD = "the runtime is pinned by the platform"
PYTHON, BUN = "FROM python:3.12\nCOPY . .\n", "FROM oven/bun:1.3\nCOPY . .\n"
PNPM = {
    "package.json": '{"name": "web", "dependencies": {"openai": "^5.0.0"}}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      openai:\n"
    "        specifier: ^5.0.0\n        version: 5.0.0\npackages:\n  openai@5.0.0:\n"
    "    resolution: {integrity: sha512-aa}\nsnapshots:\n  openai@5.0.0: {}\n",
}
OTHER = "a lock of another manager than the one that installs"
APART = "a stage that knows no version"
TRAPS = (
    Trap(
        TWO,
        LOCK,
        FAIL,
        "competes with",
        {**NODE, "yarn.lock": YARN, "Dockerfile": "FROM node:22.4\nCOPY . .\nRUN npm install\n"},
    ),
    Trap(TWO, LOCK, PASS, "", {**NODE, "yarn.lock": YARN}, case="one is installed, frozen"),
    Trap(
        TWO,
        LOCK,
        FAIL,
        "competes with",
        {**NODE, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "Dockerfile": "FROM node:22.4\n"},
        case="npm and pnpm",
    ),
    Trap(NO_LOCK, LOCK, FAIL, "no lock file", {**PROJECT, ".github/workflows/ci.yml": SYNC}),
    Trap(
        NO_LOCK,
        LOCK,
        PASS,
        "",
        {**PROJECT, ".github/workflows/ci.yml": SYNC, "uv.lock": UV + HTTPX},
        case="with it",
    ),
    Trap(
        NAMES,
        LOCK,
        PASS,
        "",
        {**PROJECT, "requirements.lock.txt": f"openai==1.93.0 {HASH}\n"},
        case="requirements.lock.txt",
    ),
    Trap(
        NAMES,
        LOCK,
        PASS,
        "",
        {**PROJECT, "requirements/locked.txt": f"openai==1.93.0 {HASH}\n"},
        case="in the directory of requirements",
    ),
    Trap(
        NAMES,
        LOCK,
        FAIL,
        "no lock file",
        {**PROJECT, "requirements/locked.txt": "openai>=1.93.0\n"},
        case="a name alone",
    ),
    Trap(
        LFS,
        DATA,
        FAIL,
        "0 of 200",
        {**APP, **READ, "evals/golden.jsonl": POINTER},
        GIT,
        case="cases of an evaluation",
    ),
    Trap(
        LFS,
        DATA,
        PASS,
        "200 cases",
        {**APP, **READ, "evals/golden.jsonl": CASES},
        GIT,
        case="cases",
    ),
    Trap(LFS, LOCK, FAIL, "Git LFS pointer", {**PROJECT, "uv.lock": POINTER}, case="a lock"),
    Trap(
        VERSIONS,
        RUNTIME,
        PASS,
        "pinned; .python-version says 3.12, its image runs 3.13",
        {**PROJECT, ".python-version": "3.12\n", "Dockerfile": UV_IMAGE.format(13)},
    ),
    Trap(
        VERSIONS,
        RUNTIME,
        PASS,
        "",
        {**PROJECT, ".python-version": "3.12\n", "Dockerfile": UV_IMAGE.format(12)},
        case="both 3.12",
    ),
    *(
        Trap(
            VERSIONS,
            RUNTIME,
            PASS,
            "says 3.12, its image runs 3.13",
            {**PROJECT, ".python-version": "3.12\n", "Dockerfile": f"{base}COPY . .\n"},
            case=how,
        )
        for how, base in (
            ("by uv", "FROM debian:bookworm-slim\nRUN uv python install 3.13\n"),
            (
                "by apt",
                "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y \\\n"
                "    curl \\\n    python3.13 \\\n    python3.13-venv\n",
            ),
        )
    ),
)
SINCE = (
    Trap(CLOSED, LOCK, FAIL, "needs httpx", {**PROJECT, "uv.lock": UV}, case="named, not pinned"),
    Trap(CLOSED, LOCK, PASS, "", {**PROJECT, "uv.lock": UV + HTTPX}, case="closed"),
    Trap(CLOSED, LOCK, PASS, "", {"requirements.txt": FREEZE}, case="a frozen environment"),
    Trap(
        CLOSED,
        LOCK,
        FAIL,
        "nothing shows",
        {"requirements.txt": FREEZE.replace("h11==1.0\n", "")},
        case="versions written by hand",
    ),
    Trap(
        TOLD,
        RUNTIME,
        PASS,
        "",
        {**PROJECT, "langgraph.json": '{\n  "python_version": "3.12"\n}\n'},
        case="LangGraph",
    ),
    Trap(
        TOLD,
        RUNTIME,
        PASS,
        "",
        {
            **PROJECT,
            "infra/main.bicep": "resource a 'b' = {\n  linuxFxVersion: 'PYTHON|3.11'\n}\n",
        },
        case="infrastructure code",
    ),
    *(
        Trap(OTHER, LOCK, outcome, "", {**manifest, "Dockerfile": base + run}, case=run)
        for outcome, manifest, base, run in (
            (FAIL, {**PROJECT, "uv.lock": UV + HTTPX}, PYTHON, "RUN poetry install"),
            (PASS, {**PROJECT, "uv.lock": UV + HTTPX}, PYTHON, "RUN uv sync"),
            (FAIL, PNPM, BUN, "RUN bun install --ignore-scripts"),
            (PASS, PNPM, BUN, "RUN bun run build"),
            (PASS, NODE, BUN, "RUN bun install"),
        )
    ),
    *(
        Trap(APART, LOCK, outcome, "", {**PNPM, "Dockerfile": BUN + run}, case=run)
        for outcome, run in (
            (FAIL, "FROM oven/bun:1.3\nCOPY scripts/move.mjs ./\nRUN bun add openai"),
            (PASS, "FROM oven/bun:1.3\nCOPY scripts/move.mjs ./\nRUN bun add openai@5.0.0"),
            (PASS, "FROM oven/bun:1.3\nCOPY scripts/move.mjs ./\nRUN bun add -g typescript"),
            (PASS, "FROM oven/bun:1.3\nCOPY pnpm-lock.yaml package.json ./\nRUN bun add openai"),
        )
    ),
)
