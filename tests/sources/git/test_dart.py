"""Programs that Flutter makes."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

SERVER = {
    "server/requirements.txt": "openai\n",
    "server/app.py": "from openai import OpenAI\nOpenAI()\n",
    "server/Dockerfile": "FROM python:3.12\nCOPY . .\n",
}
PUBSPEC = (
    "name: app\nenvironment:\n  sdk: '>=3.2.0 <4.0.0'\ndependencies:\n"
    "  flutter:\n    sdk: flutter\n  http: ^1.2.1\n"
)
MAIN = "void main() => runApp(const App());\n"


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({"app/pubspec.yaml": PUBSPEC, "app/lib/main.dart": MAIN}, {"app", "server"}),
        ({"app/pubspec.yaml": PUBSPEC, "app/lib/widgets.dart": MAIN}, {"server"}),
        ({"demo/pubspec.yaml": PUBSPEC, "demo/lib/main.dart": MAIN}, {"server"}),
        (
            {
                "app/pubspec.yaml": PUBSPEC.replace("sdk: flutter", "git: x"),
                "app/lib/main.dart": MAIN,
            },
            {"server"},
        ),
    ],
)
def test_an_application_is_a_part_and_a_library_is_none(
    files: dict[str, str], parts: set[str]
) -> None:
    assert {each.path for each in MemoryRepo({**SERVER, **files}).components()} == parts


def test_what_it_declares() -> None:
    files = {**SERVER, "app/pubspec.yaml": PUBSPEC, "app/lib/main.dart": MAIN}
    (app,) = (each for each in MemoryRepo(files).components() if each.path == "app")
    (manifest,) = app.manifests
    assert (manifest.ecosystem, app.agentic) == ("dart", False)
    assert manifest.runtime is not None
    assert manifest.runtime[1] == ">=3.2.0 <4.0.0"
    assert [need.name for need in manifest.dependencies] == ["flutter", "http"]


@pytest.mark.parametrize("text", ["", "- a\n", "dependencies: 1\n", "dependencies:\n  - a\n", "{"])
def test_a_manifest_of_another_form_is_no_trouble(text: str) -> None:
    files = {**SERVER, "app/pubspec.yaml": text, "app/pubspec.lock": text, "app/lib/main.dart": ""}
    assert [each.path for each in MemoryRepo(files).components()] == ["server"]
