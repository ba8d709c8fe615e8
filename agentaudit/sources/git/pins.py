"""Where the language runtime of a directory is pinned, besides its manifests."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.markup import without_comments
from agentaudit.source import ImageUse, Place
from agentaudit.sources.git import asked_runtimes
from agentaudit.sources.git.image_steps import minor
from agentaudit.sources.git.images import short_name
from agentaudit.sources.git.reader import Reader, directory
from agentaudit.sources.git.text import lines

_FILES = {
    ".python-version": "python",
    "runtime.txt": "python",
    ".nvmrc": "node",
    ".node-version": "node",
    ".java-version": "java",
    ".go-version": "go",
    "rust-toolchain": "rust",
    "rust-toolchain.toml": "rust",
    "global.json": "dotnet",
    ".tool-versions": "",
    "mise.toml": "",
    ".mise.toml": "",
    "langgraph.json": "",
    "app.yaml": "",
    "serverless.yml": "",
    "serverless.yaml": "",
    "apprunner.yaml": "",
    "firebase.json": "",
    "cog.yaml": "python",
    "system.properties": "java",
}
"""File name → the ecosystem that it pins; empty for any."""
_INHERITED = {
    "pom.xml": "java",
    "build.gradle": "java",
    "build.gradle.kts": "java",
    "gradle.properties": "java",
    "Directory.Build.props": "dotnet",
}
"""Files of a directory above whose settings the projects below take over."""
_TAKEN_OVER = regex(
    r"<(?:maven\.compiler\.(?:release|source|target)|java\.version|release|jdk\.version|jvmTarget"
    r"|kotlin\.compiler\.jvmTarget)>\s{0,20}(\d[\w.]{0,20})\s{0,20}<"
    r"|(?:JavaLanguageVersion\.of\(|jvmToolchain\(|(?:source|target)Compatibility\s{0,9}=\s{0,9}\D{0,30})"
    r"[\"']?(\d{1,2}(?:\.\d{1,2})?)"
    r"|^[ \t]*java[._-]?[vV]ersion[ \t]*=[ \t]*(\d{1,2})[ \t]*$"
    r"|<TargetFrameworks?>\s{0,20}([\w.;-]{1,80})\s{0,20}<",
    re.MULTILINE,
)
_HANDS_ON = regex(r"<packaging>\s{0,20}pom\b|<modules>|\b(?:sub|all)projects\b")
"""Builds of several projects."""
_GRADLE = ("settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts")
_CONVENTIONS = regex(r"(?:^|/)(?:buildSrc|build-logic|gradle/plugins|build-conventions)/.{1,200}/")
"""Directories of the builds that make plug-ins for those beside them."""
_PLATFORMS = frozenset(
    (
        *("mise.toml", ".mise.toml", "langgraph.json", "app.yaml", "serverless.yml"),
        *("serverless.yaml", "apprunner.yaml", "firebase.json", "cog.yaml", "system.properties"),
    )
)
_TOOLS = frozenset(["python", "node", "nodejs", "golang", "go", "java", "rust", "dotnet"])
_RUNTIME_IMAGES = frozenset(
    [
        "python",
        "node",
        "golang",
        "openjdk",
        "eclipse-temurin",
        "amazoncorretto",
        "rust",
        "bun",
        "deno",
        "sdk",
        "aspnet",
        "runtime",
        "pypy",
        "maven",
        "gradle",
    ]
)
_LANGUAGE_IMAGES = frozenset(
    ["python", "pypy", "node", "golang", "rust", "openjdk", "eclipse-temurin", "amazoncorretto"]
)
"""Those that hold one language whatever their tag is."""
_SERVERS = {
    "langgraph-api": "python",
    "langgraphjs-api": "node",
    "truss-server-base": "python",
}
"""Images of servers whose tag is the version of the language that they run."""
_WRITTEN = regex(
    r"[\"']?(?:(?P<key>python|node|nodejs|go|java)(?:_version|\.runtime\.version)?|runtime)"
    r"[\"']?\s*[:=]\s*[\"']?"
    r"(?P<text>(?:python|nodejs|go|java)?[\d.]{1,12}(?:\.x)?)[\"']?\s*,?$"
)
"""A runtime in a file of a platform: `runtime: python312`, `"python_version": "3.11"`."""
_TAGGED = regex(r"(?:^|[-_.])(?:python|py)-?(3\.\d{1,2}(?:\.\d{1,2})?)(?=[-_]|$)")
"""A version of Python in the tag of an image that is called after something else."""
_JAVA_IMAGES = regex(
    r"(?:[\w]{1,20}-){0,3}(?:openjdk|java|jdk|jre|zulu|liberica|corretto|sapmachine|semeru|graalvm"
    r"|dragonwell|temurin|microsoft-java)(?:-(?:alpine|alpaquita|debian|ubuntu|centos|rocky|slim|headless"
    r"|minimal|devel|runtime|crac|musl|glibc|lite|jdk|jre|java|base)){0,4}"
)
"""Images of Java by the makers of its distributions, and what is called after it: zulu-openjdk,
alpine/java."""
_CALLED = regex(
    r"(?P<name>python|nodejs|openjdk|dotnet)-(?P<version>\d{1,3})"
    r"(?:-(?:minimal|runtime|sdk|aspnet|jre|devel|builder))?"
)
"""Images of one version, called after it: ubi9/python-312, ubi8/openjdk-21-runtime."""
_VERSION = regex(r"\d[\w.+-]{0,60}")


def is_pin(name: str) -> bool:
    """Whether a file of this name pins a runtime."""
    return name in _FILES or name in _INHERITED or asked_runtimes.asks(name) or is_plugin(name)


def is_plugin(name: str) -> bool:
    """Whether a file of this name may be a plug-in that builds of Gradle share."""
    return name.endswith((".gradle", ".gradle.kts")) and name not in _GRADLE


def is_convention(path: str) -> bool:
    """Whether a file is such a plug-in, of all projects beside the build that it is of."""
    return is_plugin(path.rpartition("/")[2]) and _CONVENTIONS.search(path) is not None


def home(path: str) -> str:
    """The directory whose projects a file pins the runtime of."""
    return path[: found.start()] if (found := _CONVENTIONS.search(path)) else directory(path)


def concerns(path: str, ecosystems: set[str]) -> bool:
    """Whether the file pins the runtime of one of the ecosystems; of any, where none is known."""
    name = path.rpartition("/")[2]
    mine = _FILES.get(name) or _INHERITED.get(name, "java" if is_plugin(name) else "")
    return not mine or not ecosystems or mine in ecosystems


def read(reader: Reader, path: str) -> Iterator[tuple[Place, str]]:
    """The versions that one such file names."""
    name = path.rpartition("/")[2]
    if name in _INHERITED or is_plugin(name):
        yield from inherited(reader, path) if name in _INHERITED or is_convention(path) else ()
        return
    if asked_runtimes.asks(name):
        yield from asked_runtimes.read(reader, path)
        return
    for number, line in enumerate(lines(reader.text(path) or "")[:200], 1):
        text = line.partition("#")[0].strip()[:200]
        if name == ".tool-versions":
            tool, _, text = text.partition(" ")
            if tool not in _TOOLS:
                continue
        elif name in ("rust-toolchain.toml", "global.json"):
            found = re.search(r"[\"']?(?:channel|version)[\"']?\s*[=:]\s*[\"']([^\"']{1,60})", text)
            text = found[1] if found else ""
        elif name in _PLATFORMS:
            found = _WRITTEN.fullmatch(text)
            text = _runtime(found) if found else ""
        elif name == "runtime.txt":
            text = text.removeprefix("python-")
        if text:
            yield reader.place(path, number), text.strip()


def meant(reader: Reader, path: str, languages: Collection[str]) -> Iterator[tuple[Place, str]]:
    """Of the runtimes that infrastructure beside several components asks for, those of languages
    that only one of them is written in."""
    if not languages or not asked_runtimes.asks(path.rpartition("/")[2]):
        return
    for place, text in asked_runtimes.read(reader, path):
        language = re.match(r"[a-z]*", text)
        if language and language[0].replace("nodejs", "node") in languages:
            yield place, text


def inherited(reader: Reader, path: str) -> Iterator[tuple[Place, str]]:
    """The version that the projects below a file of a build are compiled for."""
    text = reader.text(path) or ""
    bare = without_comments(text[:300_000])
    whole = path.endswith(("pom.xml", ".gradle", ".gradle.kts")) and not is_convention(path)
    handed = not whole or _HANDS_ON.search(bare)
    if handed and (found := _TAKEN_OVER.search(bare)):
        value = next(group for group in found.groups() if group)
        yield reader.place(path, bare.count("\n", 0, found.start()) + 1), value


def _runtime(found: re.Match[str]) -> str:
    """`python312` of App Engine is 3.12."""
    text = re.sub(r"^(python3)(\d{1,2})$", r"\1.\2", found["text"])
    return f"{found['key']} {text}" if found["key"] else text


def of_image(image: ImageUse) -> tuple[Place, str] | None:
    """What a language's own base image names in its tag; `latest` when it has none."""
    name = short_name(image.reference)
    digest = f"@{image.digest}" if image.digest else ""
    # Where a variable names the image its line does not say which language it is.
    told = "" if name in image.place.text.lower() else f"{name} "
    if name in _RUNTIME_IMAGES and _VERSION.match(image.tag):
        return image.place, f"{told}{image.tag}{digest}"
    if found := _TAGGED.search(image.tag.lower()):
        return image.place, f"python {found[1]}"
    if _JAVA_IMAGES.fullmatch(name) and _VERSION.match(image.tag):
        return image.place, f"java {image.tag}{digest}"
    if name in _SERVERS and _VERSION.match(image.tag):
        return image.place, f"{_SERVERS[name]} {image.tag}{digest}"
    if found := _CALLED.fullmatch(name):
        version = found["version"]
        whole = found["name"] in ("nodejs", "openjdk")
        return image.place, f"{found['name']} {version if whole else minor(version)}{digest}"
    if name in _LANGUAGE_IMAGES:
        return image.place, f"{told}{image.tag or 'latest'}{digest}"
    return None
