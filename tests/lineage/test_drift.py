"""Packages of an image against lock files, name by name."""

from __future__ import annotations

from msgspec.structs import replace

from agentaudit.image import Contents, FileMap, LockFile, Package, Pin
from agentaudit.lineage.drift import choose, drift
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.memory import MemoryCommit

SHA = "a" * 40


def contents(*packages: str, ecosystem: str = "python", **gone: str) -> Contents:
    """Packages as `name==version`; those of `gone` left their metadata behind."""
    found = [each.split("==") for each in packages]
    held = [Package(ecosystem, name, version, f"{name}/METADATA") for name, version in found]
    held += [Package(ecosystem, n, v, f"{n}/METADATA", installed=False) for n, v in gone.items()]
    return Contents(FileMap({}), packages=tuple(held))


def lock(*pins: str, **more: bool) -> LockFile:
    """Pins as `name==version`; a question mark behind says that not every installation has it."""
    made = []
    for each in pins:
        name, _, version = each.partition("==")
        made.append(Pin(name, version.removesuffix("?"), not version.endswith("?"), **more))
    return LockFile("requirements.txt", "python", tuple(made))


def test_equal_packages_do_not_drift() -> None:
    held = contents("Foo_Bar==1.0.0", "b==2.0", "pip==24.0", "setuptools==70.1")
    found = drift(held, lock("foo-bar==1.0", "b==2.0", "dev-only==3?"))
    assert found.names == ()
    assert found.compared == 2


def test_every_difference_is_named() -> None:
    held = contents("a==1.1", "b==2.0", "extra==0.1", c="3.0")
    found = drift(held, lock("a==1.0", "b==2.0", "c==3.0", "d==4.0"))
    assert found.unlocked == ("extra 0.1",)
    assert found.changed == ("a 1.1 instead of 1.0",)
    assert found.missing == ("c 3.0", "d 4.0")
    assert len(found.names) == 4


def test_versions_compare_as_installers_do() -> None:
    for installed, locked in (("1.0", "1.0.0"), ("V2", "2"), ("1.0+CU124", "1.0+cu124")):
        assert drift(contents(f"a=={installed}"), lock(f"a=={locked}")).names == ()
    for installed, locked in (("1.0", "1.0.1"), ("1.10", "1.1"), ("2.0+cu124", "2.0")):
        assert drift(contents(f"a=={installed}"), lock(f"a=={locked}")).changed


def test_packages_of_the_distribution_are_its_own() -> None:
    deb = Package("deb", "python3-yaml", "6.0-3", "var/lib/dpkg/status")
    own, by_hand = "usr/lib/python3/dist-packages", "usr/local/lib/python3.11/site-packages"
    for home, installer, debs, unlocked in (
        (own, b"", (deb,), ()),
        (own, b"", (), ("yaml 6.0",)),
        (own, b"pip\n", (deb,), ("yaml 6.0",)),
        (by_hand, b"", (deb,), ("yaml 6.0",)),
    ):
        info = f"{home}/yaml-6.0.dist-info"
        files = FileMap.of({f"{info}/INSTALLER": installer})
        held = Contents(
            files, packages=(Package("python", "yaml", "6.0", f"{info}/METADATA"), *debs)
        )
        assert drift(held, lock("a==1?")).unlocked == unlocked
        if unlocked:
            assert drift(held, lock("yaml==6.0")).names == ()


def test_an_installer_that_is_locked_is_compared() -> None:
    assert drift(contents("pip==24.0"), lock("pip==24.0")).names == ()
    assert drift(contents("pip==23.0"), lock("pip==24.0")).changed == ("pip 23.0 instead of 24.0",)
    assert drift(contents("pip==23.0", "pip==24.0"), lock("pip==24.0")).names == ()


def test_of_global_node_packages_only_installers_are_the_systems() -> None:
    def held(name: str) -> Contents:
        path = f"usr/local/lib/node_modules/{name}/package.json"
        return Contents(FileMap({}), packages=(Package("node", name, "1", path),))

    locked = replace(lock("a==1?"), ecosystem="node")
    assert drift(held("npm"), locked).unlocked == ()
    assert drift(held("evil"), locked).unlocked == ("evil 1",)


def test_the_repositorys_own_package_is_no_drift() -> None:
    """A directory alone may be anybody's: it holds the repository's code, there or installed."""
    home = "usr/lib/python3.11/site-packages"
    files = FileMap.of(
        {
            "srv/my app/planner/core.py": b"X = 1\n",
            f"{home}/planner/core.py": b"X = 1\n",
            f"{home}/planner-0.1.dist-info/RECORD": b"planner/core.py,,\n",
        }
    )
    ours = {files.entries[f"{home}/planner/core.py"].blob}
    path = f"{home}/planner-0.1.dist-info/METADATA"
    for origin, at, unlocked in (
        ("file:///gone", path, ()),
        ("file:///srv/my%20app", "x/METADATA", ()),
        ("file:///gone", "x/METADATA", ("planner 0.1",)),
        ("https://g.example/x", path, ("planner 0.1",)),
    ):
        made = Contents(files, packages=(Package("python", "planner", "0.1", at, origin=origin),))
        assert drift(made, lock("a==1?"), ours).unlocked == unlocked
        assert drift(made, lock("planner==9.9", local=True)).names == ()


