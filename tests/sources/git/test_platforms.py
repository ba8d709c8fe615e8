"""Directories that files of platforms, scripts and stacks deploy from somewhere else."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

PROJECTS = {
    "web/package.json": '{"name": "web", "dependencies": {"next": "15.0.0"}}',
    "other/requirements.txt": "flask\n",
    "docker/Dockerfile.web": "FROM node:22.1\nCOPY web/package.json .\nCOPY web .\n",
}


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("netlify.toml", '[build]\nbase = "web/"\n'),
        ("firebase.json", '{"functions": [{"source": "web"}]}'),
        ("firebase.json", '{"functions": {"source": "web"}, "hosting": {"public": "x"}}'),
        (".do/app.yaml", "services:\n  - name: web\n    source_dir: /web\n"),
        ("amplify.yml", "version: 1\napplications:\n  - appRoot: web\n"),
        ("fly.toml", '[build]\ndockerfile = "docker/Dockerfile.web"\n'),
        (
            "render.yaml",
            "services:\n  - type: web\n    dockerfilePath: ./docker/Dockerfile.web\n"
            "    dockerContext: .\n",
        ),
        (
            "copilot/web/manifest.yml",
            "image:\n  build:\n    dockerfile: docker/Dockerfile.web\n    context: .\n",
        ),
        ("deploy.sh", "gcloud run deploy web \\\n  --source web --region x\n"),
        ("web/deploy.sh", "#!/bin/sh\ngcloud run deploy web --source . --region x\n"),
        ("scripts/deploy.sh", 'cd "$(dirname "$0")/../web"\nfly deploy\n'),
        ("scripts/deploy.sh", "az containerapp up --name web --source ./web\n"),
        ("Makefile", "deploy:\n\tadk deploy cloud_run --project x web/\n"),
        ("Makefile", "ship:\n\tcd web && railway up\n"),
        ("agentcore/agentcore.json", '{"runtimes": [{"codeLocation": "web/"}]}'),
        ("agentcore.json", '{"runtimes": [{"codeLocation": "web"}]}'),
    ],
)
def test_the_directory_that_is_named(path: str, text: str) -> None:
    assert list(_components({**PROJECTS, path: text})) == ["web"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("netlify.toml", '[build]\nbase = "../web"\n'),
        ("firebase.json", "[]"),
        ("app.yaml", "services:\n  - source_dir: web\n"),
        ("fly.toml", '[build]\ndockerfile = "nowhere/Dockerfile"\n'),
        (
            "deploy.sh",
            "# gcloud run deploy web --source web\necho gcloud run deploy --source web\n",
        ),
        ("run.sh", "gcloud run deploy web --source web\n"),
        ("deploy.sh", "echo 'First run x && gcloud run deploy --source web'\n"),
        ("agentcore/agentcore.json", '{"runtimes": [{"codeLocation": "nowhere/"}, 3], "name": 1}'),
        ("agentcore/agentcore.json", "[]"),
    ],
)
def test_what_names_no_directory(path: str, text: str) -> None:
    files = {name: text for name, text in PROJECTS.items() if not name.startswith("docker/")}
    assert list(_components({**files, path: text})) == ["."]


IMAGE = "new ecs.Thing({{ image: ecs.ContainerImage.fromAsset('jobs', {{ file: {!r} }}) }});\n"
SITE = (
    "const app = path.join(__dirname, '../web{}');\n"
    "new s3deploy.BucketDeployment(this, 'w', {{ sources: [s3deploy.Source.asset(app)] }});\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (IMAGE.format("crawl-dockerfile"), ["jobs/crawl"]),
        (IMAGE.format("Dockerfile"), ["."]),
        (SITE.format(""), ["web"]),
        (SITE.format("/dist"), ["web"]),
        ("s3deploy.Source.asset(path.join(__dirname, '../jobs/crawl'));\n", ["."]),
    ],
)
def test_images_and_pages_of_a_stack(text: str, found: list[str]) -> None:
    files = {
        "cdk.json": "{}",
        "lib/stack.ts": text,
        "jobs/crawl-dockerfile": "FROM python:3.12\nCOPY crawl/requirements.txt .\n",
        "jobs/crawl/requirements.txt": "scrapy\n",
        "web/package.json": PROJECTS["web/package.json"],
    }
    if found != ["jobs/crawl"]:
        del files["jobs/crawl-dockerfile"]
    assert list(_components(files)) == found


def test_an_image_in_which_a_stack_packs_is_a_tool() -> None:
    files = {
        "cdk.json": "{}",
        "lib/bundler.ts": "image: DockerImage.fromBuild(path.posix.join(__dirname, 'zip')),\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "requirements.txt": "openai\n",
        "lib/zip/Dockerfile": "FROM alpine\nRUN apk add zip\n",
    }
    built = _components(files)["."].build_files
    assert [file.place.path for file in built] == ["Dockerfile"]


ASKS = "import openai\nopenai.OpenAI()\n"
INLINE = "FROM python:3.12\nRUN pip install openai\nCOPY agent.py .\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {"agents/a/Dockerfile": INLINE, "agents/b/Dockerfile": INLINE},
            ["agents/a", "agents/b"],
        ),
        (
            {
                "agents/a/Dockerfile": INLINE,
                "agents/b/Dockerfile": INLINE,
                "web/package.json": PROJECTS["web/package.json"],
            },
            ["agents/a", "agents/b"],
        ),
        ({"agents/a/Dockerfile": INLINE}, ["."]),
        (
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "requirements.txt": "openai\n",
                "agents/a/Dockerfile": INLINE,
            },
            [".", "agents/a"],
        ),
        (
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "requirements.txt": "openai\n",
                "docker/proxy/Dockerfile": "FROM caddy:2\nCOPY Caddyfile .\n",
                "docker/proxy/Caddyfile": "",
            },
            ["."],
        ),
        (
            {
                "backend/Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "backend/requirements.txt": "openai\n",
                "proxy/Dockerfile": "FROM ghcr.io/berriai/litellm:v1\nCOPY config.yaml .\n",
                "proxy/config.yaml": "model_list: []\n",
            },
            ["backend", "proxy"],
        ),
        (
            {
                "backend/Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "backend/requirements.txt": "openai\n",
                "backend/worker/Dockerfile": INLINE,
                "backend/worker/agent.py": ASKS,
            },
            ["backend"],
        ),
    ],
)
def test_code_with_an_image_of_its_own_needs_no_manifest(
    files: dict[str, str], found: list[str]
) -> None:
    agents = {home for path in files if (home := path.rpartition("/")[0]).startswith("agents/")}
    code = {f"{home}/agent.py": ASKS for home in agents}
    assert list(_components({**files, **code})) == found


def test_an_image_is_of_the_only_project_that_it_takes_in() -> None:
    image = (
        "FROM python:3.12\nCOPY shared/ shared/\nCOPY chat/ chat/\nCOPY chat/requirements.txt .\n"
    )
    files = {
        "Dockerfile": image,
        "chat/Dockerfile": image,
        "compose.yaml": "services:\n  chat:\n    build: {context: ., dockerfile: chat/Dockerfile}\n",
        "chat/requirements.txt": "openai\n",
        "chat/main.py": "from shared.ask import ask\nask()\n",
        "shared/ask.py": f"{ASKS}def ask(): ...\n",
        "requirements.txt": "openai\n",
    }
    assert list(_components(files)) == ["chat"]


def test_a_runtime_of_agentcore_says_its_language_and_its_variables() -> None:
    runtime = (
        '{"codeLocation": "web/", "runtimeVersion": "PYTHON_3_12", "envVars": [{"name": "A"}]}'
    )
    files = {
        "agentcore/agentcore.json": f'{{"runtimes": [\n{runtime}]}}',
        # What its command deploys is what the file says, not where it is run.
        "deploy.sh": "cd other && agentcore deploy --yes\n",
    }
    plain = {name: text for name, text in PROJECTS.items() if not name.startswith("docker/")}
    found = _components({**plain, **files})
    assert list(found) == ["web"]
    assert [(place.line, version) for place, version in found["web"].runtime_pins] == [
        (2, "python3.12")
    ]
    assert [place.path for place in found["web"].settings] == ["agentcore/agentcore.json"]


def test_what_is_told_after_a_command_is_no_command_and_what_follows_it_is_one() -> None:
    told = "echo 'to undo: cd other && fly deploy; cd x' && cd web && fly deploy\n"
    assert list(_components({**PROJECTS, "deploy.sh": told})) == ["web"]
