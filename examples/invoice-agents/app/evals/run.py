"""Evaluate the reader: `python -m evals.run RELEASE`; exit status 1 when a mark is missed.

Needs the environment of services/intake and a model server at LLM_BASE_URL. The result is kept in
`evals/results/RELEASE.json`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import Any

from services.common import settings as reading
from services.common.settings import ROOT
from services.intake.model import Model
from services.intake.prompts import prompt
from services.intake.settings import Settings

NAME, VERSION = "reader-fields", "1"
DATASET = ROOT / "evals" / "cases.jsonl"
MARKS = ROOT / "evals" / "marks.json"


def main(release: str) -> int:
    """Score every case, write the result, compare it with the marks."""
    settings = reading.from_environment(Settings)
    model = Model(settings)
    reader = prompt("reader", company="Muster Maschinenbau GmbH")
    cases = [json.loads(line) for line in DATASET.read_text(encoding="utf-8").splitlines()]
    rated = [_rate(json.loads(model.answer(reader, case["text"])), case) for case in cases]
    scores = {
        "field_accuracy": round(sum(rated) / len(rated), 4),
        "perfect_documents": round(sum(score == 1 for score in rated) / len(rated), 4),
    }
    marks: dict[str, float] = json.loads(MARKS.read_text())
    passed = all(scores[name] >= mark for name, mark in marks.items())
    about = {
        "evaluator": {"name": NAME, "version": VERSION},
        "dataset": {"path": "evals/cases.jsonl", "sha256": _digest(), "cases": len(cases)},
        "release": {
            "name": release,
            "commit": _commit(),
            "prompts": {reader.name: reader.version},
            "model": settings.llm_model,
        },
    }
    result = about | {"scores": scores, "marks": marks, "passed": passed}
    target = ROOT / "evals" / "results" / f"{release}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(scores))
    return 0 if passed else 1


def _rate(found: dict[str, Any], case: dict[str, Any]) -> float:
    expected: dict[str, Any] = case["expected"]
    right = sum(bool(found.get(key) == value) for key, value in expected.items())
    return right / len(expected)


def _digest() -> str:
    return hashlib.sha256(DATASET.read_bytes()).hexdigest()


def _commit() -> str:
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
