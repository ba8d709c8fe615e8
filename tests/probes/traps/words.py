"""Words that mean something else: `revision`, `threshold`, `evaluate`, `train`, a registry."""

from __future__ import annotations

from tests.probes.traps.looks_pinned import EMBEDDER, LOAD, SHA
from tests.probes.traps.trap import APP, ASK, FAIL, NOT_APPLICABLE, PASS, Trap

HUB, MARKS = "models-hub-loads-pinned", "guardrails-pass-marks-numeric"
SCORED, IN_CI = "guardrails-output-scored", "guardrails-evaluation-in-ci"
TRAINED, TRACKED = "fine-tuning-code-in-repository", "fine-tuning-runs-tracked"
REGISTERED = "models-registry-versioned"

ALEMBIC = {
    "requirements.txt": "alembic==1.16.2\nsentence-transformers==5.0.0\n",
    "migrations/versions/1975ea83b712_add_account.py": '"""add account\n\nRevision ID: 1975ea83b712'
    '\n"""\n\nfrom alembic import op\n\nrevision = "1975ea83b712"\ndown_revision = None\n\n\n'
    'def upgrade() -> None:\n    op.drop_column("account", "last_transaction")\n',
}
JUDGED = {
    "requirements.txt": "openai==1.93.0\nragas==0.2.15\n",
    "app.py": APP["app.py"],
    "evals/run.py": "from ragas import evaluate\nfrom ragas.metrics import faithfulness\n\n"
    "from app import answer\n\n\ndef main() -> None:\n"
    '    rows = [{"user_input": "why?", "response": answer("why?")}]\n'
    "    print(evaluate(rows, metrics=[faithfulness]))\n\n\nmain()\n",
}
"""A suite that scores and marks nothing."""
GATE = JUDGED["evals/run.py"].replace(
    "    print(evaluate(rows, metrics=[faithfulness]))\n",
    "    score = evaluate(rows, metrics=[faithfulness])['faithfulness']\n"
    "    if score < 0.8:\n        raise SystemExit(1)\n",
)
COVERAGE = (
    '[project]\nname = "a"\nversion = "1.0.0"\ndependencies = ["openai", "ragas"]\n\n'
    "[tool.coverage.report]\nfail_under = 80\n\n[tool.pytest.ini_options]\n"
    'addopts = "--cov=app --cov-fail-under=80"\n'
)
CODECOV = "coverage:\n  status:\n    project:\n      default:\n        threshold: 1%\n"
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: planner}\nspec:\n  template:\n"
    "    spec:\n      containers:\n        - name: planner\n          image: acme/planner:1.0.0\n"
    "          livenessProbe:\n            httpGet: {path: /health, port: 8000}\n"
    "            failureThreshold: 3\n            successThreshold: 1\n"
)
DEDUP = (
    "DEDUP_THRESHOLD = 0.92\n\n\ndef unique(chunks, similarity):\n    kept = []\n"
    "    for chunk in chunks:\n"
    "        if all(similarity(chunk, other) < DEDUP_THRESHOLD for other in kept):\n"
    "            kept.append(chunk)\n    return kept\n"
)
RELEVANCE = (
    "SCORE_THRESHOLD = 0.75\n\n\ndef search(store, question):\n"
    "    found = store.similarity_search_with_relevance_scores(\n"
    "        question, k=4, score_threshold=SCORE_THRESHOLD\n    )\n"
    "    if not found or found[0][1] < 0.5:\n        raise LookupError(question)\n"
    "    return [document for document, score in found if score >= SCORE_THRESHOLD]\n"
)
NUMEXPR = (
    ASK + "\n\nimport math\n\nimport numexpr\n\n\ndef calculator(expression: str) -> str:\n"
    '    """Work an expression out."""\n'
    '    return str(numexpr.evaluate(expression.strip(), global_dict={}, local_dict={"pi": math.pi}'
    '))\n\n\nprint(calculator(answer("what is 37593 * 67?")))\n'
)
SUMS = (
    "import numexpr\n\nfrom app import answer\n\n\ndef main() -> None:\n"
    '    for text in ("37593 * 67", "2 + 3"):\n'
    "        print(answer(f'What is {text}?'), numexpr.evaluate(text))\n\n\nmain()\n"
)
MAVEN = (
    "on: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - uses: actions/checkout@v4\n      - name: Version of the project\n"
    "        run: echo v=$(mvn help:evaluate -Dexpression=project.version -q -DforceStdout) >> "
    "$GITHUB_OUTPUT\n      - run: mvn -B verify\n"
)
POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>acme</groupId><artifactId>app</artifactId>"
    "<version>1.0.0</version><dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>\n"
)
JAVA = (
    "package acme;\n\nimport dev.langchain4j.model.openai.OpenAiChatModel;\n\n"
    "public class App {\n  public static void main(String[] args) {\n"
    '    var model = OpenAiChatModel.builder().modelName("gpt-4o-2024-08-06").build();\n'
    "    System.out.println(model.chat(args[0]));\n  }\n}\n"
)
MAVEN_APP = {
    "pom.xml": POM,
    "src/main/java/acme/App.java": JAVA,
    ".github/workflows/build.yml": MAVEN,
}
CREW = {
    "pyproject.toml": '[project]\nname = "crew"\nversion = "0.1.0"\n'
    'dependencies = ["crewai[tools]==0.150.0"]\n\n[project.scripts]\ntrain = "crew.main:train"\n',
    "src/crew/main.py": "import sys\n\nfrom crew.crew import Research\n\n\ndef run():\n"
    '    Research().crew().kickoff(inputs={"topic": "AI LLMs"})\n\n\ndef train():\n'
    '    """Train the crew for a given number of iterations."""\n'
    "    Research().crew().train(\n"
    '        n_iterations=int(sys.argv[1]), filename=sys.argv[2], inputs={"topic": "AI LLMs"}\n'
    "    )\n",
    "src/crew/crew.py": "from crewai import Agent, Crew, Task\n"
    "from crewai.project import CrewBase, crew\n\n\n@CrewBase\nclass Research:\n"
    "    @crew\n    def crew(self) -> Crew:\n"
    "        return Crew(agents=self.agents, tasks=self.tasks)\n",
}
TRAINER = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\n"}
TRAIN = (
    "from datasets import load_dataset\nfrom trl import SFTConfig, SFTTrainer\n\n"
    'data = load_dataset("json", data_files="data/train.jsonl")["train"]\n'
    'config = SFTConfig(learning_rate=2e-4, num_train_epochs=3, output_dir="out")\n'
    'SFTTrainer(model="./base", train_dataset=data, args=config).train()\n'
)
COMMENT = "# ---- Model Registry ----\n# TO" + "DO: mlflow.register_model, then models:/planner/1\n"
REGISTRY = (
    "from langchain.chat_models import init_chat_model\n\nMODELS = {}\n\n\n"
    "def register_model(name: str, **settings) -> None:\n"
    "    MODELS[name] = init_chat_model(name, **settings)\n\n\n"
    'register_model("openai:gpt-4o-2024-08-06", temperature=0)\n'
    'register_model("anthropic:claude-sonnet-4-20250514")\n'
)
LANGCHAIN = {"requirements.txt": "langchain==0.3.26\nlangchain-openai==0.3.27\n"}
MLFLOW = (
    'import mlflow\n\nmlflow.register_model("runs:/1/model", "planner")\n'
    'model = mlflow.pyfunc.load_model("models:/planner/7")\n'
)

