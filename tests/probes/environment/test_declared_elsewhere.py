"""What declares settings in files of any name, and what sets them where it is deployed."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.configuration_declared import configuration_declared
from agentaudit.probes.environment.in_code import loaded

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PYTHON = {"requirements.txt": "fastapi==0.115.0\n"}
NODE = {"package.json": '{"name": "desk", "dependencies": {"express": "5.0.0"}}'}
GO = {"go.mod": "module example.com/bot\n\ngo 1.24\n"}
READS = "import os\nuse(os.environ['STORE_URL'], os.environ['MODEL_ID'])\n"
ASKS = "start(process.env.STORE_URL, process.env.MODEL_ID);\n"
FIELDS = "    store_url: str\n    model_id: str = 'small'\n"
LOADS = "import os, yaml\nV = yaml.safe_load(open('{}'))\nuse(os.environ['OWN_KEY'])\n"
SCHEMA = f"class Values(BaseSettings):\n{FIELDS}"
KEPT = "V = load(open('params.yaml'))\n"
TWO = f"{READS}use(os.environ['B_URL'])\n"
VALUES, ROWS = "mode: 1\nsize: 2\n", "store_url: a\n"
DEPLOYMENT = "kind: Deployment\nspec:\n  containers:\n  - env:\n"
SECRET = "    - name: {}\n      valueFrom:\n        secretKeyRef: {{name: a, key: b}}\n"
SECRETS = DEPLOYMENT + SECRET.format("STORE_URL") + SECRET.format("MODEL_ID")
STACK = "import 'aws-cdk-lib';\nnew Function(this, 'F', {{ environment: {} }});\n"
HOST = 'var b = DistributedApplication.CreateBuilder(args);\nb.AddProject("a"){};\n'
GIVES = '.WithEnvironment("STORE_URL", a).WithEnvironment("MODEL_ID", "small")'


TASK = (
    '{{"containerDefinitions": [{{"name": "a", "environment": [{{"name": "{}", "value": "b"}}],'
    ' "secrets": [{{"name": "STORE_URL", "valueFrom": "c"}}]}}]}}\n'
)
REMOTE = (
    "jobs:\n  a:\n    steps:\n      - uses: {}\n        with:\n          script: |\n"
    "            docker run -e STORE_URL=a -e MODEL_ID=b shop\n"
)
ASKED = "a = typer.Option(..., {0}='STORE_URL')\nb = typer.Option('c', {0}='MODEL_ID')\n"


def _ask(files: dict[str, str]) -> Outcome:
    needs = testing.build({"component": {"files": files}, "repo": {"files": files}})
    return configuration_declared.ask(needs).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"shop/start.py": f"{READS}class Values(BaseSettings):\n{FIELDS}"}, PASS),
        ({"shop/start.py": f"{READS}class Values(BaseModel):\n{FIELDS}"}, FAIL),
        ({"shop/start.py": f"{READS}class Values(BaseSettings):\n    pass\n"}, FAIL),
        (
            {
                "shop/start.py": READS + "use(os.environ['A_URL'], os.environ['B_URL'])\n",
                "shop/values.py": "class Values(BaseSettings):\n    other: str\n",
            },
            FAIL,
        ),
        ({"main.py": LOADS.format("params.yaml"), "params.yaml": "model: small\nsize: 3\n"}, PASS),
        ({"main.py": LOADS.format("params.yaml"), "params.yaml": "model: small\n"}, FAIL),
        ({"main.py": LOADS.format("other.yaml"), "params.yaml": "model: small\nsize: 3\n"}, FAIL),
        ({"main.py": LOADS.format("prompts.yaml"), "prompts.yaml": "a: b\nc: d\n"}, FAIL),
        ({"main.py": f"{KEPT}{TWO}", "params.yaml": f"{VALUES}{ROWS}"}, PASS),
        ({"main.py": f"{KEPT}{TWO}", "params.yaml": f"{VALUES}# store_url: a\n"}, PASS),
        ({"main.py": f"{KEPT}{TWO}", "params.yaml": f"{VALUES}# not STORE_URL, B_URL\n"}, FAIL),
        ({"main.py": f"{KEPT}{TWO}", "params.yaml": f"{VALUES}c: 3  # as STORE_URL\n"}, FAIL),
        ({"main.py": f"# {KEPT}{TWO}", "params.yaml": f"{VALUES}{ROWS}"}, FAIL),
        ({"main.py": f'"""As\n{KEPT}"""\n{TWO}', "params.yaml": f"{VALUES}{ROWS}"}, FAIL),
        ({"main.py": f'say("{KEPT.strip()}")\n{TWO}', "params.yaml": f"{VALUES}{ROWS}"}, FAIL),
        ({"main.py": f"A = 'a # b'; {KEPT}{TWO}", "params.yaml": f"{VALUES}{ROWS}"}, PASS),
        ({"shop/start.py": f'"""Later:\n\n{SCHEMA}"""\n{READS}'}, FAIL),
        ({"shop/start.py": f'"""Now:"""\n\n{SCHEMA}\n{READS}'}, PASS),
        ({"main.py": READS, "live/app.yaml": SECRETS}, PASS),
        ({"main.py": READS, "live/app.yaml": SECRETS.replace("MODEL_ID", "OTHER")}, FAIL),
        ({"main.py": READS, "live/notes.yaml": SECRETS.replace("kind", "about")}, FAIL),
        ({"main.py": READS, "in/s.ts": STACK.format("{ STORE_URL: u, MODEL_ID: 'small' }")}, PASS),
        ({"main.py": READS, "in/s.ts": STACK.format("{ STORE_URL: u }")}, FAIL),
        ({"main.py": READS, "host/Program.cs": HOST.format(GIVES)}, PASS),
        ({"main.py": READS, "host/Program.cs": HOST.format("")}, FAIL),
        ({"main.py": READS, "live/task.json": TASK.format("MODEL_ID")}, PASS),
        ({"main.py": READS, "live/task.json": TASK.format("OTHER_ID")}, FAIL),
        ({"main.py": READS, ".github/workflows/a.yml": REMOTE.format("x/ssh-action@v1")}, PASS),
        ({"main.py": READS, ".github/workflows/a.yml": REMOTE.format("x/sshkey@v1")}, FAIL),
        ({"main.py": f"{READS}{ASKED.format('envvar')}"}, PASS),
        ({"main.py": f"{READS}{ASKED.format('help')}"}, FAIL),
        (
            {
                "main.py": READS,
                ".github/workflows/a.yml": "env_vars: |\n  STORE_URL=a\n  MODEL_ID=b\n",
            },
            PASS,
        ),
    ],
)
def test_in_python(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask({**PYTHON, **files}) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("cleanEnv(process.env, { STORE_URL: url(), MODEL_ID: str() });\n", PASS),
        ("cleanEnv({ STORE_URL: url(), MODEL_ID: str() });\n", FAIL),
        ("// cleanEnv(process.env, { STORE_URL: url(), MODEL_ID: str() });\n", FAIL),
        ("/* Once:\ncleanEnv(process.env, { STORE_URL: url(), MODEL_ID: str() });\n*/\n", FAIL),
        ("a = 'x'; // cleanEnv(process.env, { STORE_URL: url() });\n", FAIL),
        ('a = "cleanEnv(process.env, { STORE_URL, MODEL_ID })";\n', FAIL),
        ("a = 'http://b'; cleanEnv(process.env, { STORE_URL: url(), MODEL_ID: str() });\n", PASS),
        ("shape({ STORE_URL: text, MODEL_ID: text }).parse(process.env);\n", PASS),
        ("shape({ STORE_URL: text, MODEL_ID: text }).parse(given);\n", FAIL),
        ("v.parse(v.object({ STORE_URL: t, MODEL_ID: t }), process.env);\n", FAIL),
        ("const S = v.object({ STORE_URL: t, MODEL_ID: t });\nv.parse(S, process.env);\n", PASS),
        ("const S = { STORE_URL: t, MODEL_ID: t };\nrun(S, process.env);\n", FAIL),
        ("const S = { STORE_URL: t, MODEL_ID: t };\nparse(S, process.env.HOME);\n", FAIL),
        (
            "import fastifyEnv from '@fastify/env';\n"
            "const schema = { STORE_URL: t, MODEL_ID: t };\n"
            "app.register(fastifyEnv, { schema });\n",
            PASS,
        ),
        (
            "registerAs('shop', () => ({ a: process.env.STORE_URL, b: process.env.MODEL_ID }));",
            PASS,
        ),
    ],
)
def test_in_a_script(text: str, outcome: Outcome) -> None:
    assert _ask({**NODE, "src/app.ts": ASKS, "src/checked.ts": text}) is outcome


@pytest.mark.parametrize(("tag", "outcome"), [("env", PASS), ("json", FAIL)])
def test_in_tags_of_a_structure(tag: str, outcome: Outcome) -> None:
    given = f'package main\n\ntype given struct {{\n\tStore string `{tag}:"STORE_URL"`\n}}\n'
    asks = 'package main\n\nfunc main() { use(os.Getenv("STORE_URL")) }\n'
    assert _ask({**GO, "main.go": asks, "given.go": given}) is outcome


@pytest.mark.parametrize(("mark", "outcome"), [("", PASS), ("// once: ", FAIL)])
def test_a_tag_in_a_comment_declares_nothing(mark: str, outcome: Outcome) -> None:
    given = f'package main\n\ntype given struct {{\n\t{mark}Store string `env:"STORE_URL"`\n}}\n'
    asks = 'package main\n\nfunc main() { use(os.Getenv("STORE_URL")) }\n'
    assert _ask({**GO, "main.go": asks, "given.go": given}) is outcome


def test_a_file_that_is_named_often_is_read_once() -> None:
    code = f"{READS}{KEPT * 5000}use(os.environ['A_URL'], os.environ['B_URL'])\n"
    files = {**PYTHON, "main.py": code, "params.yaml": "".join(f"k{n}: v\n" for n in range(5000))}
    needs = testing.build({"component": {"files": files}, "repo": {"files": files}})
    assert len(list(loaded(needs["repo"], needs["component"]))) == 1


@pytest.mark.parametrize(("sign", "outcome"), [("!== 'no'", PASS), ("", FAIL)])
def test_a_variable_that_is_held_against_a_text_may_be_left_out(
    sign: str, outcome: Outcome
) -> None:
    code = (
        f"{ASKS}show(process.env.PICTURES_SHOWN {sign});\nshow(process.env.SOUNDS_HEARD {sign});\n"
    )
    deploys = "gcloud run deploy --set-env-vars STORE_URL=$S,MODEL_ID=$M\n"
    assert _ask({**NODE, "src/app.ts": code, "deploy.sh": deploys}) is outcome
