from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Value
from agentaudit.expressions import regex
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe
from agentaudit.probes.fine_tuning.training import training
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Place, Repo

TRAINER = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\npeft==0.16.0\n"}
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
_TRAINING = regex(r"(?i)(?:^|[/_.-])(?:train|training|finetune|fine[_-]tune|sft)(?:[/_.-])")
_RESULT = regex(
    r"(?i)(?:^|[/_.-])(?:results?|outputs?|logs?|metrics|evals?|predictions?|history|loss)(?:[/_.-])"
)
_REVISION = regex(r"\b(?:\w+_)?revision[\"']?\s*[:=]\s*[\"']?[0-9a-f]{7,40}\b")
_DVC = regex(
    r"(?i)^\s{0,40}[\"']?dvc_\w{0,30}(?:version|rev|revision|tag)[\"']?\s{0,4}[:=]\s{0,4}"
    r"[\"']?[\w/-]{0,60}\d\.\d"
)
_COMMIT = regex(r"[0-9a-f]{7,64}|v?\d{1,4}(?:\.\d{1,4}){1,3}")
_AZURE = regex(r"\bMLClient(?:\.\w{1,40})?\.data\.get$")
_TAGGED = regex(r"[0-9a-f]{7,64}|(?:[\w-]{0,60}[/_-])?v?\d{1,4}(?:\.\d{1,4}){1,3}")
_FIXED = regex(r"[0-9a-f]{7,64}|\d{1,6}(?:\.\d{1,6}){0,3}")
_VERSION = regex(r":v\d{1,6}$")
NEAR = 5
"""Lines between a data set's name and its revision."""
POSTED = (
    "import requests\n\ndef train(url, config):\n"
    "    return requests.post(f'{url}/v1/customization/jobs', json=config)\n\ntrain('x', {})\n"
)
STAGES = "stages:\n  prepare:\n    cmd: python prepare.py\n    outs:\n    - data/train.jsonl\n"
LOCK = (
    "schema: '2.0'\nstages:\n  prepare:\n    cmd: python prepare.py\n    outs:\n"
    "    - path: data/train.jsonl\n      md5: 2c26b46b68ffc68ff99b453c1d304134\n"
)
DVC = "outs:\n- md5: 2c26b46b68ffc68ff99b453c1d304134\n  path: train.jsonl\n"
WEIGHTS = "outs:\n- md5: 2c26b46b68ffc68ff99b453c1d304134\n  path: model.bin\n"


def _clearml(version: str) -> dict[str, object]:
    text = (
        "from clearml import Dataset\nfrom trl import SFTTrainer\n"
        f"data = Dataset.get(dataset_name='invoices'{version}).get_local_copy()\n"
        "SFTTrainer(model='./base', train_dataset=data).train()\n"
    )
    return {"component": {"files": {**TRAINER, "train.py": text}}}


@probe(
    "fine-tuning-data-versioned",
    fix="Put the data under version control beside the training code: `dvc add data/train.jsonl "
    "&& git add data/train.jsonl.dvc`; for a Hub data set pin `revision: <commit>`.",
    examples=[
        Example(Outcome.PASS, {"component": {"files": {**TRAINER, "data/train.jsonl.dvc": DVC}}}),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **TRAINER,
                        ".gitattributes": "*.jsonl filter=lfs\n",
                        "data/train.jsonl": POINTER,
                    }
                }
            },
            "a pointer names the bytes",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**TRAINER, "data/train.jsonl": '{"text": "a"}\n'}}},
            "small enough to be committed",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **TRAINER,
                        "configs/sft.yaml": "dataset: acme/invoices\nrevision: 9f86d081884c7d65\n",
                    }
                }
            },
            "a Hub data set at a commit",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **TRAINER,
                        "train.py": "from datasets import load_dataset\n"
                        "from trl import SFTTrainer\n"
                        "data = load_dataset('acme/invoices', revision='9f86d081884c7d65')\n"
                        "SFTTrainer(model='./base', train_dataset=data).train()\n",
                    }
                }
            },
            "a Hub data set at a commit, in code",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "requests==2.32.3\nopenai==1.93.0\n",
                        "train.py": POSTED,
                        ".gitattributes": "data/*.jsonl filter=lfs diff=lfs merge=lfs -text\n",
                        "data/samples.jsonl": POINTER,
                    }
                }
            },
            "a provider is asked to train, without a library for it",
        ),
        Example(Outcome.PASS, _clearml(', dataset_version="1.2.0"'), "a registry of data sets"),
        Example(Outcome.FAIL, _clearml(""), "whatever version is the last"),
        Example(Outcome.FAIL, {"component": {"files": TRAINER}}, "no data is versioned"),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "dvc.yaml": STAGES}}},
            "stages without a lock say what is run, and not on which bytes",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {**TRAINER, "dvc.yaml": STAGES, "dvc.lock": LOCK}}},
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        **TRAINER,
                        "configs/sft.yaml": "dataset: acme/invoices\nrevision: main\n",
                    }
                }
            },
            "a branch moves",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "results/eval.jsonl": '{"score": 1}\n'}}},
            "results are no training data",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "training/outputs/loss.jsonl": '{"loss": 1}\n'}}},
            "nor is what the training wrote",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        **TRAINER,
                        "data/eval.jsonl.dvc": "outs:\n- md5: 0123456789abcdef0123456789abcdef\n"
                        "  path: eval.jsonl\n",
                    }
                }
            },
            "what it is measured by teaches it nothing",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "models/model.bin.dvc": WEIGHTS}}},
            "the weights that it begins with",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "data_contracts/sft_schema.json": "{}"}}},
            "how a row looks",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**TRAINER, "adapters/sft/tokenizer.json": "{}"}}},
            "what stands beside the weights",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\n"}}},
            "it trains nothing",
        ),
    ],
)
@of_code("training code")
def data_versioned(repo: Repo, component: Component) -> Answer:
    """Is the training data versioned?

    A fine-tuned model is its data. When rows are corrected or deleted and the file keeps its name,
    nobody can say what the model in production was taught.
    """
    trained = training(component)
    if not trained.any:
        none = not_applicable("no code of it trains a model", component.evidence())
        return unread(component, (), "training code") or none
    found = [place for place, how in component.training_data if _versioned(place, how)]
    found = found or [call.place for call in _pinned_in_code(component)]
    found = found or list(_committed(repo, component))
    found = found or list(_pinned_in_configuration(repo, component))
    if found:
        return passed("the training data is versioned", *(p.evidence() for p in found[:5]))
    return failed(
        "no versioned training data is visible (searched: DVC files, LFS pointers, data files that "
        "are called training data, revisions of Hub data sets in configuration)",
        trained.place().evidence(),
        fact="training data",
        place=component.id,
    )


