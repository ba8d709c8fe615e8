from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Limits, failed, passed, probe, unknown
from agentaudit.probes.guardrails.cases import PATTERNS, POINTER, count, datasets, listed, told
from agentaudit.probes.guardrails.configured import configured
from agentaudit.probes.guardrails.named_by import is_named
from agentaudit.probes.guardrails.suites import suite, suite_files
from agentaudit.source import Place, Repo

ENOUGH = {"cases": 200}
CASES = "".join(f'{{"input": "Weather {n}?", "expected": "rain"}}\n' for n in range(500))
ROWS = "".join(f"why {n},so\n" for n in range(200))
KEYS = ", ".join(f'"k{n}": {{"q": {n}}}' for n in range(200))
QUESTIONS = ",".join(f'{{"Question": "Weather {n}?", "Answer": "rain"}}' for n in range(200))
NAMED = "".join(f"q{n}: {{question: 'Weather {n}?', answer: rain}}\n" for n in range(200))
TURNS = ",".join(f'{{"role": "user", "content": "Weather {n}?"}}' for n in range(200))
FOLDER = {
    f"evals/cases/{n}/case.yaml": f"user_prompt: Weather {n}?\nexpected_output: [rain]\n"
    for n in range(200)
}
GIT = {"commits": [{"message": "Add cases", "files": ["evals/golden.jsonl"]}]}


def _repo(path: str, text: str, **more: object) -> dict[str, object]:
    files = {path: text, "run.sh": f"python ask.py {path}\n"}
    return {"repo": {"files": files, **GIT, **more}, "limits": ENOUGH}


def _first(number: int) -> str:
    return "".join(CASES.splitlines(keepends=True)[:number])


