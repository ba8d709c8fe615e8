"""Functions that infrastructure code packs from a directory: AWS CDK, SAM and CloudFormation,
Pulumi."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git import outputs, pointed
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.functions import app_roots, templates
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.orders import Order
from agentaudit.sources.git.reader import Reader, ancestors, directory
from agentaudit.sources.git.roles import directory_role

_CDK = regex(
    r"\b(?:Python|Nodejs|Go|Rust|DotNet|Bun)Function\(|\bCode\.from_?[aA]sset\(|\blambda_?\w{0,8}\.Code\.from_?[aA]sset\("
    r"|\b(?:Docker)?ImageCode\.from_?(?:image_?)?[aA]sset\(|\bFileArchive\(|\bContainerImage\.from_?[aA]sset\("
    r"|\bPythonLayerVersion\(",
    re.IGNORECASE,
)
_MENTIONS = ("Function(", "sset(", "FileArchive(")
_KEYED = regex(r"\b(?:entry|directory|projectDir|project_dir|moduleDir|manifestPath)\s*[:=]\s*")
_PATH = regex(r"[\"'`]((?:\.{0,2}/)?[\w.@-]{1,100}(?:/[\w.@-]{1,100}){0,12}/?|\.{1,2})[\"'`]")
_HERE = regex(r"__dirname|import\.meta\.dirname|__file__|dirname\(")
_RUNTIME = regex(r"\bRuntime\.(?:PYTHON|NODEJS|JAVA|DOTNET|RUBY)_(\d{1,2}(?:_\d{1,2})?)\b")
_LONGEST = 600
_CODE_URI = regex(
    r"^\s*(?:CodeUri|ContextDir|DockerContext|Code)\s*:\s*[\"']?([\w./@-]{1,200})[\"']?\s*$", re.M
)
_GLOBALS = regex(r"^Globals:", re.M)
_RESOURCE = regex(r"^ {1,4}\w{1,100}:[ \t]*\n {2,8}Type:", re.M)
_ASKED = regex(
    r"^\s*Runtime:\s*(?:[\"']?([a-z]{2,10}[\d.]{1,8}(?:\.x)?)[\"']?|!Ref\s{1,4}[\"']?(\w{1,100})[\"']?)\s*$",
    re.M,
)
_DEFAULT = regex(r"^\s+Default:\s*[\"']?([a-z]{2,10}[\d.]{1,8}(?:\.x)?)[\"']?\s*$", re.M)
"""What a parameter stands for where nobody sets it."""

_IMAGE = regex(
    r"\b(?:ContainerImage\.from_?[aA]sset|ImageCode\.from_?(?:image_?)?[aA]sset|DockerImageAsset)\("
)
_TOOL = regex(r"\bDockerImage\.from_?[bB]uild\(")
_FILE = regex(r"\bfile\s{0,9}[:=]\s{0,9}[\"'`]([\w./-]{1,200})[\"'`]")
_SITE = regex(r"\b(?:Source\.asset|NodejsBuild|StaticSite|SpaDeploy\w{0,20})\(\s{0,80}")
_NAME = regex(r"(\w{1,80})\s{0,9}[,)]")
_BUILT = ("/dist", "/build", "/out", "/public", "/.next", "/www")
"""Where a page is compiled to, below its project."""


def functions(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Directories with a manifest that such code packs; what it packs without one is no part."""
    stacks = {directory(path) for path in reader.named("cdk.json".__eq__)}
    stacks |= {
        directory(path) for path in reader.named(lambda n: n in ("Pulumi.yaml", "sst.config.ts"))
    }
    for path in reader.paths:
        if path.endswith((".ts", ".py", ".js")) and reader.is_own(path):
            stack = next((home for home in ancestors(directory(path)) if home in stacks), None)
            if stack is not None:
                yield from _in_code(reader, homes, path, stack)
                yield from _sites(reader, homes, path, stack)
    for path in templates(reader):
        yield from _in_template(reader, homes, path)
    yield from pointed.projects(reader, homes)


def _in_code(reader: Reader, homes: Homes, path: str, stack: str) -> Iterator[Build]:
    text = reader.text(path) or ""
    if not any(mention in text for mention in _MENTIONS):
        return
    for found in _CDK.finditer(text):
        given = text[found.end() : found.end() + _LONGEST]
        keyed = _KEYED.search(given) if "Function(" in found[0] or "Layer" in found[0] else None
        if "Function(" in found[0] and keyed is None:
            continue
        at = found.end() + (keyed.end() if keyed else 0)
        target = _target(reader, path, stack, text[at : at + 300])
        home = homes.nearest(target) if target is not None else None
        # What is bundled takes its packages from the nearest project, if only the stack's own; one
        # that only deploys is none.
        bundled = "Nodejs" in found[0] and directory_role(home or "") is not Role.INFRA
        made = outputs.home(f"/{target}") == f"/{home}"
        if home is not None and (bundled or made or home == target != stack):
            line = text.count("\n", 0, found.start()) + 1
            begin = found.end() if "Function(" in found[0] else _opening(text, found.start())
            asked = _RUNTIME.search(_construct(text[begin : begin + 2_000]))
            version = asked[1].replace("_", ".").strip(".") if asked else ""
            yield Build(home, reader.place(path, line), runtime=version, configures=True)


