from __future__ import annotations

from agentaudit.code import Strength, Use
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe
from agentaudit.probes.fine_tuning.training import Training, training
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\npeft==0.16.0\n"}
TRAIN = (
    "from datasets import load_dataset\nfrom peft import LoraConfig\n"
    "from trl import SFTConfig, SFTTrainer\n\ndef main():\n"
    '    data = load_dataset("json", data_files="data/train.jsonl")["train"]\n'
    '    config = SFTConfig(output_dir="out", learning_rate=2e-4, num_train_epochs=3{})\n'
    '    SFTTrainer(model="./base", args=config, train_dataset=data,\n'
    "               peft_config=LoraConfig(r=16, lora_alpha=32)).train()\n\n"
    'if __name__ == "__main__":\n    main()\n'
)
HOSTED = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    "export const tune = (file: string) => client.fineTuning.jobs.create({\n"
    '  training_file: file, model: "gpt-4o-mini-2024-07-18",\n'
    "  hyperparameters: { n_epochs: 3 },\n});\n"
)
NODE = {"package.json": '{"name": "web", "dependencies": {"openai": "5.0.0"}}'}
LATE = (
    "class Training:\n    def __init__(self):\n        from trl import SFTConfig, SFTTrainer\n\n"
    "        self.SFTConfig = SFTConfig\n        self.SFTTrainer = SFTTrainer\n\n"
    "    def run(self, model, rows):\n"
    '        config = self.SFTConfig(output_dir="out", learning_rate=2e-4)\n'
    "        self.SFTTrainer(model=model, args=config, train_dataset=rows).train()\n\n"
    "Training().run('./base', [])\n"
)
LOADS = (
    "from peft import PeftModel\n\ndef load(base):\n"
    '    return PeftModel.from_pretrained(base, "./adapter")\n'
)
CREW = (
    "from crewai import Agent, Crew, Task\n\ndef crew():\n    return Crew(agents=[], tasks=[])\n\n"
    'def train():\n    crew().train(n_iterations=3, filename="trained.pkl")\n'
)


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"component": {"files": {**manifest, **files}}}


@probe(
    "fine-tuning-code-in-repository",
    fix="Commit the script and the configuration that train the model, train.py with "
    '`SFTConfig(learning_rate=2e-4, num_train_epochs=3, output_dir="out")`, or the YAML of the '
    "command line that does.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, **{"train.py": TRAIN.format("")})),
        Example(Outcome.PASS, _files(NODE, **{"tune.ts": HOSTED}), "a provider trains"),
        Example(Outcome.PASS, _files(PYTHON, **{"jobs.py": LATE}), "imported only when it trains"),
        Example(Outcome.FAIL, _files(PYTHON, **{"app.py": "x = 1\n"}), "declared, never imported"),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"serve.py": LOADS}),
            "an adapter is loaded; what trained it is not here",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files({"requirements.txt": "crewai==0.150.0\n"}, **{"main.py": CREW}),
            "a crew that is trained keeps notes and changes no weights",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files({"requirements.txt": "openai==1.93.0\n"}, **{"app.py": "x = 1\n"}),
            "it trains nothing",
        ),
    ],
)
@of_code("training code")
def code_in_repository(repo: Repo, component: Component) -> Answer:
    """Are the training code and its configuration in the repository?

    A model can be made again, or repaired, only by those who have what made it: the code, and the
    numbers that it ran with.
    """
    found = training(component)
    missing = unread(component, component.uses("trainer"), "training code")
    if missing and not found.files:
        return missing
    if not found.any:
        return not_applicable("no code of it trains a model", component.evidence())
    fact, place = "training code", component.id
    if not found.runs:
        return not_here(repo, component, found)
    shown = found.place().evidence()
    if not found.configured and not found.files:
        message = "the model is trained here, but no configuration of the run is visible"
        return failed(message, shown, reason="not_configured_here", fact=fact, place=place)
    settings = [each.evidence() for each in (*found.configured, *found.files)[:2]]
    return passed("the training code and its configuration are here", shown, *settings)


def not_here(repo: Repo, component: Component, found: Training) -> Answer:
    """The answer of a component that has a library to train and trains nothing with it."""
    for other in repo.components():
        others = other.repo == component.repo and other.path != component.path
        if others and training(other).runs:
            message = f"it trains nothing; {other.name} does"
            return not_applicable(message, training(other).place().evidence())
    message = f"nothing here trains: {_step(found.uses[0])}"
    shown = found.uses[0].place.evidence()
    return failed(message, shown, reason="not_called", fact="training code", place=component.id)


def _step(use: Use) -> str:
    """What lacks until a library trains."""
    if use.strength is Strength.ON:
        return f"{use.library} is used, and no call of it trains"
    return step_missing(use)
