"""Components whose directories are called like what is none."""

from __future__ import annotations

import pytest

from agentaudit.code import Role
from agentaudit.sources.git import MemoryRepo

ASKS = (
    "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef answer():\n"
    "    return client.chat.completions.create(model='gpt-4o', messages=[])\n"
)
IMAGE = "FROM python:3.12.1\nCOPY . .\nCMD python main.py\n"


PROJECT = '[project]\nname = "demo"\nversion = "1"\n[project.scripts]\ndemo = "%s"\n'


def _part(home: str) -> dict[str, str]:
    return {
        f"{home}/main.py": ASKS,
        f"{home}/requirements.txt": "openai==1.0.0\n",
        f"{home}/Dockerfile": IMAGE,
    }


def _compose(*homes: str) -> str:
    rows = (f"  s{number}:\n    build: ./{home}\n" for number, home in enumerate(homes))
    return "services:\n" + "".join(rows)


def _found(files: dict[str, str]) -> dict[str, bool]:
    return {each.path: each.agentic for each in MemoryRepo(files).components()}


@pytest.mark.parametrize(
    "name", ["docs", "templates", "vendor", "testing", "spec", "demo", "generated", "guides"]
)
def test_what_compose_starts_is_a_component_whatever_its_name(name: str) -> None:
    home = f"services/{name}"
    files = {**_part("api"), **_part(home), "compose.yml": _compose("api", home)}
    assert _found(files) == {"api": True, home: True}


CI = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker build -t bot %s\n"
SKAFFOLD = "kind: Config\nbuild:\n  artifacts:\n  - image: reg/bot\n    context: examples/bot\n"


@pytest.mark.parametrize(
    "builder",
    [
        {".github/workflows/a.yml": CI % "examples/bot"},
        {".github/workflows/a.yml": CI % "-f examples/bot/Dockerfile ."},
        {"skaffold.yaml": SKAFFOLD},
        {"Makefile": "image:\n\tdocker build -t bot examples/bot\n"},
        {
            "azure.yaml": "services:\n  b:\n    project: ./examples/bot\n    docker: {path: Dockerfile}\n"
        },
        {"azure.yaml": "services:\n  b:\n    project: ./examples/bot\n    host: appservice\n"},
        {"render.yaml": "services:\n  - type: web\n    rootDir: examples/bot\n"},
    ],
)
def test_whoever_builds_it(builder: dict[str, str]) -> None:
    files = {**_part("api"), **_part("examples/bot"), **builder}
    assert _found(files) == {"api": True, "examples/bot": True}


@pytest.mark.parametrize(
    ("home", "more"),
    [
        ("docs", {"docs/mkdocs.yml": "site_name: x\n"}),
        ("tests", {}),
        ("services/tests", {}),
        (".devcontainer", {}),
    ],
)
def test_sites_of_documents_and_tests_stay_none(home: str, more: dict[str, str]) -> None:
    files = {**_part("api"), **_part(home), **more, "compose.yml": _compose("api", home)}
    assert _found(files) == {"api": True}


def test_what_is_built_for_a_trial_only_stays_none() -> None:
    files = {**_part("api"), **_part("demo"), "compose.yml": _compose("api")}
    assert _found({**files, "compose.test.yml": _compose("demo")}) == {"api": True}


def test_what_nobody_starts_stays_none() -> None:
    files = {**_part("api"), **_part("examples/bot"), "compose.yml": _compose("api")}
    assert _found(files) == {"api": True}
    hosted = {"azure.yaml": "services:\n  a:\n    project: ./api\n    host: appservice\n"}
    assert _found({**files, **hosted}) == {"api": True}


def test_names_below_it_tell_what_they_did() -> None:
    files = {
        **_part("services/docs"),
        "services/docs/tests/test_main.py": "from main import answer\n" + ASKS,
        "compose.yml": _compose("services/docs"),
    }
    (component,) = MemoryRepo(files).components()
    roles = {each.place.path: each.role for each in component.code.calls}
    assert roles["services/docs/main.py"] is Role.APP
    assert roles.get("services/docs/tests/test_main.py") in (None, Role.TEST)


def test_a_site_that_ci_deploys_whatever_its_name() -> None:
    step = "      - uses: Azure/static-web-apps-deploy@v1\n        with:\n"
    flow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n" + step
    page = {"src/demo/package.json": '{"name": "demo"}', "src/demo/src/main.ts": "start();\n"}
    flows = {".github/workflows/a.yml": f'{flow}          app_location: "./src/demo"\n'}
    assert set(_found({**_part("api"), **page})) == {"api"}
    assert set(_found({**_part("api"), **page, **flows})) == {"api", "src/demo"}


