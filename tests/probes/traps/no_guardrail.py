"""What judges afterwards, or reads words only, and what runs left behind."""

from __future__ import annotations

from tests.probes.traps.locks import CASES, READ
from tests.probes.traps.trap import APP, ASK, FAIL, OPENAI, PASS, Trap

GUARDRAIL, SCORED = "guardrails-on-by-default", "guardrails-output-scored"
DATA, TRAINED_ON = "guardrails-dataset-versioned", "fine-tuning-data-versioned"

SAFETY = (
    "from azure.ai.evaluation import ContentSafetyEvaluator, evaluate\n"
    "from azure.identity import DefaultAzureCredential\n\nfrom app import answer\n\n\n"
    "def main() -> None:\n"
    "    safety = ContentSafetyEvaluator(DefaultAzureCredential(), azure_ai_project={})\n"
    '    evaluate(data="evals/cases.jsonl", target=answer, evaluators={"safety": safety})\n\n\n'
    "main()\n"
)
EVALUATION = {"requirements.txt": "openai==1.93.0\nazure-ai-evaluation==1.8.0\n"}
SAFETY_IN_APP = ASK + (
    "\n\nfrom azure.ai.evaluation import ContentSafetyEvaluator, HateUnfairnessEvaluator\n\n\n"
    "def grade(question: str, text: str) -> dict:\n"
    '    """Score an answer for the nightly report."""\n'
    "    safety = ContentSafetyEvaluator(credential=None, azure_ai_project={})\n"
    "    return safety(query=question, response=text)\n\n\n"
    'print(grade("why?", answer("why?")))\n'
)
OPIK = {"requirements.txt": "openai==1.93.0\nopik==1.7.42\n"}
MODERATION = (
    "from opik import Opik\nfrom opik.evaluation import evaluate\n"
    "from opik.evaluation.metrics import Hallucination, Moderation\n\nfrom app import answer\n\n\n"
    "def task(row: dict) -> dict:\n"
    '    return {"input": row["input"], "output": answer(row["input"])}\n\n\n'
    'dataset = Opik().get_dataset("planner")\n'
    "evaluate(dataset, task, scoring_metrics=[Moderation(), Hallucination()])\n"
)
AUTOEVALS = '{"name": "web", "dependencies": {"autoevals": "0.0.130", "openai": "5.0.0"}}'
MODERATION_TS = (
    'import { Moderation } from "autoevals";\nimport OpenAI from "openai";\n\n'
    "export async function answer(input: string) {\n"
    "  const said = await new OpenAI().responses.create({\n"
    '    model: "gpt-4o-2024-08-06", input });\n'
    "  const { score } = await Moderation({ output: said.output_text });\n"
    "  console.log({ score });\n  return said.output_text;\n}\n\n"
    'answer("why?");\n'
)
MODERATE = ASK.replace(
    "    said =",
    "    if client.moderations.create(input=question).results[0].flagged:\n"
    '        return "refused"\n    said =',
)
PROMPT = (
    "from app import SYSTEM_PROMPT, TOOLS\n\n\ndef test_prompt_names_the_tools():\n"
    "    for tool in TOOLS:\n        assert tool in SYSTEM_PROMPT\n\n\n"
    "def test_prompt_forbids_invented_amounts():\n"
    '    assert "never invent an amount" in SYSTEM_PROMPT.lower()\n'
    "    assert len(SYSTEM_PROMPT) < 8000\n"
)
PROMPTED = (
    'SYSTEM_PROMPT = "You plan with search and never invent an amount."\nTOOLS = ["search"]\n' + ASK
)
GRADED = (
    "from app import SYSTEM_PROMPT, TOOLS\n\n\ndef score_prompt(text: str) -> float:\n"
    "    return sum(tool in text for tool in TOOLS) / len(TOOLS)\n\n\n"
    "def test_score_of_the_prompt():\n    assert score_prompt(SYSTEM_PROMPT) > 0.9\n"
)
JUDGE = (
    "from deepeval import assert_test\nfrom deepeval.metrics import AnswerRelevancyMetric\n"
    "from deepeval.test_case import LLMTestCase\n\nfrom app import answer\n\n\n"
    "def test_answers():\n"
    '    case = LLMTestCase(input="why?", actual_output=answer("why?"))\n'
    "    assert_test(case, [AnswerRelevancyMetric(threshold=0.7)])\n"
)
GIT = {"commits": [{"message": "Add what came out", "files": ["evals/golden.jsonl"]}]}
RESULTS = "".join(
    f'{{"input": "Weather on day {n}?", "output": "rain", "score": 0.8, "latency_ms": {n}}}\n'
    for n in range(200)
)
TRAINER = {
    "requirements.txt": "trl==0.19.0\ntransformers==4.53.0\n",
    "train.py": "from datasets import load_dataset\nfrom trl import SFTConfig, SFTTrainer\n\n"
    'data = load_dataset("acme/invoices")["train"]\n'
    'config = SFTConfig(learning_rate=2e-4, num_train_epochs=3, output_dir="out")\n'
    'SFTTrainer(model="./base", train_dataset=data, args=config).train()\n',
}
LOSSES = "".join(f'{{"step": {n}, "loss": {2 - n / 200}}}\n' for n in range(200))

