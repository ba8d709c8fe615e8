"""Training is seen however frameworks and providers do it, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.fine_tuning.code_in_repository import code_in_repository
from agentaudit.probes.fine_tuning.data_versioned import data_versioned
from agentaudit.probes.fine_tuning.runs_tracked import runs_tracked

AXOLOTL = (
    "base_model: acme/base\nadapter: lora\nlora_r: 16\nmicro_batch_size: 2\nlearning_rate: 0.0002\n"
    "datasets:\n  - path: data/train.jsonl\n"
)


def _python(package: str, source: str, **more: str) -> dict[str, str]:
    return {"requirements.txt": f"{package}==1.0.0\n", "train.py": source, **more}


TRAINS = {
    "trl": _python(
        "trl",
        "from trl import SFTConfig, SFTTrainer\n"
        "SFTTrainer(model='m', args=SFTConfig(output_dir='o', learning_rate=1e-4)).train()\n",
    ),
    "unsloth": _python(
        "unsloth",
        "from unsloth import FastLanguageModel\nfrom trl import SFTTrainer\n"
        "model, tok = FastLanguageModel.from_pretrained('unsloth/x', max_seq_length=2048)\n"
        "model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16)\n"
        "SFTTrainer(model=model, max_seq_length=2048).train()\n",
    ),
    "transformers": _python(
        "transformers",
        "from transformers import Trainer, TrainingArguments\n"
        "Trainer(model=None, args=TrainingArguments('o', num_train_epochs=1)).train()\n",
    ),
    "sentence-transformers": _python(
        "sentence-transformers",
        "from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer\n"
        "from sentence_transformers import SentenceTransformerTrainingArguments\n"
        "args = SentenceTransformerTrainingArguments(output_dir='o', num_train_epochs=1)\n"
        "SentenceTransformerTrainer(model=SentenceTransformer('m'), args=args).train()\n",
    ),
    "axolotl": {
        "requirements.txt": "axolotl==0.12.0\n",
        "config/lora.yaml": AXOLOTL,
        "run.py": "print('axolotl train config/lora.yaml')\n",
    },
    "openai": _python(
        "openai",
        "from openai import OpenAI\nOpenAI().fine_tuning.jobs.create(\n"
        "    training_file='f', model='gpt-4o-mini-2024-07-18', hyperparameters={'n_epochs': 3})\n",
    ),
    "bedrock": _python(
        "boto3",
        "import boto3\nboto3.client('bedrock').create_model_customization_job(\n"
        "    jobName='j', baseModelIdentifier='m', hyperParameters={'epochCount': '2'})\n",
    ),
    "vertex": _python(
        "google-cloud-aiplatform",
        "from vertexai.tuning import sft\nsft.train(source_model='gemini-2.0-flash-001',\n"
        "          train_dataset='gs://b/t.jsonl', epochs=3)\n",
    ),
}
TRAINS_NOT = {
    "crew": _python("crewai", "from crewai import Crew\nCrew(agents=[], tasks=[]).train(3)\n"),
    "crew of a class": _python(
        "crewai", "from my.crew import MyCrew\nMyCrew().crew().train(n_iterations=3)\n"
    ),
    "train of a vectorizer": _python(
        "faiss-cpu", "import faiss\nindex = faiss.x()\nindex.train(1)\n"
    ),
    "optimizer of prompts": _python(
        "dspy", "import dspy\ndspy.MIPROv2(metric=None).compile(None, trainset=[])\n"
    ),
    "in tests": {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "import openai\nopenai.OpenAI()\n",
        "tests/test_train.py": "from trl import SFTTrainer\nSFTTrainer(model='m').train()\n",
    },
}


@pytest.mark.parametrize("files", TRAINS.values(), ids=TRAINS)
def test_training_is_seen(files: dict[str, str]) -> None:
    answer = code_in_repository.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", TRAINS_NOT.values(), ids=TRAINS_NOT)
def test_nothing_else_is_training(files: dict[str, str]) -> None:
    answer = code_in_repository.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.NOT_APPLICABLE, answer.message


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("import wandb\nwandb.init(project='p')\n", Outcome.PASS),
        ("import mlflow\nmlflow.autolog()\n", Outcome.PASS),
        ("import wandb\n", Outcome.FAIL),
        ("", Outcome.FAIL),
        (
            "import os\nos.environ['WANDB_DISABLED'] = 'true'\nimport wandb\nwandb.init()\n",
            Outcome.FAIL,
        ),
    ],
)
def test_a_tracker_is_told(line: str, outcome: Outcome) -> None:
    files = {**TRAINS["trl"], "train.py": line + TRAINS["trl"]["train.py"]}
    answer = runs_tracked.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("told", "outcome"),
    [('"wandb"', Outcome.PASS), ('["mlflow"]', Outcome.PASS), ('"none"', Outcome.FAIL)],
)
def test_a_word_tells_the_tracker(told: str, outcome: Outcome) -> None:
    source = TRAINS["trl"]["train.py"].replace("1e-4", f"1e-4, report_to={told}")
    files = {"requirements.txt": "trl==1.0\n", "train.py": source}
    answer = runs_tracked.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message


@pytest.mark.parametrize(
    ("more", "tracked"),
    [
        ("wandb_project: bot\n", Outcome.PASS),
        ("report_to: wandb\n", Outcome.PASS),
        ("wandb_project:\n", Outcome.FAIL),
        ("report_to: none\n", Outcome.FAIL),
        ("", Outcome.FAIL),
    ],
)
def test_a_configuration_that_a_command_line_runs(more: str, tracked: Outcome) -> None:
    """A repository without a line of code: what trains is axolotl, by its file."""
    files = {"requirements.txt": "axolotl==0.6.0\n", "configs/qlora.yml": AXOLOTL + more}
    inputs = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files}),
    }
    assert code_in_repository.ask(inputs).outcome is Outcome.PASS
    assert runs_tracked.ask(inputs).outcome is tracked


DVC = (
    "import dvc.api\nfrom trl import SFTTrainer\n\n"
    "data = dvc.api.read('train.jsonl', repo='https://git.example/data', rev={})\n"
    "SFTTrainer(model='./base', train_dataset=data).train()\n"
)


@pytest.mark.parametrize(
    ("rev", "settings", "outcome"),
    [
        ("'invoices-v1.2.0'", "", Outcome.PASS),
        ("'9f86d081884c7d65'", "", Outcome.PASS),
        ("'main'", "", Outcome.FAIL),
        ("asked", "", Outcome.FAIL),
        ("asked", 'dvc_data_version: "invoices-v1.2.0"\n', Outcome.PASS),
        ("asked", "dvc_data_version: main\n", Outcome.FAIL),
    ],
)
def test_data_that_dvc_keeps_elsewhere(rev: str, settings: str, outcome: Outcome) -> None:
    files = {"requirements.txt": "trl==0.19.0\ndvc==3.5.0\n", "train.py": DVC.format(rev)}
    given = {"files": {**files, "configs/sft.yaml": settings}}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert data_versioned.ask(asked).outcome is outcome
