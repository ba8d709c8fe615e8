"""What extractors find in files, compared with the own tools of distributions where those are."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import subprocess
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from agentaudit.image import DISTRIBUTION, CudaFact, FileMap, Package
from agentaudit.sources.images.extract import extract, wanted
from agentaudit.sources.images.extract.cuda_runtime import disagreeing
from agentaudit.sources.images.extract.settings import environment, labels

DISTS = "usr/lib/python3/dist-packages"


def held(files: dict[str, str | bytes], env: dict[str, str] | None = None) -> FileMap:
    """A map that keeps the content of wanted files only, as a real reader does."""
    data = {p: t if isinstance(t, bytes) else t.encode() for p, t in files.items()}
    whole = FileMap.of(data)
    kept = {p: d[: w.most] for p, d in data.items() if (w := wanted().of(p)) is not None}
    return FileMap(whole.entries, kept)


def packages(files: dict[str, str | bytes]) -> list[tuple[str, str, str, bool]]:
    found = extract(held(files)).packages
    return [(p.ecosystem, p.name, p.version, p.installed) for p in found]


def test_the_system_is_read_through_links_and_quotes() -> None:
    text = 'NAME=\'A "B"\'\nID=alpine\nVERSION_ID=3.20.1\n# x\nBROKEN=\'\nPRETTY_NAME="A v3"\n'
    system = extract(held({"etc/os-release": text})).system
    assert system is not None
    assert (system.id, system.version, system.name) == ("alpine", "3.20.1", "A v3")
    assert extract(held({"usr/bin/x": ""})).system is None
    old = extract(held({"etc/debian_version": "12.5\n"})).system
    assert old is not None
    assert (old.id, old.version) == ("debian", "12.5")


def test_deb_packages_that_are_installed() -> None:
    status = (
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n"
        "Description: a\n Package: not-me\n\n"
        "Package: old\nStatus: deinstall ok config-files\nVersion: 1\n\n"
        "Package: half\nStatus: install ok half-configured\nVersion: 1\n"
    )
    assert packages({"var/lib/dpkg/status": status}) == [("deb", "libc6", "2.36-9", True)]


def test_deb_packages_of_an_image_without_dpkg() -> None:
    files = {
        "var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12\n",
        "var/lib/dpkg/status.d/base.md5sums": "Package: fake\nVersion: 1\n",
    }
    assert packages(files) == [("deb", "base-files", "12", True)]


def test_deb_packages_equal_those_of_dpkg_query() -> None:
    status = Path("/var/lib/dpkg/status")
    if not status.is_file() and not os.environ.get("CI"):
        pytest.skip("this is no Debian")
    form = "${db:Status-Status} ${Package} ${Version}\n"
    told = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True)
    rows = [line.split(" ") for line in told.stdout.splitlines()]
    wanted_pairs = sorted((name, version) for state, name, version in rows if state == "installed")
    found = packages({"var/lib/dpkg/status": status.read_bytes()})
    assert sorted((name, version) for _, name, version, _ in found) == wanted_pairs
    assert len(found) > 50


def test_apk_packages() -> None:
    text = (
        "C:Q1x\nP:musl\nV:1.2.5-r0\nA:x86_64\nF:lib\nR:ld.so\n\nP:busybox\nV:1.36.1-r29\n\nP:bad\n"
    )
    assert packages({"lib/apk/db/installed": text}) == [
        ("apk", "busybox", "1.36.1-r29", True),
        ("apk", "musl", "1.2.5-r0", True),
    ]


def header(**tags: str | int) -> bytes:
    """A package header as rpm writes it."""
    numbers = {"name": 1000, "version": 1001, "release": 1002, "epoch": 1003}
    index, data = b"", b""
    for key, value in tags.items():
        if isinstance(value, int):
            data += b"\0" * (-len(data) % 4)
            index += struct.pack(">IIII", numbers[key], 4, len(data), 1)
            data += struct.pack(">I", value)
        else:
            index += struct.pack(">IIII", numbers[key], 6, len(data), 1)
            data += value.encode() + b"\0"
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def database(tmp_path: Path, script: str, blobs: list[bytes]) -> bytes:
    with sqlite3.connect(tmp_path / "rpmdb.sqlite") as made:
        made.executescript(script)
        made.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs])
    made.close()
    return (tmp_path / "rpmdb.sqlite").read_bytes()


TABLE = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);"


@pytest.mark.parametrize("home", ["var/lib/rpm", "usr/lib/sysimage/rpm"])
def test_rpm_packages(tmp_path: Path, home: str) -> None:
    blobs = [
        header(name="bash", version="5.1.8", release="9.el9"),
        header(epoch=1, name="openssl", version="3.0.7", release="27.el9"),
    ]
    data = database(tmp_path, TABLE, blobs)
    assert packages({f"{home}/rpmdb.sqlite": data}) == [
        ("rpm", "bash", "5.1.8-9.el9", True),
        ("rpm", "openssl", "1:3.0.7-27.el9", True),
    ]


SPEC = """\
Name: {name}
Version: 1.4
Release: 3
{epoch}
Summary: a
License: MIT
BuildArch: noarch
%description
a
%files
"""


def test_rpm_packages_equal_those_of_rpm(tmp_path: Path) -> None:
    """A database that rpm itself wrote, from packages that it built."""
    if shutil.which("rpmbuild") is None and not os.environ.get("CI"):
        pytest.skip("rpm is not installed")

    def run(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    for name, epoch in (("lab-a", "Epoch: 2"), ("lab-b", "")):
        spec = tmp_path / f"{name}.spec"
        spec.write_text(SPEC.format(name=name, epoch=epoch))
        run("rpmbuild", "-bb", "--define", f"_topdir {tmp_path}", str(spec))
    where = ("rpm", "--dbpath", str(tmp_path / "db"))
    built = sorted(map(str, tmp_path.rglob("*.rpm")))
    run(*where, "-i", "--nodeps", "--justdb", "--force-debian", *built)
    told = run(*where, "-qa", "--qf", "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n")
    data = (tmp_path / "db" / "rpmdb.sqlite").read_bytes()
    found = packages({"var/lib/rpm/rpmdb.sqlite": data})
    assert [f"{name} {version}" for _, name, version, _ in found] == sorted(told.splitlines())
    assert len(found) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a database",
        b"SQLite format 3\0" + b"\xff" * 4000,
    ],
)
def test_an_rpm_database_that_is_none_is_a_problem(data: bytes) -> None:
    found = extract(held({"var/lib/rpm/rpmdb.sqlite": data}))
    assert found.packages == ()
    assert "rpm database" in found.problems[0]


def test_a_hostile_rpm_database_ends(tmp_path: Path) -> None:
    """A view that never ends instead of a table, and headers that lie about their length."""
    with sqlite3.connect(tmp_path / "x.sqlite") as made:
        made.executescript(
            "CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS "
            "(SELECT x'00' UNION ALL SELECT blob FROM n) SELECT blob FROM n;"
        )
    made.close()
    view = (tmp_path / "x.sqlite").read_bytes()
    assert "no table" in extract(held({"var/lib/rpm/rpmdb.sqlite": view})).problems[0]
    for blob in (b"\xff" * 8, struct.pack(">II", 10_001, 0), b"1", header(name="a")[:-1]):
        (tmp_path / "rpmdb.sqlite").unlink(missing_ok=True)
        data = database(tmp_path, TABLE, [blob])
        assert extract(held({"var/lib/rpm/rpmdb.sqlite": data})).problems


@pytest.mark.parametrize("name", ["Packages", "Packages.db"])
def test_older_rpm_databases_are_said_to_be_unread(name: str) -> None:
    found = extract(held({f"var/lib/rpm/{name}": b"\0" * 100}))
    assert found.packages == ()
    assert "which is not read" in found.problems[0]


def wheel(name: str, version: str, *files: str, **more: str) -> dict[str, str | bytes]:
    """A distribution as installers leave it."""
    info = f"{DISTS}/{name}-{version}.dist-info"
    record = "".join(f"{file},sha256=x,1\n" for file in files)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not me\n"
    found: dict[str, str | bytes] = {f"{info}/METADATA": text, f"{info}/RECORD": record}
    return found | {f"{info}/{k}": v for k, v in more.items()}


def test_python_distributions_are_installed_when_a_file_is_there() -> None:
    files = {
        **wheel("kept", "1.0", "kept/__init__.py", "kept-1.0.dist-info/METADATA"),
        **wheel("gone", "2.0", "gone/__init__.py", "../../../bin/gone", "gone/__pycache__/a.pyc"),
        **wheel("script", "3.0", "../../../bin/script"),
        **wheel("meta", "4.0", "meta-4.0.dist-info/METADATA"),
        f"{DISTS}/kept/__init__.py": "",
        f"{DISTS}/gone/__pycache__/a.pyc": "",
        "usr/bin/script": "",
    }
    assert packages(files) == [
        ("python", "gone", "2.0", False),
        ("python", "kept", "1.0", True),
        ("python", "meta", "4.0", True),
        ("python", "script", "3.0", True),
    ]


def test_old_python_metadata() -> None:
    text = "Metadata-Version: 1.0\nName: Old.Name\nVersion: 0.1\n"
    files: dict[str, str | bytes] = {
        f"{DISTS}/six.egg-info": text.replace("Old.Name", "six"),
        f"{DISTS}/a.egg-info/PKG-INFO": text,
        f"{DISTS}/a.egg-info/top_level.txt": "a\n",
        f"{DISTS}/b.egg-info/PKG-INFO": text.replace("Old.Name", "b"),
        f"{DISTS}/b.egg-info/installed-files.txt": "../b/__init__.py\nPKG-INFO\n",
        f"{DISTS}/b/__init__.py": "",
    }
    assert packages(files) == [
        ("python", "Old.Name", "0.1", False),
        ("python", "b", "0.1", True),
        ("python", "six", "0.1", True),
    ]


@pytest.mark.parametrize(
    "record", ["../../../../../../etc/passwd,,\n", "\0,,\n", '"unclosed\n', "/etc/passwd,,\n", "\n"]
)
def test_a_record_that_leads_elsewhere_harms_nothing(record: str) -> None:
    found = packages(wheel("evil", "1") | {f"{DISTS}/evil-1.dist-info/RECORD": record})
    assert [row[:3] for row in found] == [("python", "evil", "1")]


def test_where_a_distribution_came_from() -> None:
    commit = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
    vcs = f'{{"url": "https://g.example/x", "vcs_info": {{"vcs": "git", "commit_id": "{commit}"}}}}'
    for text, origin in (
        (vcs, f"https://g.example/x@{commit}"),
        ('{"url": "file:///srv/app", "dir_info": {}}', "file:///srv/app"),
        ('{"url": 3}', ""),
        ("[" * 300, ""),
    ):
        files = wheel("x", "1", **{"direct_url.json": text})
        assert extract(held(files)).packages[0].origin == origin


def test_distributions_that_debian_brought_are_known() -> None:
    status = {"var/lib/dpkg/status": "Package: python3-yaml\nVersion: 6.0-3\n"}
    files = {**wheel("PyYAML", "6.0"), **wheel("numpy", "2.1.0", INSTALLER="pip\n"), **status}
    found = {p.name: p.origin for p in extract(held(files)).packages if p.ecosystem == "python"}
    assert found == {"PyYAML": DISTRIBUTION, "numpy": ""}
    del files["var/lib/dpkg/status"]
    assert {p.origin for p in extract(held(files)).packages} == {""}


def _distribution(name: str, rows: str, installer: str = "pip") -> dict[str, str | bytes]:
    info = f"{DISTS}/{name}-1.dist-info"
    said = {"METADATA": f"Name: {name}\nVersion: 1\n", "RECORD": rows, "INSTALLER": installer}
    return {f"{info}/{file}": text for file, text in said.items()}


def test_sources_that_are_not_what_was_installed_are_named() -> None:
    digest = f"sha256={_of(b'X = 1')}"
    rows = f"a/core.py,{digest},6\na/data.json,{digest},6\n../x.py,{digest},6\na/old.py,,\n"
    files = _distribution("a", rows)
    files |= {f"{DISTS}/a/core.py": "X = 1\n", f"{DISTS}/a/old.py": ""}
    assert extract(held(files)).altered == ()
    edited = files | {f"{DISTS}/a/core.py": "X = 2\n", f"{DISTS}/a/data.json": "{}"}
    assert extract(held(edited)).altered == (("a", f"{DISTS}/a/core.py"),)
    shared = edited | _distribution("b", f"a/core.py,sha256={_of(b'X = 2')},6\n", "uv")
    assert extract(held(shared)).altered == (), "a package that was installed later wrote it"
    assert extract(held(edited | _distribution("a", rows, "conda"))).altered == ()


def _of(line: bytes) -> str:
    return urlsafe_b64encode(sha256(line + b"\n").digest()).decode().rstrip("=")


def test_node_packages_and_those_that_are_gone() -> None:
    lock = (
        '{"packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": '
        '{"version": "2.0.0"}, "node_modules/l": {"link": true, "version": "1"}}}'
    )
    files: dict[str, str | bytes] = {
        "srv/node_modules/a/package.json": '{"name": "a", "version": "1.0.0"}',
        "srv/node_modules/@s/c/package.json": '{"name": "@s/c", "version": "3.0.0"}',
        "srv/node_modules/a/test/fixture/package.json": '{"name": "no", "version": "1"}',
        "srv/node_modules/.package-lock.json": lock,
        "srv/node_modules/d/package.json": "{",
    }
    assert packages(files) == [
        ("node", "@s/c", "3.0.0", True),
        ("node", "a", "1.0.0", True),
        ("node", "b", "2.0.0", False),
    ]


def test_cuda_is_told_with_each_place_that_names_it() -> None:
    files: dict[str, str | bytes] = {
        "usr/local/cuda-12.4/version.json": '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}}',
        "usr/local/cuda/version.txt": "CUDA Version 12.4.1\n",
        f"{DISTS}/nvidia/cuda_runtime/lib/libcudart.so.12.4.127": "",
        "var/lib/dpkg/status": "Package: cuda-cudart-11-8\nVersion: 11.8.89-1\n",
        **wheel("nvidia-cuda-runtime-cu12", "12.4.127"),
        **wheel("torch", "2.6.0+cu124"),
    }
    found = extract(held(files), {"CUDA_VERSION": "12.4.1"}).cuda
    assert {fact.version for fact in found} == {"12.4.1", "12.4", "12.4.127", "11.8"}
    assert len(found) == 7
    assert disagreeing(found) == ("11.8", "12.4")
    assert disagreeing([CudaFact("12.4.1", "a"), CudaFact("12.4", "b")]) == ()
    assert extract(held({"usr/local/cuda/version.json": "[]"})).cuda == ()


def test_runtimes_are_told_with_their_place() -> None:
    files: dict[str, str | bytes] = {
        "var/lib/dpkg/status": "Package: python3.11-minimal\nVersion: 3.11.2-6+deb12u4\n",
        "usr/local/bin/python3.12": "",
    }
    found = extract(held(files), {"NODE_VERSION": "v22.1.0"}).runtimes
    assert [(each.name, each.version) for each in found] == [
        ("node", "22.1.0"),
        ("python", "3.11.2"),
        ("python", "3.12"),
    ]


def test_bills_of_materials_in_the_image() -> None:
    cyclone = (
        '{"bomFormat": "CycloneDX", "components": [{"name": "a", "version": "1", "purl": '
        '"pkg:pypi/a@1", "components": [{"name": "b", "version": "2"}]}, {"name": "no version"}]}'
    )
    spdx = (
        '{"spdxVersion": "SPDX-2.3", "packages": [{"name": "c", "versionInfo": "3", "externalRefs":'
        ' [{"referenceType": "purl", "referenceLocator": "pkg:deb/debian/c@3"}]}]}'
    )
    files: dict[str, str | bytes] = {
        "srv/bom.json": cyclone,
        "srv/app.spdx.json": spdx,
        "srv/sbom.json": '{"x": 1}',
    }
    told = [
        (bill.format, bill.path, [(p.ecosystem, p.name, p.version) for p in bill.packages])
        for bill in extract(held(files)).bills
    ]
    assert told == [
        ("SPDX", "srv/app.spdx.json", [("deb", "c", "3")]),
        ("CycloneDX", "srv/bom.json", [("python", "a", "1"), ("", "b", "2")]),
    ]


def test_a_secret_is_no_name_of_a_variable() -> None:
    (name,) = environment(["sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD=x"])
    assert "abcdef" not in name


def test_values_of_the_environment_are_shown_only_where_they_name_versions() -> None:
    key = "sk-" + "proj-abcdefghijklmnopqrstuvwx"
    listed = ["CUDA_VERSION=12.4.1", f"OPENAI_API_KEY={key}", "MODEL_NAME=x", "ODD", "A=b=c"]
    found = environment(listed)
    assert found["CUDA_VERSION"] == "12.4.1"
    assert found["MODEL_NAME"] == "x"
    assert found["A"] == "(3 characters)"
    assert key not in str(found)
    assert set(found) == {"CUDA_VERSION", "OPENAI_API_KEY", "MODEL_NAME", "A"}
    assert key not in str(labels({"note": key, "n": 3}))
    assert labels({"a": "b", "n": 3}) == {"a": "b"}


def test_application_files_are_neither_system_nor_package() -> None:
    files: dict[str, str | bytes] = {
        **wheel("kept", "1.0", "kept/__init__.py"),
        f"{DISTS}/kept/__init__.py": "",
        f"{DISTS}/kept/hotfix.py": "",
        "etc/passwd": "",
        "usr/bin/python3": "",
        "srv/app/main.py": "",
        "srv/app/__pycache__/main.pyc": "",
        "usr/src/app/index.js": "",
        "usr/src/app/node_modules/x/index.js": "",
        "root/.cache/x": "",
        "venv/bin/python3.11": "",
        "venv/pyvenv.cfg": "",
    }
    assert extract(held(files)).application == (
        "srv/app/main.py",
        f"{DISTS}/kept/hotfix.py",
        "usr/src/app/index.js",
    )


def test_wishes_match_paths_in_linear_time() -> None:
    selection = wanted()
    long = "a/" * 2000 + "x" * 2000
    assert all(selection.of(long + end) is None for end in ("", ".dist-info", "/METADATA"))
    assert selection.of("a/b.dist-info/METADATA") is not None
    assert selection.of("a/b.dist-info/LICENSE") is None
    assert isinstance(extract(FileMap({})).packages, tuple)
    assert Package("deb", "a", "1", "p").installed
