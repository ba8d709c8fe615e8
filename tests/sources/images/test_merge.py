"""Layers on top of each other: what the container would see, and nothing else."""

from __future__ import annotations

import io
import tarfile

import pytest
from msgspec.structs import replace

from agentaudit.image import FileKind, FileMap
from agentaudit.sources.images.extract import Selection, Wanted
from agentaudit.sources.images.extract.wanted import select
from agentaudit.sources.images.limits import Limits, Refused, Spent
from agentaudit.sources.images.merge import merged
from agentaudit.sources.images.scan import LayerScan, scan
from agentaudit.sources.images.streams import LayerStream
from tests.sources.images.making import Member, file, folder, layer, link, sha256

KEEP: Selection = select([Wanted(r".*keep[^/]*", 100), Wanted(r".*head[^/]*", 4, head=True)])
LIMITS = Limits()


def scanned(*members: Member) -> LayerScan:
    made = layer(*members)
    return scan(LayerStream(io.BytesIO(made), Spent(LIMITS), sha256(made)), KEEP, Spent(LIMITS))


def over(*layers: tuple[Member, ...]) -> FileMap:
    return merged([scanned(*members) for members in layers], LIMITS)


def paths(files: FileMap) -> list[str]:
    return sorted(files.entries)


def test_the_highest_layer_wins_and_says_so() -> None:
    files = over((file("a", b"old"), file("b", b"x")), (file("a", b"newer"),))
    assert (files.entries["a"].size, files.entries["a"].layer) == (5, 1)
    assert files.entries["b"].layer == 0


def test_digests_are_those_of_git_and_sha256() -> None:
    entry = over((file("a", b"hello\n"),)).entries["a"]
    assert entry.blob == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert entry.sha256 == sha256(b"hello\n").removeprefix("sha256:")


def test_a_whiteout_removes_a_file_or_a_tree_of_lower_layers_only() -> None:
    files = over(
        (folder("d"), file("d/a"), file("d/e/f"), file("z")),
        (file(".wh.d"), file("d/new"), file(".wh.z"), file("z", b"again")),
    )
    assert paths(files) == ["d/new", "z"]
    assert files.entries["z"].size == 5


def test_an_opaque_directory_hides_what_lower_layers_put_in_it() -> None:
    files = over(
        (folder("d"), file("d/a"), file("d/e/f"), file("e")),
        (file("d/new"), file("d/.wh..wh..opq")),
    )
    assert paths(files) == ["d", "d/new", "e"]


def test_a_file_over_a_directory_hides_its_children() -> None:
    files = over((folder("d"), file("d/a"), file("d/e/f")), (file("d", b"1"),))
    assert paths(files) == ["d"]
    files = over((folder("d"), file("d/a")), (link("d", "/elsewhere"),))
    assert paths(files) == ["d"]


def test_a_path_below_a_linked_directory_lands_where_the_link_leads() -> None:
    files = over(
        (folder("usr/lib"), link("lib", "usr/lib"), file("usr/lib/a", b"1")),
        (file("lib/a", b"22"), file("lib/.wh.b")),
    )
    assert paths(files) == ["lib", "usr/lib", "usr/lib/a"]
    assert files.entries["usr/lib/a"].size == 2


def test_a_hard_link_is_the_file_it_leads_to() -> None:
    files = over(
        (file("keep", b"hello\n"), link("keep2", "keep", hard=True)),
    )
    first, second = files.entries["keep"], files.entries["keep2"]
    assert (second.blob, second.size, second.path) == (first.blob, 6, "keep2")
    assert files.read("keep2") == b"hello\n"


def test_a_hard_link_to_a_lower_layer_leads_there() -> None:
    files = over((file("a", b"1"),), (link("b", "/a", hard=True),))
    assert (files.entries["b"].size, files.entries["b"].layer) == (1, 1)


def test_a_hard_link_out_of_the_image_holds_nothing() -> None:
    files = over(
        (link("b", "../../etc/shadow", hard=True), link("c", "gone", hard=True)),
    )
    assert [files.entries[p].kind for p in "bc"] == [FileKind.OTHER, FileKind.OTHER]


def test_names_that_lead_out_are_left_out_and_told() -> None:
    found = scanned(
        *(file("../../etc/passwd"), file("a/../../b"), file("/abs"), file("./rel/./x")),
        *(file("fifo", type=tarfile.FIFOTYPE), file("dev", type=tarfile.CHRTYPE)),
        file("d/" * 200 + "deep"),
    )
    assert list(found.entries) == ["abs", "rel/x", "fifo", "dev"]
    ((what, (count, *_)),) = found.oddities.items()
    assert (what.split(",")[0], count) == ("names that lead out of the image", "3")


def test_links_are_followed_inside_the_image_and_never_forever() -> None:
    files = over(
        (
            *(link("a", "b"), link("b", "a"), link("etc/keep", "../usr/lib/keep")),
            *(file("usr/lib/keep", b"yes"), link("up", "../../../usr/lib/keep"), link("x", "x/x")),
        ),
    )
    assert files.read("etc/keep") == b"yes"
    assert files.resolve("up") == "usr/lib/keep"
    assert files.resolve("a") is None
    assert files.resolve("x/y") is None


def test_wanted_contents_are_kept_whole_or_told() -> None:
    found = scanned(file("keep", b"x" * 100), file("keep2", b"x" * 101), file("head", b"12345678"))
    assert found.contents == {"keep": b"x" * 100, "head": b"1234"}
    assert found.oddities == {"package lists that are too large to read": ["1", "keep2"]}


def test_a_replaced_file_leaves_no_content_behind() -> None:
    files = over((file("keep", b"old"),), (link("keep", "other"),))
    assert files.contents == {}
    assert over((file("keep", b"1"),), (file(".wh.keep"),)).contents == {}


def test_names_with_no_utf8_and_twins_stay_apart() -> None:
    files = over(
        (file("A.py"), file("a.py"), file("\udcff\x1b[2J")),
    )
    assert paths(files) == ["A.py", "a.py", "\udcff\x1b[2J"]


def test_time_grows_with_entries_not_with_layers() -> None:
    """Each of 300 layers turns a tree of 1,000 files over; quadratic work would take minutes."""
    tree = scanned(folder("d"), *(file(f"d/{n}") for n in range(1000)))
    swap = scanned(file("d", b"x"))
    assert paths(merged([tree, swap] * 150, LIMITS)) == ["d"]


def test_hard_links_cannot_multiply_what_is_kept() -> None:
    """One list of packages under a million names would be read a million times."""
    members = (file("keep", b"x" * 50), *(link(f"keep{n}", "keep", hard=True) for n in range(9)))
    scans = [scanned(*members)]
    assert len(merged(scans, replace(LIMITS, kept=450)).contents) == 10
    with pytest.raises(Refused, match="hard links multiply"):
        merged(scans, replace(LIMITS, kept=449))


@pytest.mark.parametrize("target", ["opt/a", "lnk/a"])
def test_a_file_that_is_replaced_after_it_was_linked_to_is_refused(target: str) -> None:
    """The link holds what the file was; told by its name alone it would seem to be what it is."""
    made = (file("opt/a", b"hot"), link("main", target, hard=True), file("opt/a", b"good"))
    with pytest.raises(Refused, match="replaces a file"):
        scanned(*made)
    assert paths(over((file("b", b"1"), link("c", "b", hard=True), file("d"), file("d")))) == [
        "b",
        "c",
        "d",
    ]
