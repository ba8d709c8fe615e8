"""Runtimes that a platform is asked for, or that commands name, where no image is committed."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.runtime_pinned import runtime_pinned

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PY = {"requirements.txt": "openai\n", "main.py": "import openai\nopenai.OpenAI()\n"}
NODE = {"package.json": '{"name": "desk", "dependencies": {"openai": "5.0.0"}}'}
JAVA = {"pom.xml": "<project><artifactId>desk</artifactId></project>"}
SHARP = {
    "Directory.Build.props": "<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework>"
    "</PropertyGroup></Project>",
    "Desk.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
    "Program.cs": "var app = 1;\n",
}
STYLED = '{"name": "styles", "devDependencies": {"tailwindcss": "^3.0.0"}}'
SHIPS = (
    "on: {{push: {{branches: [main]}}}}\nenv:\n  KIT: '3.12'\njobs:\n  ship:\n    steps:\n"
    "      - uses: actions/setup-python@v5\n        with: {{python-version: {}}}\n"
    "      - run: pip install -r requirements.txt -t out\n      - {}\n"
)
LATER = "  last:\n    needs: ship\n    steps:\n      - {}"
MODAL = 'image = modal.Image.debian_slim(python_version="3.11")\n'
DEPLOYS = "uses: Azure/functions-action@v1"


def _bicep(row: str) -> dict[str, str]:
    return {**PY, "infra/web.bicep": f"param kit string = '3.12'\nparam other string\n{row}\n"}


def _ci(version: str, last: str = DEPLOYS) -> dict[str, str]:
    return {**PY, ".github/workflows/ship.yml": SHIPS.format(version, last)}


def _ask(files: dict[str, str], path: str = ".") -> Outcome:
    given = {"files": files, "path": path}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return runtime_pinned.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_bicep("linuxFxVersion: 'PYTHON|${kit}'"), PASS),
        (_bicep("linuxFxVersion: 'PYTHON|${other}'"), FAIL),
        (_bicep("  runtimeName: 'python'\n  runtimeVersion: '3.11'"), PASS),
        (_bicep("  runtimeName: 'python'\n  runtimeVersion: '3'"), FAIL),
        ({**PY, "nixpacks.toml": '[phases.setup]\nnixPkgs = ["python311", "gcc"]\n'}, PASS),
        ({**PY, "nixpacks.toml": '[phases.setup]\nnixPkgs = ["python3", "gcc"]\n'}, FAIL),
        (
            {**PY, "project.toml": 'name = "GOOGLE_RUNTIME_VERSION"\nvalue = "3.12"\n'},
            PASS,
        ),
        ({**PY, "cog.yaml": 'build:\n  python_version: "3.11"\n'}, PASS),
        ({**PY, "README.md": "---\nsdk: gradio\npython_version: '3.11'\n---\n"}, PASS),
        ({**PY, "README.md": "---\nsdk: docker\npython_version: '3.11'\n---\n"}, FAIL),
        ({**PY, "README.md": "# Desk\n\nsdk: x\npython_version: '3.11'\n---\n"}, FAIL),
        ({**JAVA, "system.properties": "java.runtime.version=21\n"}, PASS),
    ],
)
def test_a_platform_is_asked(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({**PY, "deploy.sh": "gcloud functions deploy a \\\n  --runtime=python312 \\\n"}, PASS),
        ({**PY, "deploy.sh": "gcloud functions deploy a \\\n  --runtime=python3 \\\n"}, FAIL),
        ({**PY, "deploy.sh": 'KIT="python311"\ngcloud functions deploy a --runtime $KIT\n'}, PASS),
        ({**PY, "deploy.sh": 'KIT="$1"\ngcloud functions deploy a --runtime $KIT\n'}, FAIL),
        ({**PY, "install.sh": "uv venv --python 3.11\n"}, PASS),
        ({**PY, "install.sh": "# uv venv --python 3.11\n"}, FAIL),
        ({**PY, "tests/install.sh": "uv venv --python 3.11\n"}, FAIL),
        ({**PY, "ops/play.yml": "- shell: |\n    uv venv --python 3.12\n"}, PASS),
        ({**PY, "install.sh": 'echo "uv venv --python 3.11"\n'}, FAIL),
        ({**PY, "ops/notes.yml": "- why: uv venv --python 3.12 is what we say\n"}, FAIL),
        ({**PY, "run.py": f"import modal\n{MODAL}"}, PASS),
        ({**PY, "run.py": f'"""{MODAL}"""\n'}, FAIL),
        ({**PY, "run.py": 'show(python_version="3.11")\n'}, FAIL),
        ({**PY, "install.sh": "uv venv --python 3.11\n", "Dockerfile": "FROM python:3\n"}, FAIL),
    ],
)
def test_a_command_names_it(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_ci("'3.12'"), PASS),
        (_ci("'3.x'"), FAIL),
        (_ci("'${{ env.KIT }}'"), PASS),
        (_ci("'${{ env.OTHER }}'"), FAIL),
        (_ci("'3.12'", "run: pytest"), FAIL),
        (_ci("'3.12'", "uses: actions/upload-artifact@v4\n" + LATER.format(DEPLOYS)), PASS),
        (_ci("'3.12'", "run: ruff check\n" + LATER.format(DEPLOYS)), FAIL),
        (_ci("'3.12'", "run: scp -r out desk@host:/srv"), PASS),
        (_ci("'3.12'", "run: apt-get install rsync"), FAIL),
    ],
)
def test_what_ci_builds_and_sends_away(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("package", "outcome"), [(STYLED, PASS), (STYLED.replace("devDep", "dep"), FAIL)]
)
def test_a_project_of_node_that_only_makes_styles(package: str, outcome: Outcome) -> None:
    assert _ask({**SHARP, "package.json": package}) is outcome


@pytest.mark.parametrize(
    ("said", "outcome"), [("cd api", PASS), ("kubectl api-resources", FAIL), ("apis", FAIL)]
)
def test_a_script_that_names_the_directory(said: str, outcome: Outcome) -> None:
    order = f"{said}\nuv venv --python 3.11\n"
    files = {f"api/{name}": text for name, text in PY.items()}
    assert _ask({**files, "ops/setup.sh": order}, "api") is outcome


PLUGIN = "java { toolchain { languageVersion.set(JavaLanguageVersion.of(21)) } }\n"


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("buildSrc/src/main/kotlin/desk.gradle.kts", PASS),
        ("build-logic/src/main/groovy/desk.gradle", PASS),
        ("other/desk.gradle.kts", FAIL),
    ],
)
def test_a_plugin_that_builds_share(path: str, outcome: Outcome) -> None:
    build = 'plugins { id("desk") }\n'
    files = {path: PLUGIN, "api/build.gradle.kts": build, "api/App.java": "class App {}\n"}
    assert _ask(files, "api") is outcome
