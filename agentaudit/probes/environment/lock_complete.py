from __future__ import annotations

from collections.abc import Collection

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Gaps, failed, passed, probe
from agentaudit.probes.environment.covering import covers, standing, trusted
from agentaudit.probes.environment.installs import left_out, past_the_lock
from agentaudit.probes.environment.managers import asked, unspoken, used
from agentaudit.source import Component, Lock, Manifest, Repo

PROJECT = '[project]\nname = "planner"\ndependencies = ["openai>=1"]\n'
UV = 'version = 1\n[[package]]\nname = "openai"\nversion = "1.93.0"\n'
NODE = '{"name": "web", "dependencies": {"openai": "^5.0.0"}}'
NODE_LOCK = (
    '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"openai": "^5.0.0"}},'
    ' "node_modules/openai": {"version": "5.1.0"}}}'
)
PINNED = "openai==1.93.0 \\\n    --hash=sha256:" + "9f86d081" * 8 + "\n"
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    "size 12345\n"
)


def _image(line: str, **more: str) -> dict[str, object]:
    """A locked component whose image is built with this line."""
    build = f"FROM python:3.12\nCOPY . .\n{line}"
    files = {"pyproject.toml": PROJECT, "requirements.txt": "openai>=1\n", "uv.lock": UV}
    return {"component": {"files": {**files, "Dockerfile": build, **more}}}


def _packed(lines: str) -> dict[str, object]:
    """A locked component in Node whose image is built with these lines."""
    files = {"package.json": NODE, "package-lock.json": NODE_LOCK}
    return {"component": {"files": {**files, "Dockerfile": f"FROM node:24.1\n{lines}"}}}


def _two(more: str, **files: str) -> dict[str, object]:
    """A component in Node with two locks, the second from before it asked for more."""
    also = f", {more}" if more else ""
    package = NODE.replace('"^5.0.0"', f'"^5.0.0"{also}')
    lock = NODE_LOCK.replace('"^5.0.0"', f'"^5.0.0"{also}').replace(
        "}}}", '}, "node_modules/zod": {"version": "3.1.0"}}}' if also else "}}}"
    )
    yarn = '# yarn lockfile v1\n\n\nopenai@^5.0.0:\n  version "5.1.0"\n'
    locks = {"package-lock.json": lock, "yarn.lock": yarn}
    return {"component": {"files": {"package.json": package, **locks, **files}}}


