"""What deployments of models are called, which says nothing about the model that answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentaudit.code import Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.model_ids import model_id

_CLASS = regex(r"(?i)\w{0,20}Standard|\w{0,20}Provisioned\w{0,20}|\w{0,20}Batch|S0")
"""Classes of capacity, which stand beside the name of a deployment as names too."""


def called_otherwise(settings: Iterable[Setting]) -> dict[str, tuple[str, frozenset[Place]]]:
    """Name of a deployment that is the id of another model → the id of its own, and where it is
    named so. A name that two deployments give to different models is left out."""
    found: dict[str, set[str]] = {}
    places: dict[str, set[Place]] = {}
    for name, model in deployments(settings):
        found.setdefault(name.value.lower(), set()).add(model.value.lower())
        places.setdefault(name.value.lower(), set()).add(name.place)
    return {
        name: (model, frozenset(places[name]))
        for name, models in found.items()
        for model in models
        if len(models) == 1 and model != name and model_id(name) and model_id(model)
    }


def _names(setting: Setting) -> bool:
    return setting.name == "name" and not _CLASS.fullmatch(setting.value)


def deployments(settings: Iterable[Setting]) -> Iterator[tuple[Setting, Setting]]:
    """The name of each deployment and the model that stands below it: of several in one list, the
    name before."""
    last: dict[tuple[str, str, str], Setting] = {}
    for row in filter(_names, settings):
        above = row.path.rpartition(".")[0]
        home = above.removesuffix(".model").removesuffix(".properties")
        name = last.get((row.place.repo, row.place.path, home))
        if above.endswith(".model") and name is not None:
            yield name, row
        last[row.place.repo, row.place.path, above] = row