@probe(
    "guardrails-dataset-versioned",
    fix="Commit the cases as text, one per line, for instance evals/golden.jsonl: "
    '`{"input": "...", "expected": "..."}`, and grow the file with every failure found in '
    "production.",
    examples=[
        Example(Outcome.PASS, _repo("evals/golden.jsonl", CASES)),
        Example(Outcome.PASS, _repo("tests/eval/cases.csv", "q,a\n" + ROWS)),
        Example(Outcome.PASS, _repo("data/dev/evalquestions.json", f"[{QUESTIONS}]")),
        Example(Outcome.PASS, _repo("evals/qa.yaml", NAMED), "each case below its name"),
        Example(Outcome.PASS, _repo("data/evaluation_sets/qa.json", f"[{QUESTIONS}]")),
        Example(
            Outcome.PASS,
            {"repo": {"files": {**FOLDER, "run.sh": "ask evals/cases\n"}, **GIT}, "limits": ENOUGH},
            "a file for each case",
        ),
        Example(
            Outcome.PASS,
            {
                "repo": {
                    "files": {
                        "data/medical.jsonl": CASES,
                        "run_eval.sh": "python quantize.py --data_path data/medical.jsonl\n",
                    },
                    **GIT,
                },
                "limits": ENOUGH,
            },
            "the set that a script of evaluation names",
        ),
        Example(
            Outcome.PASS,
            {
                "repo": {
                    "files": {
                        "quality/rows.csv": "q,__expected\n" + ROWS,
                        "quality/promptfooconfig.yaml": "prompts: [p.txt]\ntests: file://rows.csv\n",
                    },
                    **GIT,
                },
                "limits": ENOUGH,
            },
            "the file that the suite says its cases are in",
        ),
        Example(Outcome.FAIL, _repo("evals/golden.jsonl", _first(199)), "one too few"),
        Example(
            Outcome.FAIL,
            {"repo": {"files": {"evals/golden.jsonl": CASES}, **GIT}, "limits": ENOUGH},
            "nothing evaluates, and nothing reads the file",
        ),
        Example(
            Outcome.FAIL,
            _repo("evals/conversation.json", f"[{TURNS}]"),
            "the turns of one conversation",
        ),
        Example(
            Outcome.FAIL,
            _repo("src/Evaluator/appsettings.json", "{\n  // the key\n  'Key': ''\n}\n"),
            "settings",
        ),
        Example(Outcome.FAIL, _repo("evals/golden.jsonl", f"{POINTER}v1\noid x\n"), "a pointer"),
        Example(Outcome.FAIL, _repo("evals/results/run.jsonl", CASES), "results"),
        Example(Outcome.FAIL, _repo("data/customers.jsonl", CASES), "not for evaluation"),
        Example(Outcome.FAIL, _repo("examples/evals/golden.jsonl", CASES), "of an example"),
        Example(Outcome.FAIL, _repo("evals/golden.jsonl", _first(1) * 200), "one case 200 times"),
        Example(Outcome.FAIL, _repo("evals/golden.jsonl", "{}\n" * 200), "empty cases"),
        Example(
            Outcome.FAIL,
            _repo("evals/set.json", f'{{"data": {{{KEYS}}}}}'),
            "an object with 200 keys is no list of cases",
        ),
        Example(
            Outcome.FAIL,
            _repo("benchmarks/latency.csv", "run,ms\n" + ROWS),
            "measurements: no column holds an input",
        ),
        Example(
            Outcome.UNKNOWN,
            {
                "repo": {
                    "files": {"evals/golden.jsonl": CASES, "run.sh": "ask evals/golden.jsonl\n"}
                },
                "limits": ENOUGH,
            },
            "a directory without git says nothing about versions",
        ),
        Example(Outcome.UNKNOWN, {"limits": ENOUGH}, "no repository is configured"),
    ],
)
def dataset_versioned(repo: Repo, limits: Limits) -> Answer:
    """Is an evaluation data set with enough cases versioned in git?

    Below a few hundred cases a change of quality cannot be told from chance, and a data set without
    versions cannot say whether the system or the cases changed. Result files do not count, nor do
    cases that nothing reads where nothing evaluates.
    """
    found, unreadable = _counted(repo, limits["cases"])
    total = sum(found.values())
    evidence = [_shown(place, f"{n} cases") for place, n in list(found.items())[:5]]
    if repo.changes(("**",), 1) is None:
        message = f"{total} cases lie in {repo.name}, which is not under git"
        return unknown(message, *evidence, reason="no_git", fact="evaluation dataset")
    if total >= limits["cases"]:
        return passed(f"{total} cases in {len(found)} files are versioned", *evidence)
    if unreadable:
        return unknown(
            f"{total} cases, and {len(unreadable)} files that could not be read",
            *(_shown(place, "not readable as text") for place in unreadable[:5]),
            reason="unreadable",
            fact="evaluation dataset",
        )
    return failed(
        f"{total} of {limits['cases']:.0f} distinct cases are versioned; "
        f"searched {', '.join(PATTERNS)} named or placed under eval, golden or benchmark, "
        "and read by something",
        *evidence,
        reason="missing",
        fact="evaluation dataset",
    )


def _counted(repo: Repo, enough: float) -> tuple[dict[Place, int], list[Place]]:
    """Cases by file, most first, and the files that could not be read; long ones are only opened
    where the others do not hold enough."""
    found: dict[Place, int] = {}
    unreadable: list[Place] = []
    long: list[Place] = []
    named = (*told(repo, _scripts(repo)), *listed(repo, configured(repo)))
    evaluates = suite(repo) is not None
    placed = (place for place in datasets(repo) if evaluates or is_named(repo, place))
    for place in dict.fromkeys((*placed, *named)):
        text = repo.read(place)
        if text is None:
            long.append(place)
        else:
            _take(place, text, found, unreadable)
    for place in long:
        if sum(found.values()) < enough:
            _take(place, repo.read(place, long=True), found, unreadable)
    order = sorted(found, key=lambda p: (-found[p], p.repo, p.path))
    return {place: found[place] for place in order}, unreadable


def _scripts(repo: Repo) -> Iterator[Place]:
    """Code that scores, and scripts of the shell that evaluate."""
    found = suite(repo)
    shown = {place.path for place in found.places} if found else set()
    for path in sorted(suite_files(repo) | shown):
        yield from repo.files(path)
    yield from repo.files("**/*eval*.sh")


def _take(place: Place, text: str | None, found: dict[Place, int], unreadable: list[Place]) -> None:
    number = None if text is None else count(text, place.path)
    if number is None:
        unreadable.append(place)
    elif number:
        found[place] = number


def _shown(place: Place, what: str) -> Evidence:
    return Evidence(Location(place.repo, place.path), what)
