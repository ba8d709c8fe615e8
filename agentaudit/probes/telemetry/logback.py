"""Logs of Spring and Quarkus: files of Logback that write JSON, and what hands every record the
trace id by the context of the thread."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.markup import without_comments
from agentaudit.probes.telemetry import quarkus, spring
from agentaudit.source import Component, Place, Repo

_FILE = regex(r"(?:^|/)src/main/resources/(?:[\w-]{1,40}/)?log(?:back|4j2)[\w.-]{0,40}\.xml$")
_APPENDER = regex(
    r"(?s)<appender\s[^>]{0,200}?name=\"([\w.-]{1,60})\"[^>]{0,200}(?<!/)>(.{1,6000}?)</appender>"
)
_JSON = regex(
    r"(?i)class=\"[\w.]{0,120}(?:Logstash\w{0,20}Encoder|Json\w{0,30}(?:Encoder|Layout)|EcsEncoder"
    r"|StructuredLogEncoder|StackdriverJsonLayout)\""
)
_LOG4J = regex(
    r"(?s)<(Console|RollingFile|RollingRandomAccessFile|RandomAccessFile|File)\s[^>]{0,300}?"
    r"name=\"([\w.-]{1,60})\"[^>]{0,400}(?<!/)>(.{1,3000}?)</(?:Console|Rolling\w{4,20}|RandomAccessFile|File)>"
)
_LAYOUT = regex(r"<(?:JsonTemplateLayout|JsonLayout|EcsLayout)\b")
_PROFILE = regex(r"(?s)<springProfile\s+name=\"([^\"]{1,120})\"\s*>(.*?)</springProfile>")
_SERVING = regex(
    r"(?i)(?<!!)\b(?:prod|production|default|docker|k8s|kubernetes|cloud|staging)\b|!\s*(?:dev|local|test)"
)
_REFERS = regex(r"(?i)<appender-?ref\s+ref=\"([\w.-]{1,60})\"")


def structured(repo: Repo, component: Component) -> Iterator[Place]:
    """Where Spring Boot is told to write JSON, or a file of Logback or Log4j gives records to an
    appender that does, where it serves."""
    yield from filter(None, [spring.structured(component)])
    home = "" if component.path == "." else component.path + "/"
    for file in repo.files(f"{home}**/*.xml"):
        if not _FILE.search(file.path):
            continue
        text = without_comments((repo.read(file) or "")[:100_000])
        served = _PROFILE.sub(lambda found: found[2] if _SERVING.search(found[1]) else "", text)
        json = {name for name, body in _APPENDER.findall(text) if _JSON.search(body)}
        json |= {name for _, name, body in _LOG4J.findall(text) if _LAYOUT.search(body)}
        if any(name in json for name in _REFERS.findall(served)):
            yield replace(file, line=None, text="")


_PATTERN = regex(r"(?is)<(?:pattern|PatternLayout\s+pattern=\")>?\s{0,40}([^<\"]{1,600})")


def patterns(repo: Repo, component: Component) -> Iterator[Place]:
    """What files of Logback or Log4j say of the form of a record; nothing where one is JSON."""
    home = "" if component.path == "." else component.path + "/"
    files = [file for file in repo.files(f"{home}**/*.xml") if _FILE.search(file.path)]
    texts = {file: without_comments((repo.read(file) or "")[:100_000]) for file in files}
    if any(_JSON.search(text) or _LAYOUT.search(text) for text in texts.values()):
        return
    for file, text in texts.items():
        for found in _PATTERN.finditer(text):
            yield replace(file, line=None, text=found[1].strip()[:300])


_PUTS = regex(
    r"(?i)\bMDC\.put(?:Closeable)?\(\s{0,40}(?:\"(?:x-)?trace[_-]?id\"|[\w.]{0,80}TRACE_?ID\w{0,20})\s{0,9},"
)


def joined(repo: Repo, component: Component) -> Iterator[Place]:
    """The bridge of tracing that puts the trace id into the context of every record, or code that
    does where a file of Logback writes the context."""
    yield from spring.bridges(component)
    yield from filter(None, [quarkus.bridge(repo, component)])
    if next(structured(repo, component), None) is None:
        return
    home = "" if component.path == "." else component.path + "/"
    for kind in ("java", "kt"):
        for file in repo.files(f"{home}**/src/main/**/*.{kind}"):
            text = repo.read(file) or ""
            if "MDC.put" in text and (found := _PUTS.search(text[:200_000])):
                line = text.count("\n", 0, found.start()) + 1
                yield replace(file, line=line, text=found[0])
