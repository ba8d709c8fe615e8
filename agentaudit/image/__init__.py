"""What a container image is, in the words that probes and reports ask in.

An image is known by several digests: of its index, manifest and configuration, which tools rewrite
as they copy it; and by the ordered digests of its unpacked layers (diff_ids), which none of them
changes. The diff_ids are its identity, the others are aliases that traces record.

Everything here comes from outside. Values are kept as read, secrets of the environment excepted;
what shows them passes them through `evidence.safe`.
"""

from __future__ import annotations

from agentaudit.image.code import BuildPlan, CommitTree, Drift, LockFile, Pin
from agentaudit.image.facts import (
    DISTRIBUTION,
    Attachment,
    Attestation,
    Bill,
    ContentVerdict,
    CudaFact,
    OperatingSystem,
    Package,
    Runtime,
    Trust,
    Verdict,
)
from agentaudit.image.files import FileEntry, FileKind, FileMap
from agentaudit.image.whole import Contents, Image, Instruction, Layer, Settings

__all__ = [
    "DISTRIBUTION",
    "Attachment",
    "Attestation",
    "Bill",
    "BuildPlan",
    "CommitTree",
    "ContentVerdict",
    "Contents",
    "CudaFact",
    "Drift",
    "FileEntry",
    "FileKind",
    "FileMap",
    "Image",
    "Instruction",
    "Layer",
    "LockFile",
    "OperatingSystem",
    "Package",
    "Pin",
    "Runtime",
    "Settings",
    "Trust",
    "Verdict",
]
