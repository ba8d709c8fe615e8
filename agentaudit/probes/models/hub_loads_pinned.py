from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, not_applicable, probe
from agentaudit.probes.models.downloads import Download, downloads
from agentaudit.probes.models.hub import Load, loads
from agentaudit.probes.models.servers import served
from agentaudit.probes.models.spread import spread
from agentaudit.probes.readable import of_code, unread
from agentaudit.source import Component, Repo

SHA = "e4ce9877abf3edfe10b0d82785e83bdcb973e22e"
TRADES = ("model", "embedding", "trainer")
PYTHON = {"requirements.txt": "transformers==4.53.0\nsentence-transformers==5.0.0\n"}
LOAD = "from transformers import AutoModel\nmodel = AutoModel.from_pretrained({})\n"
TS = (
    'import {{ pipeline }} from "@huggingface/transformers";\n'
    'export const embed = await pipeline("feature-extraction", "Xenova/bge-small"{});\n'
)
NODE = {"package.json": '{"name": "web", "dependencies": {"@huggingface/transformers": "3.6.0"}}'}


def _python(source: str) -> dict[str, object]:
    return {"component": {"files": {**PYTHON, "app.py": source}}}


def _load(*arguments: str) -> dict[str, object]:
    return _python(LOAD.format(", ".join(arguments)))


def _image(command: str) -> dict[str, object]:
    files = {
        "requirements.txt": "sentence-transformers==5.0.0\n",
        "Dockerfile": f"FROM python:3.12-slim\nRUN {command}\n",
        "app.py": "from sentence_transformers import SentenceTransformer\n"
        'model = SentenceTransformer("/models/bge")\n',
    }
    return {"component": {"files": files}, "repo": {"files": files}}


@probe(
    "models-hub-loads-pinned",
    fix='Pin the commit of every load: `AutoModel.from_pretrained("BAAI/bge-m3", '
    f'revision="{SHA}")`; its 40 digits stand under "Files and versions" on the Hub.',
    examples=[
        Example(Outcome.PASS, _load('"BAAI/bge-m3"', f'revision="{SHA}"')),
        Example(
            Outcome.PASS,
            {"component": {"files": {**NODE, "app.ts": TS.format(f', {{ revision: "{SHA}" }}')}}},
        ),
        Example(
            Outcome.PASS,
            _python(f'REV = "{SHA}"\n' + LOAD.format('"BAAI/bge-m3", revision=REV')),
            "through a constant",
        ),
        Example(Outcome.FAIL, _load('"BAAI/bge-m3"')),
        Example(Outcome.FAIL, _load('"BAAI/bge-m3"', 'revision="main"'), "a branch moves"),
        Example(
            Outcome.FAIL,
            _load('"BAAI/bge-m3"', f'code_revision="{SHA}"'),
            "the code beside the weights is pinned, and they are not",
        ),
        Example(
            Outcome.FAIL,
            _python('from transformers import pipeline\nask = pipeline("text-classification")\n'),
            "whatever the library takes for that task",
        ),
        Example(Outcome.FAIL, _image("hf download BAAI/bge-m3"), "put into the image"),
        Example(Outcome.PASS, _image(f"hf download BAAI/bge-m3 --revision {SHA}")),
        Example(Outcome.FAIL, _load('"BAAI/bge-m3"', 'revision="latest_v5"'), "a tag moves too"),
        Example(
            Outcome.FAIL,
            _python(
                "from sentence_transformers import SentenceTransformer\n"
                'model = SentenceTransformer("all-MiniLM-L6-v2")\n'
            ),
        ),
        Example(Outcome.FAIL, {"component": {"files": {**NODE, "app.ts": TS.format("")}}}),
        Example(
            Outcome.UNKNOWN,
            _python("import os\n" + LOAD.format('os.environ["MODEL"]')),
            "nobody can tell whether that is a path or a name on the Hub",
        ),
        Example(
            Outcome.NOT_APPLICABLE, _load('"./models/bge"'), "a local path is no load from the Hub"
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _python('"""Add a column."""\nrevision = "1975ea83b712"\n'),
            "a revision of alembic is none of the Hub",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\n", "a.py": "x = 1\n"}}},
        ),
    ],
)
@of_code("loads from the Hub", whole=True)
def hub_loads_pinned(repo: Repo, component: Component) -> Answer:
    """Does every load from the Hugging Face Hub pin a commit?

    A name on the Hub is a git repository that its owner pushes to; weights, tokenizer and even code
    behind it change without a trace in this one. Tags and branches move, a commit does not.
    """
    uses = [use for trade in TRADES for use in component.uses(trade)]
    if missing := unread(component, uses, "loads from the Hub"):
        return missing
    found, built = spread(repo, loads(component)), downloads(repo, component)
    started = list(served(repo, component))
    gaps = Gaps(total := len(found) + len(built) + len(started))
    for load in found:
        _ask(gaps, load, component)
    for download in built:
        _built(gaps, download, component, "put into the image")
    for download in started:
        _built(gaps, download, component, "loaded by a server")
    if not total:
        return not_applicable("no code of it loads a model from the Hub", component.evidence())
    return gaps.answer(f"all {total} loads from the Hub pin a commit")


def _built(gaps: Gaps, download: Download, component: Component, done: str) -> None:
    if download.pinned:
        gaps.seen(download.place.evidence())
        return
    told = f"at {download.revision}, which is no commit" if download.revision else ""
    message = f"{download.name} is {done} {told or 'without a revision'}"
    evidence = download.place.evidence()
    gaps.fail(message, evidence, fact="hub revision", place=component.id, reason="missing")


def _ask(gaps: Gaps, load: Load, component: Component) -> None:
    evidence, place = load.call.place.evidence(), component.id
    if load.pinned:
        gaps.seen(evidence)
    elif load.pinned is None:
        message = f"cannot tell what {load.written} is"
        gaps.doubt(message, evidence, fact="hub revision", place=place, reason="unresolved")
    else:
        message = f"{load.name} is loaded without a revision"
        if load.revision:
            message = f"{load.name} is loaded at {load.revision}, which is no commit"
        gaps.fail(message, evidence, fact="hub revision", place=place, reason="missing")