EVALUATORS, METRICS = (
    "safety evaluators are not guardrails",
    "Moderation metrics are not guardrails",
)
WORDS = "tests/evals that only assert on prompt text"
RUNS = "result jsonl is not a data set"
TRAPS = (
    Trap(
        EVALUATORS,
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {**APP, **EVALUATION, "evals/safety.py": SAFETY},
        case="in the suite",
    ),
    Trap(
        EVALUATORS,
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {**EVALUATION, "app.py": SAFETY_IN_APP},
        case="in the application",
    ),
    Trap(
        METRICS,
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {**APP, **OPIK, "evals/run.py": MODERATION},
        case="in the suite",
    ),
    Trap(
        METRICS,
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {**APP, **OPIK, "nightly.py": MODERATION},
        case="beside the application",
    ),
    Trap(
        METRICS,
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {"package.json": AUTOEVALS, "src/answer.ts": MODERATION_TS},
        case="of autoevals",
    ),
    Trap(
        METRICS,
        GUARDRAIL,
        PASS,
        "in the serving code",
        {**OPENAI, "app.py": MODERATE + '\n\nprint(answer("why?"))\n'},
        case="moderation before the model is asked",
    ),
    Trap(
        WORDS,
        SCORED,
        FAIL,
        "nothing scores what the system says",
        {**OPENAI, "app.py": PROMPTED, "tests/test_prompt.py": PROMPT},
        case="tests",
    ),
    Trap(
        WORDS,
        SCORED,
        FAIL,
        "deepeval is declared",
        {
            **OPENAI,
            "requirements-dev.txt": "deepeval==3.2.0\n",
            "app.py": PROMPTED,
            "evals/test_prompt.py": PROMPT,
        },
        case="evals",
    ),
    Trap(
        WORDS,
        SCORED,
        FAIL,
        "nothing scores what the system says",
        {**OPENAI, "app.py": PROMPTED, "evals/test_prompt.py": GRADED},
        case="evals that grade the prompt",
    ),
    Trap(
        WORDS,
        SCORED,
        PASS,
        "deepeval",
        {
            **OPENAI,
            "requirements-dev.txt": "deepeval==3.2.0\n",
            "app.py": PROMPTED,
            "evals/test_answers.py": JUDGE,
        },
        case="evals that ask the system",
    ),
    Trap(
        RUNS,
        DATA,
        FAIL,
        "0 of 200",
        {**APP, **READ, "evals/results/run-2026-11-01.jsonl": RESULTS},
        GIT,
        case="in a directory of results",
    ),
    Trap(
        RUNS,
        DATA,
        FAIL,
        "0 of 200",
        {**APP, **READ, "evals/results_gpt4o.jsonl": RESULTS},
        GIT,
        case="by its name",
    ),
    Trap(
        RUNS,
        DATA,
        FAIL,
        "0 of 200",
        {**APP, **READ, "evals/gpt-4o_planner.jsonl": RESULTS},
        GIT,
        case="by what only a run can know",
    ),
    Trap(
        RUNS,
        DATA,
        PASS,
        "200 cases",
        {**APP, **READ, "evals/golden.jsonl": CASES},
        GIT,
        case="cases",
    ),
    Trap(
        RUNS,
        TRAINED_ON,
        FAIL,
        "no versioned training data is visible",
        {**TRAINER, "out/train_log.jsonl": LOSSES, "out/train_results.jsonl": LOSSES},
        case="nor what a training run wrote",
    ),
)
