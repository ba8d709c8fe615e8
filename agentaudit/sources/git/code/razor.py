"""Pages of Blazor as C#: what stands in their blocks of code, every line where it was."""

from __future__ import annotations

from agentaudit.expressions import regex

_CODE = regex(rb"@(?:code|functions)\s{0,40}\{")
_USING = regex(
    rb"(?m)^[ \t\xef\xbb\xbf]{0,10}@using[ \t]{1,10}([\w.= <>]{1,200}?)[ \t]{0,10};?[ \t\r]{0,10}$"
)
_GIVEN = regex(
    rb"(?m)^[ \t\xef\xbb\xbf]{0,10}@inject[ \t]{1,10}([\w.<>,? ]{1,200}?)[ \t]{1,10}(\w{1,80})"
    rb"[ \t]{0,10};?[ \t\r]{0,10}$"
)
_CLASS = b"class A{"
"""What methods stand in."""


def script(data: bytes) -> bytes:
    """A page without what is no code, everything else where it was."""
    found = _CODE.search(data)
    if found is None:
        return b""
    head = b"\n" * data.count(b"\n", 0, found.end())
    head += (found.end() - len(head) - len(_CLASS)) * b" " + _CLASS
    return head[: found.end()] + data[found.end() : data.rfind(b"}") + 1]


def program(data: bytes) -> bytes:
    """A page as a class of what it is given, with the namespaces that it uses; empty where it holds
    no code."""
    found = _CODE.search(data)
    if found is None:
        return b""
    head = data[: found.start()]
    lines = [b""] * (data.count(b"\n", 0, found.end()) + 1)
    for each in _USING.finditer(head):
        lines[head.count(b"\n", 0, each.start(1))] = b"using " + each[1] + b";"
    fields = b" ".join(each[1] + b" " + each[2] + b";" for each in _GIVEN.finditer(head))
    lines[-1] = _CLASS + fields
    return b"\n".join(lines) + data[found.end() : data.rfind(b"}") + 1]
