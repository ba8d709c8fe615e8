"""All configured images together: what probes ask."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

from msgspec.structs import replace

from agentaudit.errors import SourceError
from agentaudit.evidence import Evidence, Location, safe
from agentaudit.image import Image
from agentaudit.ledger import Ledger
from agentaudit.sources.images.attest import attested
from agentaudit.sources.images.cache import LayerCache
from agentaudit.sources.images.extract import extract, wanted
from agentaudit.sources.images.limits import Spent, TooMuch
from agentaudit.sources.images.merge import merged
from agentaudit.sources.images.opening import ImageSource, Opened, ReadOptions, find, open_image
from agentaudit.sources.images.references import full
from agentaudit.sources.images.scan import LayerScan
from agentaudit.sources.images.streams import DIGEST
from agentaudit.target import Resolution, Target

UNASKED = "not examined: no question needed them"


class ConfiguredImages:
    """Every declared image, opened; layers are read when somebody asks. Close it after use."""

    def __init__(self, opened: list[Opened], options: ReadOptions) -> None:
        self._options = options
        self._opened = [_attested(each) for each in opened]
        self._declared = len(opened)
        self._cache = LayerCache(options.cache, wanted(), options.limits)
        self._examined: dict[str, Image] = {}
        self._targets: dict[str, Target] = {}

    def __enter__(self) -> ConfiguredImages:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._opened:
            each.transport.close()

    @property
    def name(self) -> str:
        """For evidence: the references, joined by a comma."""
        return ", ".join(each.source.uri for each in self._opened[: self._declared])

    def all(self) -> tuple[Image, ...]:
        found: dict[str, Image] = {}
        for each in self._opened[: self._declared]:
            found.setdefault(each.image.likeness, each.image)
        return tuple(found.values())

    def image(self, digest: str) -> Target:
        if digest not in self._targets:
            self._targets[digest] = self._looked_up(digest)
        return self._targets[digest]

    def open(self, reference: str) -> Target:
        for each in self._opened:
            if reference == each.source.uri or full(reference) in map(full, each.image.names):
                return _target(each, reference)
        return self.image(reference)

    def _looked_up(self, text: str) -> Target:
        found = DIGEST.search(text)
        if found is None:
            detail = f"{safe(text)} names no digest, so it may stand for any image"
            return Target(Resolution.BROKEN, detail, "not_pinned")
        digest = found[0]
        for each in self._opened:
            if digest == each.image.identity or digest in each.image.aliases:
                return _target(each, digest)
        try:
            another = find(self._opened[: self._declared], digest, self._options)
        except SourceError as error:
            return Target(Resolution.NOT_LOOKED, safe(str(error)), "unreadable")
        if another is None:
            return Target(Resolution.BROKEN, f"{digest} is not in {safe(self.name)}", "broken")
        self._opened.append(_attested(another))
        return _target(self._opened[-1], digest)

    def examine(self, image: Image) -> Image:
        known = self._examined.get(image.likeness)
        if known is None:
            with _uncollected():
                known = self._examined[image.likeness] = self._read(image)
        return replace(image, contents=known.contents, why=known.why, damaged=known.damaged)

    def _read(self, image: Image) -> Image:
        way = next(e for e in self._opened if e.image.identity == image.identity)
        if absent := way.transport.absent(way.image):  # asked first: the cache may know them
            many = f"{absent} of its {len(way.image.layers)} layers are not there"
            return replace(image, why=f"not examined: {many}")
        try:
            scans = self._scans(way)
            files = merged((scans[each] for each in image.diff_ids), self._options.limits)
        except TooMuch as error:
            return replace(image, why=f"not examined: {safe(str(error))}")
        except SourceError as error:
            return replace(image, why=f"cannot be read: {safe(str(error))}", damaged=True)
        problems = tuple(
            oddity for each in dict.fromkeys(image.diff_ids) for oddity in _odd(scans[each])
        )
        return replace(image, contents=extract(files, image.settings.env, problems), why="")

    def _scans(self, way: Opened) -> dict[str, LayerScan]:
        """Scans of all layers, by diff_id. Raises TooMuch and SourceError."""
        image, spent = way.image, Spent(self._options.limits)
        if image.size is not None and image.size > self._options.limits.image:
            spent.pack(image.size)
        found: dict[str, LayerScan] = {}
        for diff_id in dict.fromkeys(image.diff_ids):
            kept = self._cache.get(diff_id)
            if kept is not None:
                spent.recall(kept.unpacked, kept.members)
                found[diff_id] = kept
        needed = [each for each in dict.fromkeys(image.diff_ids) if each not in found]
        if needed:
            for scan in way.transport.scans(image, needed, wanted(), spent):
                self._cache.put(scan)
                found[scan.diff_id] = scan
        return found

    def ledgers(self) -> list[Ledger]:
        return [self._ledger(each) for each in self._opened[: self._declared]]

    def _ledger(self, way: Opened) -> Ledger:
        image = way.image
        known = self._examined.get(image.likeness)
        ledger = Ledger("images", way.source.uri, way.source.role)
        about = f"{image.settings.platform or 'no platform'}, {len(image.layers)} layers"
        if known is not None and known.contents is not None:
            ledger.read = sum(1 for _ in known.contents.files.files())
            ledger.notes += [f"{about}, identity {image.identity}", *known.contents.problems]
        else:
            ledger.notes.append(f"{about}, {known.why if known else UNASKED}")
        return ledger


def open_images(sources: list[ImageSource], options: ReadOptions) -> ConfiguredImages:
    """Open every image, without reading a layer. Raises SourceError for the first that fails."""
    opened: list[Opened] = []
    with ExitStack() as failing:
        for source in sources:
            way = open_image(source, options)
            failing.callback(way.transport.close)
            opened.append(way)
        failing.pop_all()
    return ConfiguredImages(opened, options)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No collection of cycles while hundreds of thousands of entries without any are made: each
    would look at all of them again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _attested(way: Opened) -> Opened:
    """The same with what is attached to the image read."""
    return replace(way, image=replace(way.image, attestations=attested(way.image, way.keys)))


def _odd(scan: LayerScan) -> list[str]:
    """What is odd about a layer, a sentence each."""
    return [
        f"{what}: {count}, e.g. {', '.join(map(safe, names))} (layer {scan.diff_id[:19]})"
        for what, (count, *names) in sorted(scan.oddities.items())
    ]


def _target(way: Opened, digest: str) -> Target:
    place = Location(way.source.uri, digest)
    detail = f"{digest} opens in {safe(way.source.uri)}"
    said = f"image {way.image.identity}, {len(way.image.layers)} layers"
    return Target(Resolution.RESOLVED, detail, content=way.image, evidence=(Evidence(place, said),))
