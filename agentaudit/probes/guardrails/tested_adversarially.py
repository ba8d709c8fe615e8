from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Role, Strength
from agentaudit.evidence import Evidence, Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.commands import commands
from agentaudit.probes.guardrails.attack_experiments import attack_experiments
from agentaudit.probes.guardrails.attack_tables import attack_tables
from agentaudit.probes.guardrails.configured import configured
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.probes.guardrails.stubbed import stubbed
from agentaudit.probes.guardrails.suites import asks_models, nobody_asks, unread_code
from agentaudit.source import Repo, Step

ATTACKERS = frozenset({"garak", "pyrit", "deepteam", "giskard"})
"""Libraries that attack a system to find out what it lets pass."""
_SIMULATORS = frozenset(
    (
        *("RedTeam", "AdversarialSimulator", "DirectAttackSimulator", "IndirectAttackSimulator"),
        *("JailbreakAdversarialSimulator", "PromptSendingOrchestrator", "RedTeamingOrchestrator"),
    )
)
"""What of wider libraries plays an attacker."""
_RUNS = regex(
    r"(?i)(?<![\w./-])(?:promptfoo(?:@[\w.]{1,20})?\s+redteam|(?:python3?\s+-m\s+)?garak\s"
    r"|pyrit(?:_\w+)?\s|deepteam\s|giskard\s+scan|pytest\s[^\n;&|]{0,200}(?:red_?team|adversarial|attack"
    r"|jailbreak))"
)
_NAME = (
    r"(?:red[-_]?team(?:ing)?|adversarial|attacks?|jail[-_]?breaks?|prompt[-_]?injections?|garak"
    r"|pyrit)"
)
_WORD = regex(rf"(?i){_NAME}")
_SAFETY = regex(rf"(?i){_NAME}|(?:^|[/_.-])safety(?=[/_.-])")
_ATTACKS = regex(
    rf"(?i)(?:.{{0,400}}[/_.-])?{_NAME}(?:[/_.-].{{0,200}})?\.(?:jsonl|json|csv|tsv|ya?ml|txt|py|ts)"
)
_PLACE = regex(
    r"(?i)(?:^|/)(?:tests?|evals?|evaluations?|benchmarks?|red[-_]?team(?:ing)?|security)/"
)
_RESULTS = regex(
    r"(?i)(?:.{0,400}[/_.-])?(?:results?|reports?|runs?|findings|scorecard|hitlog)"
    r"(?:[/_.-].{0,200})?\.(?:jsonl|json|csv|tsv|ya?ml|html|md|xml)"
)
_COUNTED = regex(
    r"(?i)(?<![\w.-])[1-9]|\b(?:true|false|pass(?:ed)?|fail(?:ed)?|blocked|refused)\b(?![\"'])"
)
"""Something that a run counted or found: an empty frame of results has nothing but zeros."""
_ASKED = regex(r"(?m)^(?:redteam|providers|targets):")
"""What a suite of attacks asks, wherever its file lies: no result."""
_KEEPS = regex(r"uses: actions/upload-artifact|aws s3 cp|gsutil cp|az storage blob upload")

REDTEAM = (
    "targets: [{id: https://planner}]\nredteam:\n  plugins: [harmful]\n  strategies: [jailbreak]\n"
)
APP = {"requirements.txt": "openai==1.93.0\n", "app.py": "import openai\nopenai.OpenAI()\n"}
STEPS = (
    "on: [push]\njobs:\n  attack:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - run: npx promptfoo@0.118 redteam run -o redteam.json\n{}"
)
UPLOAD = "      - uses: actions/upload-artifact@v4\n        with: {path: redteam.json}\n"


def _files(**files: str) -> dict[str, object]:
    return {"repo": {"files": {**APP, **files}}}


