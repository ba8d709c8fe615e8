"""What counts as an evaluation case in git."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pytest

from agentaudit import testing
from agentaudit.probes.guardrails.cases import POINTER, count, datasets
from agentaudit.source import Place

COUNTED = [
    ("a.jsonl", '{"q": 1}\n\n{"q": 2}\n', 2),
    ("a.jsonl", f"{POINTER}v1\noid sha256:0\nsize 9\n", 0),
    ("a.csv", 'q,a\n"two\nlines",x\ny,z\n\n', 2),
    ("a.csv", "", 0),
    ("a.tsv", "q\ta\n1\t2\n", 1),
    ("a.json", '[{"q": 1}, {"q": 2}]', 2),
    ("a.json", '{"version": 1, "cases": ["a", "b", "b"]}', 2),
    ("a.json", '{"cases": [1, 2, 3]}', 0),
    ("a.json", '{"data": {"a": {"q": 1}, "b": {"q": 2}}}', 0),
    ("a.jsonl", '{"id": 1, "q": "x"}\n{"id": 2, "q": "x"}\n', 1),
    ("a.jsonl", '{}\n{"q": ""}\n{"expected": "x"}\n', 0),
    ("a.jsonl", '{"userQuery": "x"}\nbroken\n', 1),
    ("a.jsonl", "broken\n", None),
    ("a.csv", "run,ms\na,1\n", 0),
    ("a.json", '{"x": [{"q": 1, "answer": 2}], "y": [{"q": 2, "answer": 3}]}', 2),
    ("a.json", '{"x": [{"q": 1}], "y": [{"q": 2}]}', 0),
    ("a.json", '{"name": "x"}', 0),
    ("a.json", "[1, 2", None),
    ("a.yaml", "prompts: [a, b]\ntests:\n  - vars: {q: 1}\n  - vars: {q: 2}\n", 2),
    ("a.yml", "- q: 1\n- q: 2\n", 2),
    ("a.yaml", "a: &a [1]\nb: [*c]\n", None),
    # What a run gave is no case: its grades stand in the rows, or their means beside them.
    ("a.json", '{"cases": [{"q": 1, "hit_at_5": true}, {"q": 2, "hit_at_5": false}]}', 0),
    ("a.jsonl", '{"question": "x", "recall@10": 0.5}\n{"question": "y", "mrr": 1}\n', 0),
    ("a.csv", "question,answer,faithfulness\nx,y,0.91\nz,u,1.0\n", 0),
    ("a.json", '{"metrics": {"mrr": 0.84}, "cases": [{"q": 1}, {"q": 2}]}', 0),
    ("a.json", '{"summary": {"pass_rate": 0.9}, "tests": [{"q": 1}, {"q": 2}]}', 0),
    ("a.json", '{"accuracy": 0.9, "examples": [{"q": 1}]}', 0),
    ("a.json", '{"metrics": ["mrr", "recall"], "cases": [{"q": 1}, {"q": 2}]}', 2),
    ("a.json", '{"thresholds": {"mrr": 0.8}, "cases": [{"q": 1}, {"q": 2}]}', 2),
    ("a.json", '{"summary": {"total": 2}, "cases": [{"q": 1}, {"q": 2}]}', 2),
    ("a.csv", "question,faithfulness\nx,the answer cites the page\n", 1),
    ("a.jsonl", '{"sentence": "x", "text": "y", "score": 4.2}\n', 1),
    ("a.jsonl", '{"q": "x", "min_faithfulness": 0.8}\n', 1),
]
PLACES = {
    "evals/golden.jsonl": True,
    "eval/cases.csv": True,
    "tests/evaluation/data/a.yaml": True,
    "golden/set.json": True,
    "benchmarks/qa.jsonl": True,
    "data/golden_set.jsonl": True,
    "data/eval-dataset.json": True,
    "data/rag_eval.jsonl": True,
    "testset.csv": True,
    "data/testset.v2.csv": True,
    "data/customers.jsonl": False,
    "data/evaluation_sets/qa.json": True,
    "evals/results/a.jsonl": False,
    "evals/output.json": False,
    "evals/run_2026-11-01T10.jsonl": False,
    "evals/report.json": False,
    "evals/package.json": False,
    "medieval/kings.csv": False,
    "retrieval/docs.jsonl": False,
    "evals/run.py": False,
}


@dataclass
class Files:
    """A repository of which only the files are asked."""

    path: str
    name: str = "git:."

    def files(self, pattern: str, saying: Collection[str] = ()) -> Iterator[Place]:
        if self.path.endswith(pattern.removeprefix("**/*")):
            yield Place("git:.", self.path)


@pytest.mark.parametrize(("path", "text", "expected"), COUNTED)
def test_count(path: str, text: str, expected: int | None) -> None:
    assert count(text, path) == expected


@pytest.mark.parametrize(("path", "expected"), PLACES.items())
def test_place(path: str, expected: bool) -> None:
    assert bool(list(datasets(Files(path)))) is expected  # type: ignore[arg-type]  # a part of it


def test_lines_under_the_name_of_json() -> None:
    lines = '{"instruction": "a", "output": "b"}\n{"instruction": "c", "output": "d"}\n'
    assert count(lines, "evaluate/data_dir/converted.json") == 2
    assert count("no JSON", "evaluate/cases.json") is None
    given = testing.repository({"files": {"evaluate/data_dir/converted.json": lines}})
    assert [place.path for place in datasets(given)] == ["evaluate/data_dir/converted.json"]