def _versioned(place: Place, how: str) -> bool:
    """Whether the file is versioned as training data: a plain file must be called so, since most
    data files beside a trainer are results."""
    plain = _TRAINING.search(place.path) and not _ABOUT.search(place.path)
    plain = plain and not _RESULT.search(place.path)
    held_out = _HELD_OUT.search(place.path) and "train" not in place.path.lower()
    kept = how in {"dvc", "lfs"} and not held_out and not _WEIGHTS.search(place.path)
    return kept or bool(plain)


_ABOUT = regex(
    r"(?i)(?:^|[/_.-])(?:schemas?|contracts?|configs?|templates?|deepspeed|args|arguments|params"
    r"|requirements|package|notebooks?|examples?|samples?|tokenizer|special_tokens_map|added_tokens"
    r"|vocab|metadata|trainer_state)(?:[/_.-]|\.json$)"
)
"""Files that say how rows look or how training is run, and hold none; or a few, to show them; and
what stands beside weights."""
_WEIGHTS = regex(
    r"(?i)(?:^|/)(?:models?|weights|checkpoints?|adapters?)/"
    r"|(?:^|[/_.-])(?:base|lora|model|weights)?\.?(?:safetensors|gguf|bin|pth?|ckpt|onnx|h5)(?:\.dvc)?$"
    r"|(?:^|/)(?:models?|weights|checkpoints?|adapters?)\.dvc$"
)
"""Files of models, which training begins with or ends in."""
_HELD_OUT = regex(
    r"(?i)(?:^|[/_.-])(?:evals?|tests?|valid(?:ation)?|golden|benchmarks?)[_.-][^/]*$"
)
"""Files of cases that a model is measured by, not taught."""


def _committed(repo: Repo, component: Component) -> Iterator[Place]:
    """Files beside the training that are called training data; a provider trains from them."""
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in ("jsonl", "csv", "parquet"):
        for place in repo.files(f"{home}**/*.{suffix}"):
            told = _TRAINING.search(place.path) and not _RESULT.search(place.path)
            if place.repo == component.repo and told:
                yield place


def _pinned_in_code(component: Component) -> Iterator[Call]:
    """Data sets that the code loads from the Hub or a registry at one version."""
    for call in component.code.calls:
        revision = call.argument("revision", "version")
        text = revision.text if revision is not None else None
        loads = call.method in ("load_dataset", "snapshot_download", "get_url", "open")
        if (loads and text and _COMMIT.fullmatch(text)) or _of_registry(call, _text(call.at(0))):
            yield call


def _of_registry(call: Call, named: str) -> bool:
    """Whether it asks a registry of data sets for one version: Weights & Biases, ClearML, Azure
    ML; or DVC for a tag of another repository."""
    if call.below("dvc"):
        return _TAGGED.fullmatch(_text(call.argument("rev"))) is not None
    if call.method == "use_artifact":
        return _VERSION.search(named) is not None
    if call.method == "get" and call.below("clearml"):
        given = call.argument("dataset_version", "dataset_id")
    elif _AZURE.search(call.callee):
        given = call.argument("version")
    else:
        return False
    return _FIXED.fullmatch(_text(given)) is not None


def _text(value: Value | None) -> str:
    return (value.text if value is not None else None) or ""


def _pinned_in_configuration(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of the component's configuration that pin a Hub data set to a commit, or what DVC keeps
    elsewhere to a tag."""
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in ("yaml", "yml", "toml", "json"):
        for file in repo.files(f"{home}**/*.{suffix}"):
            if file.repo != component.repo:
                continue
            rows = (repo.read(file) or "").split("\n")
            for number, row in enumerate(rows):
                near = "\n".join(rows[max(0, number - NEAR) : number + NEAR])
                told = _REVISION.search(row[:400]) is not None and "dataset" in near
                if told or _DVC.match(row[:400]):
                    yield replace(file, line=number + 1, text=row.strip())