@probe(
    "environment-lock-complete",
    fix="Commit a lock file beside every manifest, and install from it: `uv lock && git add "
    "uv.lock` and `uv sync --frozen` (npm: `npm ci` with package-lock.json).",
    examples=[
        Example(Outcome.PASS, {"component": {"files": {"pyproject.toml": PROJECT, "uv.lock": UV}}}),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "uv.lock": UV,
                        "app/training/requirements.txt": "trl>=0.9\n",
                    }
                }
            },
            "what is trained with is not in the lock file of the application",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"requirements.txt": PINNED}}},
            "a compiled requirements file with hashes is a lock",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {"pyproject.toml": PROJECT}}},
            "a range resolves differently every day",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT.replace('"]', '", "httpx"]'),
                        "uv.lock": UV,
                    }
                }
            },
            "the lock file is older than the manifest: it lacks one",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "uv.lock": POINTER,
                    }
                }
            },
            "a pointer to a file that is not here",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {"app.py": "import openai\n"}}},
            "nothing declares what it needs",
        ),
        Example(
            Outcome.FAIL,
            _image("RUN pip install -r requirements.txt\n"),
            "the image installs ranges, though a lock file lies beside them",
        ),
        Example(
            Outcome.PASS,
            _image("RUN uv sync --frozen\n", **{"app/scrape/requirements.txt": "scrapy\n"}),
            "a list that the image does not install",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "requirements.txt": "jupyterlab>3.0\n",
                        "uv.lock": UV,
                        "Dockerfile": "FROM python:3.12\nCOPY . .\nRUN uv sync --frozen\n",
                    }
                }
            },
            "a list beside it that nothing installs or imports",
        ),
        Example(
            Outcome.FAIL,
            _image(
                "RUN uv sync --frozen && pip install -r app/scrape/requirements.txt\n",
                **{"app/scrape/requirements.txt": "scrapy\n"},
            ),
        ),
        Example(
            Outcome.FAIL,
            _image("RUN pip install .\n"),
            "the image resolves the manifest anew, and does not ask the lock file",
        ),
        Example(Outcome.PASS, _image("RUN uv sync --frozen && pip install --no-deps .\n")),
        Example(Outcome.FAIL, _image("RUN pip install -q openai\n"), "its newest, not the locked"),
        Example(Outcome.PASS, _image("RUN pip install uv\n"), "a tool that it does not need"),
        Example(
            Outcome.PASS,
            _image("RUN uv sync --frozen && pip install openai\n"),
            "what is installed already",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pyproject.toml": PROJECT,
                        "requirements.txt": PINNED,
                        "Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\n"
                        "RUN pip install -r requirements.txt\nCOPY . .\nRUN pip install .\n",
                    }
                }
            },
            "the project comes after all that it needs",
        ),
        Example(
            Outcome.FAIL,
            _packed("COPY package.json ./\nRUN npm install\nCOPY . .\n"),
            "the lock file is copied too late",
        ),
        Example(Outcome.PASS, _packed("COPY package*.json ./\nRUN npm install\nCOPY . .\n")),
        Example(Outcome.PASS, _packed("COPY package.json ./\nRUN npm install -g pm2\nCOPY . .\n")),
        Example(
            Outcome.FAIL,
            _packed("COPY . .\nRUN corepack enable pnpm && pnpm i\n"),
            "another manager, whose lock is not there",
        ),
        Example(
            Outcome.FAIL,
            _packed("COPY . .\nRUN rm -f package-lock.json && npm install\n"),
            "the lock file is thrown away",
        ),
        Example(Outcome.FAIL, _image("RUN uv sync --upgrade\n"), "whatever is the newest"),
        Example(
            Outcome.FAIL,
            _image(
                "RUN uv sync --frozen && uv pip install langfuse\n",
                **{"app.py": "from langfuse import Langfuse\n"},
            ),
            "a package of its own beside the lock",
        ),
        Example(
            Outcome.FAIL,
            _image("RUN ./install.sh\n", **{"install.sh": "pip install -r requirements.txt\n"}),
            "by a script",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "package.json": NODE.replace("^5.0.0", "^6.0.0"),
                        "package-lock.json": NODE_LOCK,
                    }
                }
            },
            "the lock file is older than the manifest: it pins another version",
        ),
        Example(Outcome.PASS, _two('"zod": "^3.0.0"'), "a leftover lies beside it"),
        Example(Outcome.FAIL, _two(""), "nobody knows which of two is used"),
        Example(
            Outcome.FAIL,
            _two('"zod": "^3.0.0"', Dockerfile="FROM node:24.1\nCOPY . .\nRUN yarn install\n"),
            "an image installs by the leftover",
        ),
    ],
)
def lock_complete(repo: Repo, component: Component) -> Answer:
    """Does a committed lock file pin every direct and transitive dependency?

    A response can only be replayed on the libraries that made it. Version ranges resolve
    differently every day; a lock file resolves the same for ever.
    """
    manifests = [m for m in component.manifests if m.dependencies] or list(component.manifests)
    if not manifests and component.locks and all(map(trusted, component.locks)):
        frozen = (lock.place.evidence() for lock in component.locks)
        return passed("its image installs a frozen list", *frozen)
    if not manifests:
        return failed(
            "no manifest declares dependencies",
            component.evidence(),
            fact="lock file",
            place=component.id,
        )
    settled = used(repo, component)
    loose = {m for m in manifests if left_out(repo, component, m)}
    locks = standing(component.locks, loose, manifests, settled, asked(repo, component))
    locked = {lock.ecosystem for lock in locks if trusted(lock, settled)}
    idle = unspoken(repo, component) if locked else ()
    wanted = [m for m in manifests if m not in loose or m.ecosystem not in {*locked, *idle}]
    gaps = Gaps(len(wanted))
    for manifest in wanted:
        covering = [lock for lock in locks if covers(lock, manifest)]
        if good := [lock for lock in covering if trusted(lock, settled)]:
            gaps.seen(good[0].place.evidence())
            continue
        message, reason = _complaint(manifest, covering, settled)
        shown = [lock.place.evidence() for lock in covering] or [manifest.place.evidence()]
        gaps.fail(message, *shown, fact="lock file", place=component.id, reason=reason)
    for line in past_the_lock(repo, component):
        message = f"{line.path} installs past the lock file"
        gaps.fail(message, line.evidence(), fact="lock file", place=component.id, reason="bypassed")
    return gaps.answer("a lock file pins every dependency")


def _complaint(
    manifest: Manifest, covering: list[Lock], settled: Collection[str]
) -> tuple[str, str]:
    """What is wrong with the nearest thing to a lock, and the reason code."""
    for lock in covering:
        if lock.problem:
            return f"{lock.place.path}: {lock.problem}", "untrusted"
        if lock.missing:
            return f"{lock.place.path} does not pin {', '.join(lock.missing[:5])}", "incomplete"
        if lock.stale:
            shown = ", ".join(lock.stale[:3])
            return f"{lock.place.path} is older than its manifest, which asks for {shown}", "stale"
        return f"{lock.place.path} does not pin every package to one version", "incomplete"
    return f"no lock file for {manifest.place.path} is committed", "missing"
