"""What teams write themselves, without a library for it: guardrails, indexes, suites, settings."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.guardrails.on_by_default import on_by_default
from agentaudit.probes.guardrails.output_scored import output_scored
from agentaudit.probes.guardrails.pass_marks_numeric import pass_marks_numeric
from agentaudit.probes.guardrails.tested_adversarially import tested_adversarially
from agentaudit.probes.models.ids_pinned import ids_pinned
from agentaudit.probes.rag.embedding_model_pinned import embedding_model_pinned
from agentaudit.probes.rag.ingestion_in_repository import ingestion_in_repository
from agentaudit.probes.rag.source_kept import source_kept

PASS, FAIL, NONE = Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE
UNKNOWN = Outcome.UNKNOWN
PYTHON = {"requirements.txt": "openai==1.93.0\nnumpy==2.3.0\nlangchain==1.0.0\n"}
ASK = (
    "from openai import OpenAI\n\ndef answer(question):\n"
    "    return OpenAI().responses.create(model='gpt-4o-2024-08-06', input=question)\n"
)
CONFIGURED = {
    **PYTHON,
    "app/settings.py": "from dataclasses import dataclass\n\n@dataclass\nclass Settings:\n"
    "    llm_model: str = 'MODEL'\n",
    "app/model.py": "from openai import OpenAI\nfrom app.settings import Settings\n\nclass Model:\n"
    "    def __init__(self, settings: Settings) -> None:\n        self._client = OpenAI()\n"
    "        self._name = settings.llm_model\n\n    def ask(self, text):\n"
    "        return self._client.responses.create(model=self._name, input=text)\n",
}
GO = {
    "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/sashabaranov/go-openai v1.40.0\n",
    "config.go": "package main\n\ntype Config struct {\n"
    '\tModel string `env:"OPENAI_MODEL" yaml:"model" default:"MODEL"`\n}\n',
    "main.go": 'package main\n\nimport openai "github.com/sashabaranov/go-openai"\n\n'
    'func main() {\n\topenai.NewClient("").CreateChatCompletion(nil, '
    "Request{Model: cfg.Model})\n}\n",
}
SPRING = {
    "pom.xml": "<project><modelVersion>4.0.0</modelVersion><artifactId>app</artifactId>"
    "<dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>",
    "src/main/java/app/Ask.java": "package app;\n"
    "import dev.langchain4j.model.openai.OpenAiChatModel;\n"
    "import org.springframework.beans.factory.annotation.Value;\nclass Ask {\n"
    '  @Value("${llm.model:MODEL}") String model;\n'
    "  Object client = OpenAiChatModel.builder().modelName(model).build();\n}\n",
}
AZURE = {
    **PYTHON,
    "app.py": "import os\nfrom openai import AzureOpenAI\n\ndef answer(q):\n"
    "    return AzureOpenAI().chat.completions.create(\n"
    "        model=os.environ['AZURE_OPENAI_MODEL'], messages=[q])\n",
    ".env.sample": "AZURE_OPENAI_MODEL=gpt-4o\n",
    "infra/main.bicep": "param chatModelName string = 'gpt-4.1'\n"
    "param chatModelVersion string = 'VERSION'\n",
}


def _set(files: dict[str, str], word: str, by: str) -> dict[str, str]:
    return {path: text.replace(word, by) for path, text in files.items()}


HOLD = {
    **PYTHON,
    "app/guardrails.py": "def hold(text):\n    if 'EUR' in text:\n        raise ValueError(text)\n",
    "app/main.py": ASK + "from app.guardrails import hold\n\ndef serve(text):\n"
    "    hold(text)\n    return answer(text)\n\nserve('why?')\n",
}
CHOSEN = {
    **PYTHON,
    "app.py": ASK + "from langchain.agents.middleware import PIIMiddleware\n\n"
    "def _build_pii(params):\n    return PIIMiddleware(params['type'])\n\n"
    "FACTORIES = {'pii': _build_pii}\nanswer('why?')\n",
}
IDLE = {
    "package.json": '{"name": "web", "dependencies": {"@mastra/core": "0.20.0"}}',
    "src/output-guardrails.ts": 'import { PIIDetector } from "@mastra/core/processors";\n'
    "export const pii = new PIIDetector({});\n",
    "src/agent.ts": 'import { Agent } from "@mastra/core/agent";\n'
    'export const agent = new Agent({ name: "a", model: "openai/gpt-4o" });\n',
}
NORMALISED = {
    **IDLE,
    "src/agent.ts": 'import { Agent } from "@mastra/core/agent";\n'
    'import { UnicodeNormalizer } from "@mastra/core/processors";\n'
    'export const agent = new Agent({ name: "a",\n'
    "  inputProcessors: [new UnicodeNormalizer({})] });\n",
}
LISTED = {
    **IDLE,
    "src/mastra.ts": 'import { Mastra } from "@mastra/core";\n'
    'import { pii } from "./output-guardrails";\n'
    "export const mastra = new Mastra({ processors: { pii } });\n",
}
GIVEN = {
    **LISTED,
    "src/agent.ts": 'import { Agent } from "@mastra/core/agent";\n'
    'import { pii } from "./output-guardrails";\n'
    'export const agent = new Agent({ name: "a", outputProcessors: [pii] });\n',
}
EMBED = "    vector = OpenAI().embeddings.create(model='text-embedding-3-small', input=text)\n"
RANKED = {
    **PYTHON,
    "store.py": "import numpy as np\nfrom openai import OpenAI\nfrom chunks import Chunk\n\n"
    "def build(path, text):\n" + EMBED + "    return Chunk(text, str(path), vector)\n\n"
    "def nearest(rows, query):\n    return np.argsort(rows @ query)\n",
    "chunks.py": "class Chunk:\n    text: str\n    source: str\n    vector: list\n",
}
ROWS = {
    **PYTHON,
    "rows.py": "from pgvector.sqlalchemy import Vector\nfrom openai import OpenAI\n\n"
    "def update_embeddings(rows):\n    for row in rows:\n        text = row.text\n    "
    + EMBED
    + "        row.embedding = vector.data[0].embedding\n",
    "requirements.txt": "openai==1.93.0\npgvector==0.4.1\n",
}
SUPABASE = {
    "package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}',
    "search.ts": 'import OpenAI from "openai";\nconst openai = new OpenAI();\n'
    "export async function find(client: any, text: string) {\n"
    "  const v = await openai.embeddings.create({\n"
    '    model: "text-embedding-3-small", input: text });\n'
    '  return client.rpc("match_file_items", { query_embedding: v });\n}\n',
}
MONGO = {
    **PYTHON,
    "search.py": ASK + "def find(table, vector):\n    return table.aggregate("
    "[{'$vectorSearch': {'path': 'embedding', 'queryVector': vector}}])\n",
}
SORTED = {**PYTHON, "app.py": ASK + "import numpy as np\nprint(np.argsort([3, 1]))\n"}
RUN = (
    "import json\nfrom app import answer\n\ndef main():\n"
    "    rated = [c['want'] == answer(c['text'])"
    " for c in json.load(open('cases.json'))]\n    scores = {'field_accuracy': sum(rated)}\n"
)
GATE = (
    "    passed = all(scores[name] >= mark for name, mark in json.load(open('m.json')).items())\n"
    "    return 0 if passed else 1\n\nraise SystemExit(main())\n"
)
SUITE = {**PYTHON, "app.py": ASK, "evals/run.py": RUN}
PRODUCT = {
    "go.mod": GO["go.mod"],
    "main.go": GO["main.go"].replace("cfg.Model", '"gpt-4o"'),
    "internal/metric/bleu.go": "package metric\n\ntype BLEUMetric struct {\n\tsmoothing bool\n}\n",
}
LATENCY = {**PYTHON, "app.py": ASK, "metrics/http.py": "class LatencyMetric:\n    seconds: float\n"}
RED = {
    **PYTHON,
    "app.py": ASK,
    "evals/safety.py": "from azure.ai.evaluation.red_team import RedTeam\nfrom app import answer\n"
    "RedTeam(azure_ai_project='p', credential=None).scan(target=answer)\n",
}
DATED = "feature-reader-2026-10-01"
USUAL = {
    **PYTHON,
    "app/agent.py": ASK,
    "tests/test_answer_quality.py": "import pandas as pd\nfrom app.agent import answer\n\n"
    "def test_answers():\n    df = pd.read_csv('tests/cases.csv')\n"
    "    df['right'] = df.apply(lambda row: answer(row['q']) == row['a'], axis=1)\n"
    "    correct_percentage = df['right'].mean() * 100\n    assert correct_percentage >= 80\n",
}
PLAYED = {
    **USUAL,
    "tests/test_answer_quality.py": "from unittest.mock import Mock\n"
    + USUAL["tests/test_answer_quality.py"],
}
FRAME = {
    "package.json": '{"name": "web", "dependencies": {"langsmith": "0.3.0", "openai": "5.0.0"}}',
    "src/app.ts": 'import OpenAI from "openai";\n'
    "export const answer = (q: string) => new OpenAI().responses.create({ input: q });\n",
    "src/evals/run.ts": 'import { evaluate } from "langsmith/evaluation";\n'
    'import { answer } from "../app.js";\n\nconst judge = () => {\n'
    '  throw new Error("Evaluation logic not implemented");\n};\n'
    'await evaluate(answer, { data: "posts", evaluators: [judge] });\n',
}
PRINTED = {
    "requirements.txt": "openai==1.93.0\ndeepeval==3.2.0\n",
    "app.py": ASK,
    "evals/run.py": "from deepeval import evaluate\n"
    "from deepeval.metrics import AnswerRelevancyMetric\nfrom app import answer\n\ndef main():\n"
    "    print(evaluate([answer('why?')], [AnswerRelevancyMetric(threshold=0.7)]))\n\nmain()\n",
}
THRESHOLDS = {
    **PRINTED,
    "evals/summary.py": "import sys\nfrom evals.run import main\n\nresults = main()\n"
    "if not all(r.success for r in results):\n    print('failed')\n    sys.exit(1)\n",
}
CASES: dict[str, tuple[Probe, dict[str, str], Outcome]] = {
    "a field of a settings class": (ids_pinned, _set(CONFIGURED, "MODEL", "gpt-4o"), FAIL),
    "its own dated model": (ids_pinned, _set(CONFIGURED, "MODEL", DATED), PASS),
    "a name of no provider": (ids_pinned, _set(CONFIGURED, "MODEL", "planner"), UNKNOWN),
    "a tag in Go": (ids_pinned, _set(GO, "MODEL", "gpt-4"), FAIL),
    "a dated tag in Go": (ids_pinned, _set(GO, "MODEL", "gpt-4-0613"), PASS),
    "a placeholder of Spring": (ids_pinned, _set(SPRING, "MODEL", "gpt-4o"), FAIL),
    "a dated placeholder": (ids_pinned, _set(SPRING, "MODEL", "gpt-4o-2024-08-06"), PASS),
    "a sample beside a deployment": (ids_pinned, _set(AZURE, "VERSION", "2025-04-14"), PASS),
    "a sample alone": (ids_pinned, {**AZURE, "infra/main.bicep": ""}, FAIL),
    "a module of guardrails": (on_by_default, HOLD, PASS),
    "one of several options": (on_by_default, CHOSEN, FAIL),
    "a module that nothing imports": (on_by_default, IDLE, FAIL),
    "a processor that only normalises": (on_by_default, NORMALISED, FAIL),
    "a processor that only the instance names": (on_by_default, LISTED, FAIL),
    "a processor that an agent is given": (on_by_default, GIVEN, PASS),
    "ranked by numpy": (ingestion_in_repository, RANKED, PASS),
    "a type with a source": (source_kept, RANKED, PASS),
    "sorting numbers": (ingestion_in_repository, SORTED, NONE),
    "rows with vectors": (ingestion_in_repository, ROWS, PASS),
    "rows are their own source": (source_kept, ROWS, PASS),
    "a function of Supabase": (embedding_model_pinned, SUPABASE, FAIL),
    "a stage of MongoDB": (ingestion_in_repository, MONGO, FAIL),
    "a script that counts": (output_scored, SUITE, PASS),
    "counted, but never held against a mark": (pass_marks_numeric, SUITE, FAIL),
    "a verdict that ends the run": (
        pass_marks_numeric,
        {**SUITE, "evals/run.py": RUN + GATE},
        PASS,
    ),
    "right answers in a usual test": (output_scored, USUAL, PASS),
    "and its mark": (pass_marks_numeric, USUAL, PASS),
    "the same against a played model": (output_scored, PLAYED, FAIL),
    "a frame that is not finished": (output_scored, FRAME, FAIL),
    "measures with thresholds, and a verdict": (pass_marks_numeric, THRESHOLDS, PASS),
    "measures with thresholds, only printed": (pass_marks_numeric, PRINTED, FAIL),
    "a measure in the product": (output_scored, PRODUCT, PASS),
    "a measure of time": (output_scored, LATENCY, FAIL),
    "attacks without a result": (tested_adversarially, RED, FAIL),
    "attacks with one": (
        tested_adversarially,
        {**RED, "evals/safety_results.json": '{"blocked": 9}'},
        PASS,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_own_ways(name: str) -> None:
    probe, files, expected = CASES[name]
    needs = {"component": {"files": files}} if "component" in probe.needs else {}
    if "repo" in probe.needs:
        needs["repo"] = {"files": files}
    answer = probe.ask(testing.build(needs))
    assert answer.outcome is expected, answer.message
