from __future__ import annotations

from agentaudit.code import Strength
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe
from agentaudit.probes.fine_tuning.code_in_repository import CREW, HOSTED, NODE, TRAIN
from agentaudit.probes.fine_tuning.options import not_asked
from agentaudit.probes.fine_tuning.training import training
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\nwandb==0.21.0\nmlflow==3.1.0\n"}
MLFLOW = TRAIN.format("").replace(
    "def main():\n", "import mlflow\n\ndef main():\n    mlflow.start_run()\n"
)


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"component": {"files": {**manifest, **files}}}


def _asked(project: str, **more: str) -> dict[str, object]:
    """A run that is tracked where its project is named."""
    told = ', report_to="wandb" if tracked else None'
    start = f"def main(project: str = {project}):\n    tracked = len(project) > 0\n"
    text = TRAIN.format(told).replace("def main():\n", start)
    files = {**PYTHON, "train.py": text, **more}
    return {"component": {"files": files}, "repo": {"files": files}}


@probe(
    "fine-tuning-runs-tracked",
    fix='Report every run to a tracker: `SFTConfig(..., report_to="mlflow")`, or '
    "`mlflow.start_run()` with `mlflow.log_params(...)` around the training.",
    examples=[
        Example(
            Outcome.PASS,
            _files(PYTHON, **{"train.py": TRAIN.format(', report_to="wandb"')}),
            "a word is enough for the trainer",
        ),
        Example(Outcome.PASS, _files(PYTHON, **{"train.py": MLFLOW})),
        Example(
            Outcome.FAIL,
            _files(PYTHON, **{"train.py": TRAIN.format(', report_to="none"')}),
            "trackers are declared, and none is told",
        ),
        Example(Outcome.FAIL, _files(NODE, **{"tune.ts": HOSTED})),
        Example(
            Outcome.FAIL,
            _asked(project='""'),
            "only where a project is named, and nobody names one",
        ),
        Example(Outcome.PASS, _asked(project='"planner"'), "a project is named"),
        Example(
            Outcome.PASS,
            _asked(project='""', **{"run.sh": "python train.py --project planner\n"}),
            "by the script that starts it",
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files({"requirements.txt": "crewai==0.150.0\n"}, **{"main.py": CREW}),
        ),
        Example(
            Outcome.NOT_APPLICABLE,
            _files(
                {"requirements.txt": "openai==1.93.0\nmlflow==3.1.0\n"}, **{"app.py": "x = 1\n"}
            ),
            "it trains nothing",
        ),
    ],
)
@of_code("run trackers")
def runs_tracked(repo: Repo, component: Component) -> Answer:
    """Is a run tracker used where models are trained?

    Of a run without a tracker only the weights remain: not its parameters, its losses, its data,
    nor whose run it was.
    """
    if missing := unread(component, component.uses("trainer"), "run trackers"):
        return missing
    found = training(component)
    if not found.any:
        return not_applicable("no code of it trains a model", component.evidence())
    uses = component.uses("tracker")
    on = [use for use in uses if use.strength is Strength.ON]
    waiting = [use for use in on if not_asked(repo, component, use.place)]
    if on and len(waiting) < len(on):
        on = [use for use in on if use not in waiting]
        return passed(f"runs are reported to {on[0].library}", on[0].place.evidence())
    shown = [found.place().evidence()]
    message = "models are trained here, and no run tracker is told"
    if waiting:
        message = f"{message}: {waiting[0].library} only where an option is given that nobody gives"
        shown.append(waiting[0].place.evidence())
    elif uses:
        message = f"{message}: {step_missing(uses[0])}"
        shown += [uses[0].place.evidence(), *([uses[0].off.evidence()] if uses[0].off else [])]
    return failed(message, *shown, reason="missing", fact="run tracker", place=component.id)