@probe(
    "guardrails-tested-adversarially",
    fix="Attack the system on a schedule and keep what comes out: `npx promptfoo redteam run -o "
    "redteam.json` (or garak, PyRIT, DeepTeam) in a workflow, followed by "
    "`uses: actions/upload-artifact@v4`, or commit the report under redteam/results/.",
    examples=[
        Example(
            Outcome.PASS,
            _files(
                **{
                    "redteam/promptfooconfig.yaml": REDTEAM,
                    "redteam/results/2026-11-01.json": '{"passed": 41, "failed": 2}\n',
                }
            ),
        ),
        Example(Outcome.PASS, _files(**{".github/workflows/a.yml": STEPS.format(UPLOAD)})),
        Example(
            Outcome.FAIL,
            _files(**{"redteam/promptfooconfig.yaml": REDTEAM}),
            "no result is kept",
        ),
        Example(
            Outcome.FAIL,
            _files(**{"tests/results/promptfoo-redteam.yaml": f"{REDTEAM}# 12 attacks passed\n"}),
            "a suite is no result, whatever its directory is called",
        ),
        Example(Outcome.FAIL, _files(**{".github/workflows/a.yml": STEPS.format("")})),
        Example(Outcome.FAIL, _files(), "nothing attacks it"),
        Example(
            Outcome.FAIL,
            _files(**{"docs/adversarial/results/report.md": "How others did it.\n"}),
            "documentation is no attack",
        ),
        Example(
            Outcome.UNKNOWN,
            {"repo": {"files": {"requirements.txt": "flask==3.1.0\n", "web.py": "x = 1\n"}}},
            "nothing is known to ask a model",
        ),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def tested_adversarially(repo: Repo) -> Answer:
    """Are the guardrails tested adversarially, and the results kept?

    A guardrail is worth what it withstands. Attacks that were tried once by hand prove nothing
    about the release in use; kept results show which attack got through, and since when none does.
    """
    if not asks_models(repo):
        return nobody_asks(repo)
    if (table := next(attack_tables(repo), None)) is not None:
        return passed("attacks stand beside what was decided of each", table.evidence(table.path))
    if (run := next(attack_experiments(repo), None)) is not None:
        return passed("attacks are run as an experiment, which is kept", run.evidence())
    beside = _beside_tests(repo)
    attacks = list(_attacks(repo, [place for place in beside if _WORD.search(place.path)]))
    kept = list(_kept(repo, beside))
    if attacks and kept:
        return passed("attacks are run, and their results are kept", attacks[0], kept[0])
    if attacks:
        message = "attacks are written down, but no result of them is kept"
        return failed(message, *attacks[:3], reason="results_not_kept", fact="attack results")
    if missing := unread_code(repo):
        return missing
    message = (
        f"nothing attacks the system on purpose; searched {repo.name} for promptfoo redteam, "
        "garak, PyRIT, DeepTeam and own sets of attacks"
    )
    return failed(message, reason="missing", fact="attack suite")


def _attacks(repo: Repo, named: list[Place]) -> Iterator[Evidence]:
    """Suites, calls, commands and own sets that attack."""
    for place in configured(repo):
        if "\nredteam:" in f"\n{repo.read(place) or ''}":
            yield place.evidence(place.path)
    for component in repo.components():
        for use in component.uses("evaluation"):
            if use.library in ATTACKERS and use.strength >= Strength.CALLED:
                yield use.place.evidence()
        for call in component.code.calls:
            attacks = "red_team" in call.callee.lower() or call.method in _SIMULATORS
            asks = (call.place.repo, call.place.path) not in stubbed(repo)
            if attacks and asks and call.role in (Role.APP, Role.EVAL, Role.TEST):
                yield call.place.evidence()
    yield from (step.place.evidence(step.text) for step in _running(repo))
    for each in named:
        own = _ATTACKS.fullmatch(each.path) and not _RESULTS.fullmatch(each.path)
        if own and (each.repo, each.path) not in stubbed(repo):
            yield each.evidence(each.path)


def _running(repo: Repo) -> list[Step]:
    return [s for s in repo.steps() if any(_RUNS.search(text) for text, _ in commands(s))]


def _kept(repo: Repo, beside: list[Place]) -> Iterator[Evidence]:
    """Committed results, and workflows that attack and keep what comes out."""
    for place in beside:
        if _SAFETY.search(place.path) and _RESULTS.fullmatch(place.path):
            text = (repo.read(place) or "")[:300_000]
            if _COUNTED.search(text) and not _ASKED.search(text):
                yield place.evidence(place.path)
    attacking = {step.workflow for step in _running(repo) if not step.by_hand}
    for step in repo.steps():
        if step.workflow in attacking and _KEEPS.search(step.text):
            yield step.place.evidence(step.text)


def _beside_tests(repo: Repo) -> list[Place]:
    """Files of tests and evaluations."""
    found = (place for place in repo.files("**") if _PLACE.search(place.path))
    return [place for place in found if not OUTSIDE.search(place.path)]
