from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Code, Literal, Role, Strength
from agentaudit.evidence import Evidence, Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe, unknown
from agentaudit.probes.models.endpoints import deployed
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Repo

_VERSION = regex(
    r"models:/[^/@\s]{1,200}/\d{1,6}|azureml:[^:@\s]{1,200}:\d{1,6}"
    r"|projects/[^\s]{1,300}/models/[^@\s]{1,100}@\d{1,6}|[\w./-]{1,200}:v\d{1,6}"
    r"|arn:aws:sagemaker:[^\s]{1,200}:model-package/[^\s]{1,100}/\d{1,6}"
)
"""A registered model at one version, as registries write it."""
_REGISTERED = regex(
    r"models:/[^\s]{1,300}|azureml:[^\s:@]{1,200}[:@][^\s]{1,60}"
    r"|projects/[^\s]{1,300}/models/[^\s]{1,200}|[\w./-]{1,200}:(?:v\d{1,6}|latest|production)"
    r"|arn:aws:sagemaker:[^\s]{1,200}:model-package/[^\s]{1,200}"
)
"""A registered model at whatever it is asked for."""
_LOADS = frozenset({"use_artifact", "use_model", "download_model"})
_REGISTERS = frozenset(
    {"register_model", "create_registered_model", "create_model_version", "link_artifact"}
    | {"link_model", "create_model_package", "log_model"}
)
_REGISTRIES = (
    "mlflow",
    "wandb",
    "azure.ai.ml",
    "azureml",
    "boto3",
    "sagemaker",
    "clearml",
    "comet_ml",
)

TRAIN = (
    "import mlflow\nfrom trl import SFTTrainer\n\ndef train(data):\n"
    '    SFTTrainer(model="./base", train_dataset=data).train()\n'
    '    mlflow.register_model("runs:/1/model", "planner-llm")\n'
)
LOAD = 'import mlflow\n\nmodel = mlflow.pyfunc.load_model("{}")\n'
PYTHON = {"requirements.txt": "mlflow==3.1.0\ntrl==0.19.0\nlangchain==1.0.0\n"}


def _files(**files: str) -> dict[str, object]:
    named = {f"{name}.py": text for name, text in files.items()}
    return {"component": {"files": {**PYTHON, **named}}}


def _artifact(version: str) -> dict[str, object]:
    run = f'wandb.init().use_artifact("team/x/planner:{version}", type="model").download()\n'
    return _files(serve=f"import wandb\n\nmodel = {run}")


def _endpoint(model: str) -> dict[str, object]:
    text = f"name: blue\nendpoint_name: planner\nmodel: {model}\n"
    return {"component": {"files": {**PYTHON, "a.py": "import mlflow\n", "blue.yml": text}}}


