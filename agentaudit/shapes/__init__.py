"""Probes written in a rubric's YAML: a closed set of shapes, no expression language.

Each shape is one kind of question, read from YAML, closed (an unknown key is an error) and turned
into a `Probe` by `compile`. A question that fits none of them is a Python probe.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agentaudit.shapes.artifacts import ImageLabel, RegistryTag
from agentaudit.shapes.files import FileMatches, FilePresent
from agentaudit.shapes.responses import ReferenceKept, SpanAttribute

Shape = Annotated[
    FilePresent | FileMatches | SpanAttribute | ReferenceKept | ImageLabel | RegistryTag,
    Field(discriminator="kind"),
]

__all__ = [
    "FileMatches",
    "FilePresent",
    "ImageLabel",
    "ReferenceKept",
    "RegistryTag",
    "Shape",
    "SpanAttribute",
]
