"""An independent reading of the page: its elements, and the numbers in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "input", "br", "link", "img", "hr"})


@dataclass
class Element:
    """One element with its own text and its children, in order."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str, class_: str = "") -> list[Element]:
        return [
            e
            for e in self.walk()
            if e.tag == tag and (not class_ or class_ in e.attributes.get("class", "").split())
        ]

    def one(self, tag: str, class_: str = "") -> Element:
        (found,) = self.all(tag, class_)
        return found

    def by_id(self, id: str) -> Element:
        (found,) = (e for e in self.walk() if e.attributes.get("id") == id)
        return found

    @property
    def text(self) -> str:
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join("".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: str) -> Element:
    """The page as a tree. Fails when an element is not closed where it must be."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, [e.tag for e in reader.open]
    return reader.root


def value(data: Any, expression: str) -> Any:
    """What an expression says, worked out from the JSON; see the test that uses it."""
    total: Any = None
    for sign, path in re.findall(r"(?:(?:^|\s)([-+/])\s)?([^\s+/]+)", expression):
        found = _follow(data, path.split("."))
        if total is None:
            total = found
        else:
            total = {"+": total + found, "-": total - found, "/": found and total / found}[sign]
    return total


def _follow(data: Any, steps: list[str]) -> Any:
    for number, step in enumerate(steps):
        if step == "#":
            return len(data)
        if named := re.fullmatch(r"\[(\w+(?:,\w+)+)\]", step):
            return sum(data[name] for name in named[1].split(","))
        if sliced := re.fullmatch(r"\[(\*|:\d+)\]", step):
            end = None if sliced[1] == "*" else int(sliced[1][1:])
            return sum(_follow(item, steps[number + 1 :]) for item in data[:end])
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data
