from __future__ import annotations

from agentaudit.code import Strength, Use
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, not_applicable, passed, probe
from agentaudit.probes.fine_tuning.code_in_repository import CREW, HOSTED, NODE, TRAIN, not_here
from agentaudit.probes.fine_tuning.options import not_asked, option_not_given
from agentaudit.probes.fine_tuning.tracked import Tracked, tracked
from agentaudit.probes.fine_tuning.training import training
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.probes.telemetry.callers import uncalled
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "trl==0.19.0\ntransformers==4.53.0\nwandb==0.21.0\nmlflow==3.1.0\n"}
MLFLOW = TRAIN.format("").replace(
    "def main():\n", "import mlflow\n\ndef main():\n    mlflow.start_run()\n"
)
INIT = TRAIN.format("").replace("def main():\n", "import wandb\n\ndef main():\n{}")
FLAG = (
    "import argparse\nimport wandb\n\nparser = argparse.ArgumentParser()\n"
    'parser.add_argument("--wandb", action="store_true")\nargs = parser.parse_args()\n'
    "if args.wandb:\n    wandb.init(project='planner')\n"
)
SETUP = "import mlflow\n\n\ndef setup_runs():\n    mlflow.start_run()\n\n\n"


def _files(manifest: dict[str, str], **files: str) -> dict[str, object]:
    return {"component": {"files": {**manifest, **files}}}


def _asked(project: str, **more: str) -> dict[str, object]:
    """A run that is tracked where its project is named."""
    told = ', report_to="wandb" if tracked else None'
    start = f"def main(project: str = {project}):\n    tracked = len(project) > 0\n"
    text = TRAIN.format(told).replace("def main():\n", start)
    files = {**PYTHON, "train.py": text, **more}
    return {"component": {"files": files}, "repo": {"files": files}}


def _both(**files: str) -> dict[str, object]:
    every = {**PYTHON, **files}
    return {"component": {"files": every}, "repo": {"files": every}}


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
            Outcome.FAIL,
            _files(PYTHON, **{"train.py": INIT.format("    wandb.init(mode='disabled')\n")}),
            "a tracker that is told to do nothing",
        ),
        Example(
            Outcome.FAIL,
            _both(**{"train.py": FLAG + TRAIN.format("")}),
            "a switch that is off unless somebody gives it",
        ),
        Example(
            Outcome.PASS,
            _both(**{"train.py": FLAG + TRAIN.format(""), "run.sh": "python train.py --wandb\n"}),
        ),
        Example(
            Outcome.FAIL,
            _both(**{"train.py": SETUP + TRAIN.format("")}),
            "a run that nobody starts",
        ),
        Example(
            Outcome.FAIL,
            _both(
                **{
                    "train.py": TRAIN.format(', report_to="none"'),
                    "app/main.py": "import mlflow\nmlflow.openai.autolog()\n",
                }
            ),
            "what an agent does is tracked, and no training",
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
    found = training(component)
    missing = unread(component, component.uses("trainer"), "run trackers")
    if missing and not found.files:
        return missing
    if not found.any:
        return not_applicable("no code of it trains a model", component.evidence())
    if not found.runs:
        return not_here(repo, component, found)
    uses = component.uses("tracker")
    signs = tracked(component, found)
    waiting = [sign for sign in signs if _waits(repo, component, sign)]
    if told := [sign for sign in signs if sign not in waiting]:
        return passed(f"runs are reported to {told[0].library}", told[0].place.evidence())
    shown = [found.place().evidence()]
    message = "models are trained here, and no run tracker is told"
    if waiting:
        message = (
            f"{message}: {waiting[0].library} only where something is asked for that nobody asks"
        )
        shown.append(waiting[0].place.evidence())
    elif uses:
        message = f"{message}: {_lacking(uses[0])}"
        shown += [uses[0].place.evidence(), *([uses[0].off.evidence()] if uses[0].off else [])]
    return failed(message, *shown, reason="missing", fact="run tracker", place=component.id)


def _lacking(use: Use) -> str:
    if use.strength is Strength.ON:
        return f"{use.library} is used, and for no run of a training"
    return step_missing(use)


def _waits(repo: Repo, component: Component, sign: Tracked) -> bool:
    """Whether it is only done where an option is given, and nobody gives it; or in a function that
    nobody calls."""
    held = sign.call.condition if sign.call is not None else None
    if held is not None and option_not_given(repo, component, held.place, held.text):
        return True
    never = sign.call is not None and uncalled(repo, component, sign.call) is not None
    return never or not_asked(repo, component, sign.place)