def test_a_wheel_on_disk_is_the_repositorys_own_only_if_it_holds_its_code() -> None:
    """A build in two stages installs every dependency from a file."""
    home = "usr/lib/python3.11/site-packages"
    files = {f"{home}/planner/core.py": b"X = 1\n", f"{home}/planner-0.1.dist-info/RECORD": b""}
    files[f"{home}/planner-0.1.dist-info/RECORD"] = b"planner/core.py,sha256=x,6\n"
    held = FileMap.of(files)
    path = f"{home}/planner-0.1.dist-info/METADATA"
    own = Package("python", "planner", "0.1", path, origin="file:///w/planner-0.1-any.whl")
    made = Contents(held, packages=(own,))
    assert drift(made, lock("a==1?")).unlocked == ("planner 0.1",)
    ours = {held.entries[f"{home}/planner/core.py"].blob}
    assert drift(made, lock("a==1?"), ours).unlocked == ()


def test_a_file_that_was_edited_in_place_is_named() -> None:
    held = replace(contents("a==1.0", "yaml==6.0"), altered=(("A", "s/a/core.py"),))
    (found,) = drift(held, lock("a==1.0", "yaml==6.0")).names
    assert found == "s/a/core.py of A was changed after it was installed"
    assert drift(held, LockFile("package-lock.json", "node", ())).names == ()


def test_a_package_from_a_repository_is_pinned_by_its_commit() -> None:
    commit, other = "a1" * 20, "b2" * 20
    package = Package("python", "x", "1.0", "p", origin=f"https://g.example/x@{commit}")
    held = Contents(FileMap({}), packages=(package,))
    assert drift(held, lock(f"x==@{commit}")).names == ()
    assert drift(held, lock("x==1.0")).names == ()
    assert drift(held, lock(f"x==@{other}")).changed
    assert drift(held, lock("x==")).changed == (f"x 1.0 @{commit} instead of an unknown version",)
    assert locks("requirements.txt", f"x @ git+https://g.example/x@{commit}\n") == {
        "x": (f"@{commit}", True, False)
    }


def locks(path: str, text: str) -> dict[str, tuple[str, bool, bool]]:
    """What a lock file of a commit pins: name → version, required, local."""
    repo = MemoryRepo({}, [MemoryCommit({path: text}, sha=SHA)])
    (found,) = repo.locks_at(SHA).content  # type: ignore[misc]
    assert isinstance(found, LockFile)
    assert found.problem == ""
    return {pin.name: (pin.version, pin.required, pin.local) for pin in found.pins}


def test_uv_locks_require_what_every_installation_has() -> None:
    text = """
version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "a", extra = ["x"] }, { name = "win", marker = "sys_platform == 'win32'" }]
[package.optional-dependencies]
gpu = [{ name = "torch" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://x.example" }
dependencies = [{ name = "B_c" }]
[package.optional-dependencies]
x = [{ name = "x" }]
""" + "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0"\n'
        for name in ("b-c", "x", "win", "torch", "pytest")
    )
    found = locks("uv.lock", text)
    assert found["app"] == ("0.1.0", False, True)
    assert {name for name, (_, required, _) in found.items() if required} == {"a", "b-c", "x"}


def test_other_lock_files() -> None:
    poetry = (
        '[[package]]\nname = "A"\nversion = "1"\noptional = false\ngroups = ["main"]\n'
        '[[package]]\nname = "d"\nversion = "2"\noptional = false\ngroups = ["dev"]\n[metadata]\n'
    )
    assert locks("poetry.lock", poetry) == {"a": ("1", True, False), "d": ("2", False, False)}
    pipfile = '{"default": {"a": {"version": "==1"}}, "develop": {"d": {"version": "==2"}}}'
    assert locks("Pipfile.lock", pipfile) == {"a": ("1", True, False), "d": ("2", False, False)}
    pylock = 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n'
    assert locks("pylock.toml", pylock) == {"a": ("1", True, False)}
    npm = (
        '{"packages": {"": {}, "node_modules/a": {"version": "1"}, '
        '"node_modules/@s/d": {"version": "2", "dev": true}}}'
    )
    assert locks("package-lock.json", npm) == {"a": ("1", True, False), "@s/d": ("2", False, False)}
    text = (
        "# by pip-compile\na==1.0 --hash=sha256:aa\nb==2.0 ; sys_platform == 'win32'\n"
        "c[x]==3.0 \\\n    --hash=sha256:bb\n"
    )
    assert locks("requirements.txt", text) == {
        "a": ("1.0", True, False),
        "b": ("2.0", False, False),
        "c": ("3.0", True, False),
    }


def test_what_pins_too_little_is_no_lock_file() -> None:
    repo = MemoryRepo({}, [MemoryCommit({"requirements.txt": "a>=1\nb==2\n"}, sha=SHA)])
    assert repo.locks_at(SHA).content == ()
    broken = MemoryRepo({}, [MemoryCommit({"uv.lock": "not toml ["}, sha=SHA)])
    (found,) = broken.locks_at(SHA).content  # type: ignore[misc]
    assert "cannot be understood" in found.problem


def test_the_lock_file_of_a_component_is_chosen() -> None:
    def at(*paths: str) -> list[LockFile]:
        return [LockFile(path, "python", ()) for path in paths]

    def chosen(locks: list[LockFile], *homes: str) -> list[str]:
        return [lock.path for lock in choose(locks, homes)]

    two = at("services/a/uv.lock", "services/b/uv.lock")
    assert chosen(two, "services/a") == ["services/a/uv.lock"]
    assert chosen(two, "services/a/src") == ["services/a/uv.lock"]
    assert chosen(two, "") == []
    assert chosen(at("x/uv.lock"), "y") == ["x/uv.lock"]
    assert chosen(at("uv.lock", "a/uv.lock"), "a", "") == ["a/uv.lock"]
    assert chosen(at("uv.lock", "requirements.txt"), "") == ["uv.lock"]
    assert chosen(at("a.lock/uv.lock", "b.txt/poetry.lock"), "c") == []
