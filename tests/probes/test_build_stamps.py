"""The commit that a Maven build writes into what it makes."""

from __future__ import annotations

import pytest

from agentaudit.probes.inference_code.build_stamps import built_in
from agentaudit.sources.git import MemoryRepo

STAMP = (
    "<plugin><artifactId>git-commit-id-maven-plugin</artifactId><executions><execution><goals>"
    "<goal>revision</goal></goals></execution></executions></plugin>"
)
MODULE = (
    "<project><parent><artifactId>{}</artifactId></parent><artifactId>agent</artifactId><build>"
    "<plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>{}</plugins>"
    "</build></project>\n"
)
ALL = (
    "<project><artifactId>all</artifactId><packaging>pom</packaging><modules><module>agent</module>"
    "</modules><build>{}</build></project>\n"
)
RUN = f"<plugins>{STAMP}</plugins>"
MANAGED = f"<pluginManagement><plugins>{STAMP}</plugins></pluginManagement>"
NAMED = "<plugin><artifactId>git-commit-id-maven-plugin</artifactId></plugin>"


@pytest.mark.parametrize(
    ("parent", "named", "own", "found"),
    [
        (RUN, "all", "", "pom.xml"),
        (MANAGED, "all", "", ""),
        (MANAGED, "all", NAMED, "agent/pom.xml"),
        (RUN, "spring-boot-parent", "", ""),
        ("", "all", NAMED, ""),
    ],
)
def test_a_plug_in_of_the_parent_runs_in_its_modules(
    parent: str, named: str, own: str, found: str
) -> None:
    repo = MemoryRepo({"pom.xml": ALL.format(parent), "agent/pom.xml": MODULE.format(named, own)})
    agent = next(each for each in repo.components() if each.path == "agent")
    assert {place.path for place in built_in(repo, agent)} == ({found} if found else set())


@pytest.mark.parametrize(
    ("needs", "properties", "found"),
    [
        ("quarkus-info", "", True),
        ("quarkus-info", "quarkus.info.build.enabled=false\n", True),
        ("quarkus-info", "quarkus.info.git.enabled=false\n", False),
        ("quarkus-rest", "", False),
    ],
)
def test_quarkus_tells_its_commit_unless_told_not_to(
    needs: str, properties: str, found: bool
) -> None:
    need = f"<dependency><groupId>io.quarkus</groupId><artifactId>{needs}</artifactId></dependency>"
    files = {
        "pom.xml": f"<project><artifactId>agent</artifactId>{need}</project>\n",
        "src/main/resources/application.properties": properties,
        "src/main/java/Main.java": "class Main {}\n",
    }
    repo = MemoryRepo(files)
    (agent,) = repo.components()
    assert bool(list(built_in(repo, agent))) is found
