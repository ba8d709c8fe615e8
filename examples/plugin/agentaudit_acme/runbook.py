"""A probe: the function is the answer, its docstring the documentation, its examples the tests."""

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.source import Component, Repo


@probe(
    "acme-runbook-present",
    fix="Write RUNBOOK.md beside the manifest of the component: who is called, how to roll back.",
    examples=[
        Example(Outcome.PASS, {"component": {"files": {"Dockerfile": "FROM a", "RUNBOOK.md": ""}}}),
        Example(Outcome.FAIL, {"component": {"files": {"Dockerfile": "FROM a"}}}),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def runbook(repo: Repo, component: Component) -> Answer:
    """Does the component have a runbook?

    Whoever is woken at night has not written the agent. Without a runbook the first hour goes into
    finding out who knows it.
    """
    path = "RUNBOOK.md" if component.path == "." else f"{component.path}/RUNBOOK.md"
    for place in repo.files(path):
        if place.repo == component.repo:
            return passed(f"{path} is there", Evidence(Location(place.repo, place.path)))
    searched = Evidence(Location(component.repo, component.path), f"searched for {path}")
    return failed(f"{component.name} has no runbook", searched, fact="runbook", place=component.id)
