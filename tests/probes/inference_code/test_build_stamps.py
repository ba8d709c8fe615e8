"""Commits that a linker writes into a binary."""

from __future__ import annotations

import pytest

from agentaudit.probes.inference_code.build_stamps import built_in
from agentaudit.sources.git import MemoryRepo

SCRIPT = (
    'COMMIT=$(git rev-parse HEAD)\nPKG=execfile\ngo build -ldflags "-X {}commit=${{COMMIT}}" .\n'
)


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ("main.", True),
        ("x.io/bot/version.", True),
        ("bot.", True),
        ("execfile.", False),
        ("${PKG}.", False),
        ("$(ASKED).", True),
        ("bot/cmd.", True),
        ("bot/inner.", False),
        ("bot/absent.", False),
    ],
)
def test_a_variable_of_a_package_that_is_there(variable: str, *, found: bool) -> None:
    files = {
        "go.mod": "module bot\n\ngo 1.24\n",
        "main.go": "package main\n\nvar commit string\n",
        "cmd/version.go": 'package cmd\n\nvar (\n\tversion = "1"\n\tcommit  = "none"\n)\n',
        "inner/version.go": 'package inner\n\nvar version = "1"\n',
        "build.sh": SCRIPT.format(variable),
    }
    repo = MemoryRepo(files)
    (component,) = repo.components()
    assert bool(list(built_in(repo, component))) is found


@pytest.mark.parametrize(
    ("main", "found"),
    [("var commit, version string\n", True), ("func main() { cmd.Execute() }\n", False)],
)
def test_a_command_without_the_variable_says_nothing(main: str, *, found: bool) -> None:
    files = {
        "go.mod": "module bot\n\ngo 1.24\n",
        "main.go": f"package main\n\n{main}",
        "cmd/version.go": "package cmd\n\nvar commit string\n",
        "build.sh": SCRIPT.format("main."),
    }
    repo = MemoryRepo(files)
    (component,) = repo.components()
    assert bool(list(built_in(repo, component))) is found


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ('labels: {"org.opencontainers.image.revision": "{{ .FullCommit }}"}', True),
        ("- --label=org.opencontainers.image.revision={{.Commit}}", True),
        ("# - --label=org.opencontainers.image.revision={{.Commit}}", False),
        ('labels: {"org.opencontainers.image.revision": "{{ .Tag }}"}', False),
        ('labels: {"org.opencontainers.image.created": "{{ .CommitDate }}"}', False),
    ],
)
def test_labels_of_the_images_that_a_releaser_makes(row: str, *, found: bool) -> None:
    files = {
        "go.mod": "module bot\n\ngo 1.24\n",
        "main.go": "package main\n\nfunc main() {}\n",
        ".goreleaser.yaml": f"dockers_v2:\n  - id: bot\n    {row}\n",
    }
    repo = MemoryRepo(files)
    (component,) = repo.components()
    assert bool(list(built_in(repo, component))) is found
