"""What looks pinned and moves, and what looks loose and is pinned."""

from __future__ import annotations

from tests.probes.traps.trap import ASK, FAIL, OPENAI, PASS, Trap

HUB, IDS = "models-hub-loads-pinned", "models-ids-pinned"
BUILD, IMAGES = "environment-build-file-versioned", "environment-images-pinned"
LOCK = "environment-lock-complete"

SHA = "5617a9f61b028005a4858fdac845db406aefb181"
DIGEST = "sha256:" + "a" * 64
PROJECT = {
    "pyproject.toml": '[project]\nname = "a"\nversion = "1.0.0"\nrequires-python = ">=3.11"\n'
    'dependencies = ["openai>=1"]\n'
}
PINNED = {**PROJECT, "Dockerfile": f"FROM python:3.12@{DIGEST}\nCOPY . .\n"}
EMBEDDER = {"requirements.txt": "sentence-transformers==5.0.0\ntransformers==4.53.0\n"}
LOAD = (
    "from sentence_transformers import SentenceTransformer\n\n"
    'model = SentenceTransformer("BAAI/bge-m3", revision="{}")\n\n\n'
    "def embed(text: str) -> list[float]:\n    return model.encode(text).tolist()\n"
)
CLASSIFIER = (
    "from transformers import pipeline\n\n"
    'judge = pipeline("text-classification", model="acme/intent", revision="{}")\n'
)
COMPOSE = (
    "services:\n  api:\n    build: .\n    image: acme/api:latest\n    ports: ['8000:8000']\n"
    "  worker:\n    image: acme/api:latest\n    command: python worker.py\n"
)
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: planner\nversion: 1.0.0\n",
    "chart/values.yaml": "redis:\n  image:\n    repository: redis\n    tag: {}\n"
    "    pullPolicy: IfNotPresent\n",
}
TEMPLATE = {
    "chart/templates/redis.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n"
    "    spec:\n      containers:\n        - name: redis\n          image: "
    '"{{ .Values.redis.image.repository }}:{{ .Values.redis.image.tag }}"\n'
}
NPM = '{"name": "web", "version": "1.0.0", "dependencies": {"openai": "latest"}}'
NPM_LOCK = (
    '{"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web", "dependencies": '
    '{"openai": "latest"}}, "node_modules/openai": {"version": "5.0.0"}}}'
)
NODE = {
    "package.json": NPM,
    "package-lock.json": NPM_LOCK,
    "Dockerfile": f"FROM node:22.4@{DIGEST}\nCOPY . .\nRUN npm ci\n",
}
PUBLISH = (
    "on:\n  push:\n    tags: ['v*']\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - run: npm publish --tag latest\n"
)


def _chart(tag: str) -> dict[str, str]:
    values = {path: text.replace("{}", tag) for path, text in CHART.items()}
    return {**PINNED, **values, **TEMPLATE}


def _built(dockerfile: str) -> dict[str, str]:
    return {**PROJECT, "Dockerfile": dockerfile}