@probe(
    "models-registry-versioned",
    fix='Register what is trained: `mlflow.register_model(f"runs:/{run_id}/model", "planner")`, '
    'and load it by version: `mlflow.pyfunc.load_model("models:/planner/7")`.',
    examples=[
        Example(Outcome.PASS, _files(train=TRAIN, serve=LOAD.format("models:/planner-llm/7"))),
        Example(
            Outcome.PASS,
            _files(serve=LOAD.format("models:/planner-llm/7")),
            "registered elsewhere",
        ),
        Example(Outcome.PASS, _artifact("v7"), "an artifact of Weights & Biases"),
        Example(Outcome.FAIL, _artifact("latest")),
        Example(Outcome.PASS, _endpoint("azureml:planner:7"), "an online deployment of Azure ML"),
        Example(Outcome.FAIL, _endpoint("azureml:planner@latest")),
        Example(
            Outcome.FAIL,
            _files(train=TRAIN, serve=LOAD.format("models:/planner-llm/Production")),
            "a stage is filled anew",
        ),
        Example(Outcome.FAIL, _files(serve=LOAD.format("models:/planner-llm/latest"))),
        Example(
            Outcome.FAIL,
            _files(serve=LOAD.format("models:/planner-llm@champion")),
            "an alias moves",
        ),
        Example(
            Outcome.FAIL,
            _files(
                train='from trl import SFTTrainer\n\nSFTTrainer(model="./base").train()\n'
                "# Model Registry: to come\n"
            ),
            "a comment registers nothing",
        ),
        Example(
            Outcome.FAIL,
            _files(train=TRAIN),
            "registered, and no code consumes it by version",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files(a='from langchain.agents import x\n\nx.register_model("gpt-4o")\n'),
            "that names a hosted model in a table; nothing is trained here",
        ),
    ],
)
@of_code("models of its own", whole=True)
def registry_versioned(repo: Repo, component: Component) -> Answer:
    """Are own models registered in a model registry and consumed by version?

    A file of weights that is copied to a server has no history. A registry keeps which run made
    which version; only a consumer that names the version says which one answered.
    """
    trainers = [use for use in component.uses("trainer") if use.strength >= Strength.IMPORTED]
    if missing := unread(component, component.uses("trainer"), "a model registry"):
        return missing
    registering = list(_registering(component.code))
    named, doubts = _consumed(component.code)
    named += deployed(repo, component)
    pinned = [place for text, place in named if _VERSION.fullmatch(text)]
    moving = [(text, place) for text, place in named if not _VERSION.fullmatch(text)]
    if moving:
        text, place = moving[0]
        return _failed(component, f"{text} names no version", place.evidence(), "not_by_version")
    if pinned:
        shown = (
            *(p.evidence() for p in pinned[:3]),
            *(c.place.evidence() for c in registering[:2]),
        )
        return passed("registered models are consumed by version", *shown)
    if doubts:
        return _at_run_time(component, doubts)
    if registering:
        message = "a model is registered, and no code consumes one by version"
        return _failed(component, message, registering[0].place.evidence(), "not_consumed")
    if trainers:
        message = f"{trainers[0].library} trains, and nothing registers what it makes"
        return _failed(component, message, trainers[0].place.evidence(), "missing")
    return not_applicable("it has no models of its own", component.evidence())


def _at_run_time(component: Component, doubts: list[Place]) -> Answer:
    return unknown(
        "a registered model is consumed, at a version that is set at run time",
        *(place.evidence() for place in doubts[:3]),
        reason="set_at_run_time",
        fact="registered model",
        place=component.id,
    )


def _failed(component: Component, message: str, shown: Evidence, reason: str) -> Answer:
    return failed(message, shown, reason=reason, fact="registered model", place=component.id)


def _registering(code: Code) -> Iterator[Call]:
    for call in code.calls:
        named = call.argument("registered_model_name") is not None
        plain = call.method in _REGISTERS - {"log_model"} and call.below(*_REGISTRIES)
        if call.role is Role.APP and (named or plain or _uploads(call)):
            yield call


def _uploads(call: Call) -> bool:
    """Vertex AI: `aiplatform.Model.upload`."""
    return call.callee.endswith("aiplatform.Model.upload")


def _names_model(literal: Literal) -> bool:
    """Azure ML writes data and environments like models: what it is given to tells them apart."""
    azure = literal.text.startswith("azureml:") and "://" not in literal.text
    return literal.text.startswith("models:/") or (azure and "model" in literal.name.lower())


def _loads_model(call: Call, text: str) -> bool:
    """Artifacts of Weights & Biases are data too."""
    kind = call.argument("type")
    told = "model" in (kind.text if kind is not None and kind.text else text).lower()
    return call.method in _LOADS and (call.method != "use_artifact" or told)


def _consumed(code: Code) -> tuple[list[tuple[str, Place]], list[Place]]:
    """Registered models that are loaded, and loads of which nobody can tell."""
    named: dict[str, Place] = {}
    for literal in code.literals:
        if literal.role is Role.APP and _names_model(literal):
            named.setdefault(literal.text, literal.place)
    for call in code.calls:
        value = call.argument("model_uri", "name_or_path", "root") or call.at(0)
        if call.role is not Role.APP or value is None:
            continue
        if value.text and _loads_model(call, value.text) and _REGISTERED.fullmatch(value.text):
            named.setdefault(value.text, value.place)
    filled_in = [text for text in named if "{…}" in text.rpartition("/")[2]]
    doubts = [named.pop(text) for text in filled_in]
    whole = [(text, place) for text, place in named.items() if text != "models:/"]
    return whole, doubts