ALEMBICS, CREWS = "`revision =` is alembic", "`crew().train()` is not fine-tuning"
EXPRESSION, HELP = "`evaluate(` = numexpr", "`evaluate(` = Maven `help:evaluate`"
COMMENTED, MODELS = '"Model Registry" comment', "langchain `register_model`"
TRAPS = (
    Trap(
        ALEMBICS,
        HUB,
        NOT_APPLICABLE,
        "loads a model from the Hub",
        {**ALEMBIC, "app.py": "x = 1\n"},
    ),
    Trap(
        ALEMBICS,
        HUB,
        FAIL,
        "BAAI/bge-m3 is loaded without a revision",
        {**ALEMBIC, "app.py": LOAD.replace(', revision="{}"', "")},
        case="it pins no load beside it",
    ),
    Trap(
        ALEMBICS,
        HUB,
        PASS,
        "pin a commit",
        {**ALEMBIC, **EMBEDDER, "app.py": LOAD.format(SHA)},
        case="a revision of the Hub",
    ),
    *(
        Trap(f"`threshold` = {what}", MARKS, FAIL, "holds no score against a number", files)
        for what, files in (
            ("coverage", {**JUDGED, "pyproject.toml": COVERAGE, "codecov.yml": CODECOV}),
            ("liveness probe", {**JUDGED, "k8s/planner.yaml": DEPLOYMENT}),
            ("dedup", {**JUDGED, "ingest.py": DEDUP}),
            ("relevance", {**JUDGED, "search.py": RELEVANCE}),
        )
    ),
    Trap(
        "`threshold` = relevance",
        MARKS,
        PASS,
        "held against a number",
        {**JUDGED, "search.py": RELEVANCE, "evals/run.py": GATE},
        case="a pass mark",
    ),
    Trap(
        EXPRESSION,
        SCORED,
        FAIL,
        "nothing scores what the system says",
        {"requirements.txt": "openai==1.93.0\nnumexpr==2.11.0\n", "app.py": NUMEXPR},
    ),
    Trap(
        EXPRESSION,
        SCORED,
        FAIL,
        "nothing scores what the system says",
        {**APP, "requirements.txt": "openai==1.93.0\nnumexpr==2.11.0\n", "evals/sums.py": SUMS},
        case="beside the questions of a suite",
    ),
    Trap(EXPRESSION, SCORED, PASS, "ragas", JUDGED, case="of ragas"),
    Trap(HELP, SCORED, FAIL, "nothing scores what the system says", MAVEN_APP),
    Trap(HELP, IN_CI, FAIL, "no step of CI runs an evaluation suite", MAVEN_APP, case="in CI"),
    Trap(
        HELP,
        IN_CI,
        PASS,
        "",
        {
            **JUDGED,
            ".github/workflows/eval.yml": MAVEN.replace("mvn -B verify", "python evals/run.py"),
        },
        case="a suite in CI",
    ),
    Trap(CREWS, TRAINED, NOT_APPLICABLE, "trains a model", CREW),
    Trap(CREWS, TRACKED, NOT_APPLICABLE, "trains a model", CREW, case="nor is a run tracked"),
    Trap(CREWS, TRAINED, PASS, "training code", {**TRAINER, "train.py": TRAIN}, case="a trainer"),
    Trap(
        COMMENTED,
        REGISTERED,
        FAIL,
        "nothing registers what it makes",
        {**TRAINER, "train.py": COMMENT + TRAIN},
    ),
    Trap(
        MODELS,
        REGISTERED,
        NOT_APPLICABLE,
        "no models of its own",
        {**LANGCHAIN, "models.py": REGISTRY},
    ),
    Trap(
        MODELS,
        REGISTERED,
        NOT_APPLICABLE,
        "no models of its own",
        {
            **LANGCHAIN,
            "models.py": "from langchain.chat_models import register_model\n\n"
            'register_model("gpt-4o-2024-08-06", provider="openai")\n',
        },
        case="of the library",
    ),
    Trap(
        MODELS,
        REGISTERED,
        PASS,
        "consumed by version",
        {"requirements.txt": "mlflow==3.1.0\n", "models.py": MLFLOW},
        case="of MLflow",
    ),
)
