"""Templates are filled in every common style, and nothing in them is run."""

from __future__ import annotations

import pytest

from agentaudit.probes.prompts.template import bodies, has_logic, readings

CITY = {"city": "Rome", "n": 3, "user.name": "Ada"}
FILLED = {
    "Plan for {{ city }}, {{n}} days.": "Plan for Rome, 3 days.",
    "Plan for {{{city}}}.": "Plan for Rome.",
    "Plan for {city}.": "Plan for Rome.",
    'Answer {{"city": "{city}"}}.': 'Answer {"city": "Rome"}.',
    "Plan for $city, ${n} days.": "Plan for Rome, 3 days.",
    "Hello {{ user.name }}": "Hello Ada",
    "No variables, {not one}, $5.": "No variables, {not one}, $5.",
    "  Trimmed. \n": "Trimmed.",
}


def rendered(template: str) -> set[str | None]:
    return {style.render(CITY) for style in readings(template)}


@pytest.mark.parametrize(("template", "text"), FILLED.items())
def test_filling(template: str, text: str) -> None:
    assert text in rendered(template)


def test_missing_variable_renders_nothing() -> None:
    assert rendered("Plan for {{ town }}.") == {"Plan for {{ town }}.", None}


def test_value_is_not_rendered_again() -> None:
    styles = readings("{{ a }}{{ b }}")
    assert "{{ b }}x" in {s.render({"a": "{{ b }}", "b": "x"}) for s in styles}


@pytest.mark.parametrize(
    ("template", "text", "possible"),
    [
        ("Plan for {{ city }} now.", "Plan for Oslo now.", True),
        ("Plan for {{ city }} now.", "Plan for Oslo later.", False),
        ("{{ a }} and {{ b }} or {{ c }}", "x and y or z", True),
        ("{{ a }} and {{ b }} or {{ c }}", "x or y and z", False),
        ("aa{{ x }}aa", "aaa", False),
    ],
)
def test_fixed_parts(template: str, text: str, possible: bool) -> None:
    _, style = readings(template)
    assert style.could_give(text) is possible


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("You plan.", "p/1.md", ["You plan."]),
        ("---\nmodel: gpt-4o\n---\nYou plan.", "p/1.md", ["You plan."]),
        (
            "---\nname: p\n---\nsystem:\nYou plan.\n\nuser:\n{{q}}\n",
            "p/1.prompty",
            ["\nYou plan.\n\n"],
        ),
        ("template: You plan.\nversion: 1\n", "p/1.yaml", ["You plan."]),
        (
            '{"messages": [{"role": "system", "content": "You plan."}, '
            '{"role": "user", "content": "{q}"}]}',
            "p/1.json",
            ["You plan."],
        ),
        ("system: You plan.\nprompt: '{q}'\n", "p/1.yml", ["You plan."]),
        ("a: [", "p/1.yaml", ["a: ["]),
    ],
)
def test_what_a_file_holds(text: str, path: str, expected: list[str]) -> None:
    assert bodies(text, path) == expected


def test_logic_is_seen() -> None:
    assert has_logic("{% for x in y %}{{ x }}{% endfor %}")
    assert has_logic("{{#if x}}a{{/if}}")
    assert has_logic("{{ x | upper }}")
    assert not has_logic("{{ x }} costs 5 % more | less")
