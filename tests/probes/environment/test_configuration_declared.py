"""When what the code reads counts as declared, beside what the examples of the probe show."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.configuration_declared import configuration_declared

PASS, FAIL = Outcome.PASS, Outcome.FAIL
MANIFEST = {"requirements.txt": "fastapi==0.115.0\n"}
READS = "import os\n{}\n"
SETTINGS = {**MANIFEST, "app/config.py": "import os\nMODEL = os.environ['MODEL']\n"}
NAMES = ("MODEL_ID", "STORE_URL", "STORE_NAME")
TABLE = (
    "# Settings\n\n| Variable | Default | Meaning |\n|---|---|---|\n"
    "| `MODEL_ID` | `small` | which model |\n| `STORE_URL` | | where |\n| `STORE_NAME` | `a` | |\n"
)
YML = "src/main/resources/application.yml"
SPRING = {
    "pom.xml": "<project><artifactId>x</artifactId></project>",
    "src/main/java/Agent.java": 'class Agent { String url = "http://localhost:11434"; }\n',
}
NODE = {"package.json": '{"name": "desk", "dependencies": {"openai": "5.0.0"}}'}
TYPED = {
    **NODE,
    "src/environment.ts": "export type Environment = {\n  /** Where *it* is. */\n"
    "  readonly aUrl: string;\n  readonly bUrl?: string;\n  readonly cUrl: string;\n};\n",
}
ASKS = "start({ a: process.env.A_URL, b: process.env.B_URL, c: process.env.C_URL });\n"
GO = {"go.mod": "module example.com/bot\n\ngo 1.24\n"}
FIELD = (
    "package runtime\n\ntype Config struct {{\n\tStore string {}\n}}\n\n"
    'var Usual = Config{{Store: "http://localhost:9200"}}\n'
)


def _read(*names: str, default: str = "") -> str:
    return READS.format("\n".join(f"use(os.getenv('{name}'{default}))" for name in names))


def _records(*names: str, what: str = "default") -> str:
    rows = "".join(f"    Variable(name='{name}', {what}='a'),\n" for name in (*names, *SHOWN))
    return f"VARIABLES = [\n{rows}]\n"


SHOWN = ("LOG_LEVEL", "LOG_SHAPE", "WEB_PORT")
VERBOSE = "import click\n\n@click.option('--verbose', envvar='VERBOSE')\ndef run(verbose): ...\n"
KEYED = {**NODE, ".env.example": "OPENAI_API_KEY=\n"}
LOADS = "from dotenv import load_dotenv\n\nload_dotenv()\n"
DEPLOYED = "steps:\n  - args: ['run', '--set-secrets=MODEL_ID=model-id:latest']\n"


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({**SETTINGS, "app/a.py": _read("A_URL", "B_URL", "C_URL")}, FAIL),
        ({**MANIFEST, "app.py": _read("A_URL", "B_URL", "C_URL"), "s.py": VERBOSE}, FAIL),
        ({**TYPED, "src/app.ts": ASKS}, PASS),
        ({**NODE, ".env.example": "A_URL=\nB_URL=\nC_URL=\n", "src/app.ts": ASKS}, PASS),
        ({**NODE, ".env.example": "A_URL=\nB_URL=\n", "src/app.ts": ASKS}, FAIL),
        ({**NODE, "env.tpl": "A_URL=\nB_URL=\nC_URL=\n", "src/app.ts": ASKS}, PASS),
        ({**NODE, "_env.tpl": "A_URL=\nB_URL=\nC_URL=\n", "src/app.ts": ASKS}, FAIL),
        ({**KEYED, "src/app.ts": "open(process.env.ELECTRON_RENDERER_URL);\n"}, PASS),
        ({**KEYED, "src/app.ts": "open(process.env.RENDERER_URL);\n"}, FAIL),
        (
            {
                **NODE,
                ".env.example": "A_URL=\nB_URL=\n",
                "src/app.ts": ASKS.replace("C_URL", "C_SIZE"),
            },
            PASS,
        ),
        (
            {
                **NODE,
                ".env.example": "A_URL=\n",
                "src/app.ts": ASKS,
                "deploy/live.yaml": "env: [B_URL, C_URL]\n",
            },
            PASS,
        ),
        ({**TYPED, "src/app.ts": ASKS.replace("A_URL", "G_URL")}, PASS),
        ({**TYPED, "src/app.ts": ASKS.replace("_URL", "_PLACE")}, FAIL),
        ({**NODE, "src/environment.ts": "type Environment = { a: string };", "a.ts": ASKS}, FAIL),
        ({**GO, "runtime/config.go": FIELD.format('`help:"where it is"`')}, PASS),
        ({**GO, "runtime/config.go": FIELD.format("// where it is")}, FAIL),
        ({**MANIFEST, "app.py": _read("K_REVISION", "LOCAL_DEBUG", "TF_VAR_place")}, PASS),
        ({**MANIFEST, "app.py": _read("K_REVISION", "LOCAL_PLACE")}, FAIL),
        ({**SETTINGS, "app/a.py": _read("A_URL", "B_URL", "C_URL", default=", 'x'")}, PASS),
        ({**SETTINGS, "app/a.py": _read("A_URL", "B_URL", "C_URL", default=", ''")}, FAIL),
        ({**SETTINGS, "app/a.py": _read("A_URL", "B_URL", "C_URL", default=", None")}, FAIL),
        (
            {
                **SETTINGS,
                "app/a.py": _read("A_URL", "B_URL", "C_URL", "D_URL"),
                "examples_of_env/openai.env.example": "A_URL=\nB_URL=\n",
            },
            PASS,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read("MODEL_ID", "KB_ID"),
                "deploy.sh": 'VARS="{\\"MODEL_ID\\":\\"$M\\",\\"KB_ID\\":\\"$K\\"}"\n',
            },
            PASS,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read("MODEL_ID") + _read("PAUSE", "SIZE", default=", '1'"),
                "deploy.sh": 'gcloud run deploy --set-env-vars="MODEL_ID=$M"\n',
            },
            PASS,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read("MODEL_ID"),
                "cloudbuild.yaml": "steps:\n  - args: ['run', '--set-env-vars=MODEL_ID=x']\n",
            },
            PASS,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read("MODEL_ID"),
                ".github/workflows/test.yml": "jobs:\n  a:\n    run: MODEL_ID=x pytest\n",
            },
            FAIL,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read("MODEL_ID"),
                "buildspec.yml": "commands:\n  - echo 'MODEL_ID=$M' | tee -a .env.local\n",
            },
            PASS,
        ),
        ({**MANIFEST, "app.py": _read("MODEL_ID"), "buildspec.yml": "- MODEL_ID=x pytest"}, FAIL),
        ({**MANIFEST, "app.py": LOADS + _read("MODEL_ID"), "cloudbuild.yaml": DEPLOYED}, PASS),
        (
            {**MANIFEST, "app.py": LOADS + _read("MODEL_ID", "PLACE"), "cloudbuild.yaml": DEPLOYED},
            FAIL,
        ),
        ({**MANIFEST, "app.py": LOADS, "cloudbuild.yaml": DEPLOYED}, FAIL),
        ({**MANIFEST, "app.py": _read("PAUSE", "SIZE", default=", '1'")}, FAIL),
        ({**MANIFEST, "train.py": "import os\nrank = os.environ['LOCAL_RANK']\n"}, PASS),
        ({**MANIFEST, "app.py": "import os\nos.environ['WANDB_PROJECT'] = 'x'\n"}, PASS),
        ({**MANIFEST, "app.py": "import uvicorn\nuvicorn.run('x:app')\n"}, PASS),
        ({**MANIFEST, "app.py": "ASKED = 'http://chat-1.eu-west-1.elb.amazonaws.com'\n"}, FAIL),
        ({**MANIFEST, "app.py": "SHOWN = 'https://docs.aws.amazon.com/elb'\n"}, PASS),
        ({**MANIFEST, "app.py": "import uvicorn\nuvicorn.run('x:app', port=8000)\n"}, FAIL),
        ({**MANIFEST, "app.py": "import streamlit as st\nkey = st.secrets['KEY']\n"}, FAIL),
        (
            {
                "package.json": '{"name": "page"}',
                "src/a.ts": "import { API_KEY } from '$env/static/private';\n",
            },
            FAIL,
        ),
        ({**MANIFEST, "app.py": _read(*NAMES), "README.md": TABLE}, PASS),
        ({**MANIFEST, "app.py": _read(*NAMES, "PAUSE"), "README.md": TABLE}, PASS),
        ({**MANIFEST, "app.py": _read(*NAMES, "PAUSE", "SIZE"), "README.md": TABLE}, FAIL),
        ({**MANIFEST, "app.py": _read(*NAMES, "OWN_TOKEN"), "README.md": TABLE}, FAIL),
        (
            {
                **MANIFEST,
                "app.py": _read(*NAMES) + _read("PAUSE", "SIZE", default=", '1'"),
                "README.md": TABLE,
            },
            PASS,
        ),
        (
            {
                **MANIFEST,
                "app.py": _read(*NAMES),
                "README.md": TABLE.replace("Default", "What it is"),
            },
            FAIL,
        ),
        ({**MANIFEST, "app.py": _read(*NAMES), "env_list.py": _records(*NAMES)}, PASS),
        ({**MANIFEST, "app.py": _read(*NAMES, "A_B", "C_D"), "l.py": _records(*NAMES)}, FAIL),
        ({**MANIFEST, "app.py": _read(*NAMES), "l.py": _records(*NAMES, what="x")}, FAIL),
        ({**MANIFEST, "app.py": _read(*NAMES), "tests/l.py": _records(*NAMES)}, FAIL),
        ({**MANIFEST, "app.py": _read(*NAMES), "README.md": f"Set {' and '.join(NAMES)}."}, FAIL),
        ({**SPRING, YML: "spring.profiles.active: local\nlogging.level.root: WARN\n"}, FAIL),
        ({**SPRING, YML: "logging.level.root: WARN\nplanner.address: ${ADDRESS}\n"}, PASS),
        (
            {
                **SPRING,
                "src/main/java/Agent.java": "// as in http://localhost:11434\nclass Agent {}\n",
                YML: "spring.profiles.active: local\n",
            },
            PASS,
        ),
    ],
)
def test_what_counts_as_declared(files: dict[str, str], outcome: Outcome) -> None:
    needs = testing.build({"component": {"files": files}, "repo": {"files": files}})
    assert configuration_declared.ask(needs).outcome is outcome


@pytest.mark.parametrize(("home", "outcome"), [("worker", PASS), ("lib", FAIL)])
def test_a_template_is_about_no_component_below(home: str, outcome: Outcome) -> None:
    build = {"Dockerfile": "FROM node:22\nCOPY . .\n", "worker/Dockerfile": "FROM node:22.4\n"}
    page = {**NODE, ".env.example": "A_URL=\n", "src/app.ts": "start(process.env.A_URL);\n"}
    below = {"worker/package.json": '{"name": "worker"}', f"{home}/run.ts": ASKS}
    files = {**page, **build, **below}
    needs = testing.build({"component": {"files": files, "path": "."}, "repo": {"files": files}})
    assert configuration_declared.ask(needs).outcome is outcome
