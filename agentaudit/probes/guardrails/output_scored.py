from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.guardrails.suites import (
    asks_models,
    declared,
    nobody_asks,
    suite,
    unread_code,
)
from agentaudit.probes.readable import MISSING_STEP
from agentaudit.source import Repo

PYTHON = {"requirements.txt": "openai==1.93.0\ndeepeval==3.2.0\nazure-ai-evaluation==1.8.0\n"}
APP = (
    "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o', input=question).output_text\n"
)
DEEPEVAL = (
    "from deepeval import assert_test\nfrom deepeval.metrics import AnswerRelevancyMetric\n"
    "from deepeval.test_case import LLMTestCase\nfrom app import answer\n\n"
    "def test_answers():\n    case = LLMTestCase(input='why?', actual_output=answer('why?'))\n"
    "    assert_test(case, [AnswerRelevancyMetric(threshold=0.7)])\n"
)
TYPED = DEEPEVAL.replace("answer('why?')", "'Because.'").replace("from app import answer\n", "")
KEPT = TYPED.replace("'Because.'", "row['answer']").replace(
    "def test_answers():\n",
    "ROWS = json.load(open('evals/cases.json'))\n\n"
    "@pytest.mark.parametrize('row', ROWS)\ndef test_answers(row):\n",
)
CASES = {"evals/cases.json": '[{"question": "why?", "answer": "Because."}]'}
OWN = (
    "import json\nfrom openai import OpenAI\nfrom app import answer\n\n"
    "def judge_answer(question, text):\n"
    "    said = OpenAI().responses.create(model='gpt-4o', input=f'Grade {text} from 1 to 5')\n"
    "    return int(said.output_text)\n\n"
    "def main():\n    for line in open('evals/cases.jsonl'):\n        case = json.loads(line)\n"
    "        print(judge_answer(case['input'], answer(case['input'])))\n\nmain()\n"
)
SCRIPT = (
    "import json\nfrom openai import OpenAI\n\ndef judge_answer(question, text):\n"
    "    said = OpenAI().responses.create(model='gpt-4o', input=f'Grade {text} from 1 to 5')\n"
    "    found = json.loads(said.output_text)\n    return {'score': found['grade']}\n"
)
WORDS = (
    "from app import SYSTEM_PROMPT\n\ndef test_prompt_mentions_invoices():\n"
    "    assert 'invoice' in SYSTEM_PROMPT.lower()\n"
)
NODE = {"package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "evalite": "0.11.0"}}'}
EVALITE = (
    'import { evalite } from "evalite";\nimport { Levenshtein } from "autoevals";\n'
    'import { answer } from "../app";\n\nevalite("answers", {\n'
    '  data: async () => [{ input: "why?", expected: "so" }],\n'
    "  task: async (input) => answer(input),\n  scorers: [Levenshtein],\n});\n"
)


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"repo": {"files": {**manifest, "app.py": APP, **files}}}


@probe(
    "guardrails-output-scored",
    fix="Write a suite that asks the system and scores what it says, for instance "
    "evals/test_answers.py with `assert_test(case, [AnswerRelevancyMetric(threshold=0.7)])` of "
    "deepeval, or "
    "evals/promptfooconfig.yaml with `assert` for every case.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, **{"evals/test_answers.py": DEEPEVAL})),
        Example(Outcome.PASS, _files(PYTHON, **{"evals/run.py": OWN}), "own code that judges"),
        Example(
            Outcome.PASS,
            _files(PYTHON, **{"tests/answer_quality.py": SCRIPT}),
            "a script beside the tests lets a model judge",
        ),
        Example(
            Outcome.PASS,
            _files(
                PYTHON,
                **{"evals/promptfooconfig.yaml": "prompts: [p.txt]\ntests: [{vars: {q: why}}]\n"},
            ),
        ),
        Example(Outcome.PASS, _files(NODE, **{"evals/answers.eval.ts": EVALITE})),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai==1.93.0\ndspy==2.6.27\n"},
                **{
                    "tune.py": "import dspy\n\ndef right(example, said, trace=None):\n"
                    "    return dspy.evaluate.answer_exact_match(example, said)\n\n"
                    "tuner = dspy.BootstrapFewShot(metric=right)\n"
                },
            ),
            "by which an optimiser chooses examples",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"evals/test_answers.py": TYPED}),
            "the answers are typed into the suite",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **CASES, **{"evals/test_answers.py": f"import json, pytest\n{KEPT}"}),
            "the answers are typed into the file of cases",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                **{"evals/test_answers.py": DEEPEVAL.replace("answer('why?')", "c['expected']")},
            ),
            "what is expected is scored against itself",
        ),
        Example(Outcome.FAIL, _files(PYTHON), "declared, never imported"),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"tests/evals/test_prompt.py": WORDS}),
            "it reads the prompt and asks nothing",
        ),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai==1.93.0\nnumexpr==2.11.0\n"},
                **{
                    "tool.py": "import numexpr\n\ndef calc(text):\n"
                    "    return numexpr.evaluate(text)\n"
                },
            ),
            "that evaluates arithmetic",
        ),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai==1.93.0\n"},
                **{"evaluation/run.py": OWN.replace("judge_answer", "setMetrics")},
            ),
            "what sets metrics or makes a validator scores nothing",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"examples/evals/test_answers.py": DEEPEVAL}),
            "an example scores no output of this system",
        ),
        Example(
            Outcome.UNKNOWN,
            {"repo": {"files": {"requirements.txt": "flask==3.1.0\n", "web.py": "x = 1\n"}}},
            "nothing is known to ask a model",
        ),
        Example(Outcome.UNKNOWN, {}, "no repository is configured"),
    ],
)
def output_scored(repo: Repo) -> Answer:
    """Does an evaluation suite score the output of models, agents or retrieval?

    Without scores a change of prompt or model is judged by the last answer that someone looked at.
    A test that only reads the prompt's words says nothing about what the system answers.
    """
    found = suite(repo)
    if found is not None:
        return passed(found.what, *(place.evidence() for place in found.places))
    if missing := unread_code(repo):
        return missing
    if not asks_models(repo):
        return nobody_asks(repo)
    near = declared(repo)
    if near is not None:
        step = MISSING_STEP.get(near.strength, "is called, but where nothing is scored in earnest")
        message = f"{near.library} {step}"
        shown = near.place.evidence()
        return failed(message, shown, reason="not_called", fact="evaluation suite")
    message = f"nothing scores what the system says; searched {len(repo.components())} components"
    return failed(message, reason="missing", fact="evaluation suite")