def test_code_of_a_component_among_what_deploys_it_is_the_applications() -> None:
    home = "infra/lambda/answers"
    files = {**_part(home), "compose.yml": _compose(home)}
    (component,) = MemoryRepo(files).components()
    assert {call.role for call in component.code.calls} == {Role.APP}
    files |= {f"{home}/infra/stack.py": ASKS}
    (component,) = MemoryRepo(files).components()
    roles = {call.place.path: call.role for call in component.code.calls}
    assert roles.get(f"{home}/infra/stack.py", Role.INFRA) is Role.INFRA


def test_a_directory_of_examples_that_is_deployed_is_the_applications() -> None:
    files = {
        **_part("examples/bot"),
        **_part("examples/other"),
        "compose.yml": _compose("examples/bot"),
    }
    repo = MemoryRepo(files)
    roles = {file.path: repo.role(file) for file in repo.files("**/main.py")}
    assert roles == {"examples/bot/main.py": Role.APP, "examples/other/main.py": Role.EXAMPLE}


@pytest.mark.parametrize(
    ("files", "deployed"),
    [
        ({"Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "demo.bot.main:app"]\n'}, True),
        ({"Dockerfile": "FROM python:3.12\nCMD python demo/bot/main.py\n"}, True),
        ({"Dockerfile": "FROM python:3.12\nCMD uvicorn app:app\n"}, False),
        ({"pyproject.toml": PROJECT % "demo.bot.main:answer"}, True),
        ({"pyproject.toml": PROJECT % "app:answer"}, False),
        ({"package.json": '{"scripts": {"start": "python demo/bot/main.py"}}'}, True),
        # what others use is not what shows them how
        (
            {"package.json": '{"main": "a.js", "scripts": {"start": "python demo/bot/main.py"}}'},
            False,
        ),
    ],
)
def test_a_program_that_is_started_is_the_application(
    files: dict[str, str], deployed: bool
) -> None:
    code = {
        "app.py": "import os\n",
        "demo/bot/main.py": ASKS,
        "requirements.txt": "openai==1.0.0\n",
    }
    repo = MemoryRepo({**code, **files})
    assert (repo.role(next(repo.files("demo/bot/main.py"))) is Role.APP) is deployed


def test_an_example_that_is_all_the_code_there_is() -> None:
    assert _found({**_part("demo"), "README.md": "x"}) == {"demo": True}
    assert _found({"examples/a/main.py": ASKS, "README.md": "x"}) == {}
    assert _found({**_part("examples/a"), **_part("examples/b")}) == {}


@pytest.mark.parametrize(
    ("files", "own"),
    [
        ({"main.py": "from demo.chain import answer\n"}, True),
        ({"main.py": "from demo import chain\n"}, True),
        ({"src/bot/main.py": "from ...demo import chain\n"}, True),
        ({"main.py": "import demo.chain\n"}, True),
        ({"main.py": "# from demo.chain import answer\n"}, False),
        ({"main.py": "from demo.other import answer\n"}, False),
        ({"tests/test_a.py": "from demo.chain import answer\n"}, False),
        ({"demo/more.py": "from demo.chain import answer\n"}, False),
        (
            {"main.py": "from demo.chain import answer\n", "demo/requirements.txt": "openai\n"},
            False,
        ),
    ],
)
def test_an_example_that_the_application_imports_is_its_own(
    files: dict[str, str], own: bool
) -> None:
    image = {"requirements.txt": "openai==1.0.0\n", "Dockerfile": IMAGE, "main.py": "import os\n"}
    repo = MemoryRepo({**image, "demo/chain.py": ASKS, **files})
    (component,) = repo.components()
    calls = [c for c in component.code.calls if c.callee.endswith("create")]
    assert any(call.role is Role.APP for call in calls) is own


def test_a_page_that_imports_an_example() -> None:
    files = {
        "package.json": '{"name": "web", "dependencies": {"openai": "5"}}',
        "Dockerfile": "FROM node:22\nCOPY . .\n",
        "src/main.ts": 'import { ask } from "../examples/ask";\n',
        **{f"examples/{n}.ts": 'import OpenAI from "openai";\nnew OpenAI();\n' for n in ("ask",)},
        "examples/more/other.ts": 'import OpenAI from "openai";\nnew OpenAI();\n',
    }
    (component,) = MemoryRepo(files).components()
    roles = {row.place.path: row.role for row in component.code.imports}
    assert roles["examples/ask.ts"] is Role.APP