def orders(reader: Reader) -> Iterator[Order]:
    """Images that a stack has built, by the directory and the build file that it names."""
    for path, place, context, given in _asked_for(reader, _IMAGE):
        file = _FILE.search(given)
        recipe = joined(context, file[1]) if file else None
        if recipe in reader.known:
            yield Order(reader.place(path, place), context, recipe, frozenset())


def tools(reader: Reader) -> frozenset[str]:
    """Directories of images in which a stack only packs something."""
    return frozenset(context for _, _, context, _ in _asked_for(reader, _TOOL))


def _asked_for(reader: Reader, pattern: re.Pattern[str]) -> Iterator[tuple[str, int, str, str]]:
    """File, line, directory and arguments of each such call of a stack."""
    stacks = {directory(path) for path in reader.named("cdk.json".__eq__)}
    for path in reader.paths if stacks else ():
        asked = path.endswith((".ts", ".py")) and reader.is_own(path)
        text = (reader.text(path) or "") if asked else ""
        stack = next((home for home in ancestors(directory(path)) if home in stacks), None)
        if "Image" not in text or stack is None:
            continue
        for found in pattern.finditer(text):
            given = _construct(text[found.end() : found.end() + 2_000])
            context = _target(reader, path, stack, given[:300])
            if context is not None:
                yield path, text.count("\n", 0, found.start()) + 1, context, given


def _sites(reader: Reader, homes: Homes, path: str, stack: str) -> Iterator[Build]:
    """Pages that a stack compiles and uploads."""
    text = reader.text(path) or ""
    for found in _SITE.finditer(text):
        given = text[found.end() : found.end() + 300]
        if named := _NAME.match(given):
            assigned = re.search(
                rf"\b{re.escape(named[1])}\s*=\s*([^;\n]{{1,300}}(?:\n[^;\n]{{1,200}})?)", text
            )
            given = assigned[1] + ";" if assigned else ""
        for end in ("", *_BUILT):
            cut = given.replace(f'{end}"', '"').replace(f"{end}'", "'") if end else given
            target = _target(reader, path, stack, cut)
            page = f"{target}/package.json" in reader.known and target in homes.known
            if target is not None and page and target != stack:
                yield Build(target, reader.place(path, text.count("\n", 0, found.start()) + 1))
                break


def _target(reader: Reader, path: str, stack: str, text: str) -> str | None:
    """The directory that an expression means: relative to the file where it says so, else to where
    the stack is deployed from."""
    end = next(
        (n for n, letter in enumerate(text) if letter in ",;{" and _closed(text[:n])), len(text)
    )
    parts = [match[1] for match in _PATH.finditer(text[:end])]
    if not parts:
        return None
    relative = "/".join(parts)
    bases = [directory(path)] if _HERE.search(text[:end]) else [stack, directory(path), ""]
    for base in bases:
        for up in ("", ".."):
            # What is compiled to a directory of its own says one more level.
            target = joined(base, f"{up}/{relative}".lstrip("/") if up else relative)
            if target in reader.directories:
                return target
            if target is not None and target in reader.known:
                return directory(target)
            made = (outputs.home(f"/{target or ''}") or "").lstrip("/")
            if made and f"{made}/pom.xml" in reader.known:
                return made
    return None


def _construct(text: str) -> str:
    """The arguments up to the parenthesis that closes them."""
    depth = 1
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return text[:index]
    return text


def _opening(text: str, at: int) -> int:
    """Where the arguments begin that stand around a place."""
    depth = 0
    for index in range(at - 1, max(at - 2_000, -1), -1):
        depth += (text[index] == "(") - (text[index] == ")")
        if depth > 0:
            return index + 1
    return at


def _closed(text: str) -> bool:
    return text.count("(") <= text.count(")")


def _in_template(reader: Reader, homes: Homes, path: str) -> Iterator[Build]:
    text = reader.text(path) or ""
    declared = "EnvironmentVariables:" in text
    for root, line in app_roots(text) if "AWS::Amplify::App" in text else ():
        if root in homes.known:
            yield Build(root, reader.place(path, line), configures=declared)
    if "AWS::Serverless" not in text and "AWS::Lambda" not in text:
        return
    shared = text[found.start() :] if (found := _GLOBALS.search(text)) else ""
    shared = shared.partition("\nResources:")[0]
    starts = [found.start() for found in _RESOURCE.finditer(text)]
    for found in _CODE_URI.finditer(text):
        target = joined(directory(path), found[1])
        if target is not None and target in homes.known:
            start = max((at for at in starts if at < found.start()), default=0)
            end = min((at for at in starts if at > found.start()), default=len(text))
            said = f"{text[start:end]}\n{shared}"
            place = _place(reader, path, text, found)
            yield Build(
                target,
                place,
                runtime=_asked(said, text),
                configures="Variables:" in said or "Environment:" in said,
            )


def _asked(said: str, template: str) -> str:
    """The runtime that a function names, itself or by a parameter of its template."""
    found = _ASKED.search(said)
    if found is None or found[1]:
        return found[1] if found else ""
    _, _, after = template.partition(f"\n  {found[2]}:")
    default = _DEFAULT.search(_RESOURCE.split(after)[0][:600])
    return default[1] if default else ""


def _place(reader: Reader, path: str, text: str, found: re.Match[str]) -> Place:
    return reader.place(path, text.count("\n", 0, found.start(1)) + 1)