MAIN, LATEST_V5 = '`revision="main"`', "tag `latest_v5`"
ARGS, STAGE = "`FROM ${ARG}:${ARG}`", "`FROM base`, a stage"
LOCAL, HELM = "compose image names that are local builds", "helm `tag: latest`"
COPY, IAC = "`COPY --from=...:latest`", "IaC parameter default 'latest'"
DIST_TAG = 'npm dist-tag "latest" is not an image'
TRAPS = (
    Trap(MAIN, HUB, FAIL, "main, which is no commit", {**EMBEDDER, "a.py": LOAD.format("main")}),
    Trap(MAIN, HUB, PASS, "pin a commit", {**EMBEDDER, "a.py": LOAD.format(SHA)}, case="a commit"),
    Trap(
        MAIN,
        HUB,
        FAIL,
        "0000, which is no commit",
        {**EMBEDDER, "a.py": LOAD.format("0" * 40)},
        case="no commit at all",
    ),
    Trap(
        LATEST_V5,
        HUB,
        FAIL,
        "latest_v5, which is no commit",
        {**EMBEDDER, "a.py": CLASSIFIER.format("latest_v5")},
        case="of a model",
    ),
    Trap(
        LATEST_V5,
        BUILD,
        FAIL,
        "names no version",
        _built("FROM vendor/app:latest_v5\nCOPY . .\n"),
        case="of an image",
    ),
    Trap(
        LATEST_V5,
        BUILD,
        PASS,
        "",
        _built("FROM python:3\nCOPY . .\n"),
        case="a major version is a version: whether it moves is another question",
    ),
    Trap(
        ARGS,
        BUILD,
        PASS,
        "",
        _built("ARG IMAGE=python\nARG TAG=3.12-slim\nFROM ${IMAGE}:${TAG}\nCOPY . .\n"),
        case="pinned by the defaults of ARG",
    ),
    Trap(
        ARGS,
        BUILD,
        FAIL,
        "names no version",
        _built("ARG IMAGE=python\nARG TAG=latest\nFROM ${IMAGE}:${TAG}\nCOPY . .\n"),
        case="a default that moves",
    ),
    Trap(
        ARGS,
        BUILD,
        FAIL,
        "holds an unresolved variable",
        _built("ARG IMAGE\nARG TAG\nFROM ${IMAGE}:${TAG}\nCOPY . .\n"),
        case="no defaults",
    ),
    Trap(
        ARGS,
        BUILD,
        FAIL,
        "a FROM names no base",
        _built("FROM\nCOPY . .\n"),
        case="nothing at all",
    ),
    Trap(STAGE, BUILD, PASS, "", _built("FROM python:3.12 AS base\nFROM base\nCOPY . .\n")),
    Trap(
        STAGE,
        BUILD,
        FAIL,
        "base names no version",
        _built("FROM python:3.12 AS build\nFROM base\nCOPY --from=build . .\n"),
        case="no stage of that name",
    ),
    Trap(LOCAL, IMAGES, PASS, "", {**PINNED, "compose.yaml": COMPOSE}),
    Trap(
        LOCAL,
        IMAGES,
        FAIL,
        "redis:7",
        {**PINNED, "compose.yaml": COMPOSE + "  cache:\n    image: redis:7\n"},
        case="one that is pulled",
    ),
    Trap(HELM, IMAGES, FAIL, "redis:latest", _chart("latest")),
    Trap(
        HELM,
        IMAGES,
        FAIL,
        "redis:latest",
        {path: text for path, text in _chart("latest").items() if path not in TEMPLATE},
        case="without a template that says so",
    ),
    Trap(HELM, IMAGES, PASS, "", _chart(f'"7.4@{DIGEST}"'), case="a digest"),
    Trap(
        COPY,
        BUILD,
        FAIL,
        "uv:latest names no version",
        _built("FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\nCOPY . .\n"),
    ),
    Trap(
        COPY,
        IMAGES,
        FAIL,
        "uv:latest",
        {
            **PROJECT,
            "Dockerfile": f"FROM python:3.12@{DIGEST}\n"
            "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\nCOPY . .\n",
        },
        case="by digest",
    ),
    Trap(
        IAC,
        IMAGES,
        PASS,
        "",
        {**PINNED, "infra/main.bicep": "param imageTag string = 'latest'\n"},
        case="it names no image by itself",
    ),
    Trap(
        IAC,
        IDS,
        FAIL,
        "gpt-4o",
        {
            **OPENAI,
            "app.py": ASK.replace('"gpt-4o-2024-08-06"', '"gpt-4o"'),
            "infra/main.bicep": "param chatModelName string = 'gpt-4o'\n"
            "param chatModelVersion string = 'latest'\n",
        },
        case="nor does it pin a model",
    ),
    Trap(
        DIST_TAG, IMAGES, PASS, "", {**NODE, ".github/workflows/publish.yml": PUBLISH}, case="in CI"
    ),
    Trap(DIST_TAG, LOCK, PASS, "", NODE, case="of a dependency, locked"),
)
