"""docs/attacks.md names what shows that each attack is survived: all of that is there, and all of the soak in it."""

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = (TESTS.parent / "docs" / "attacks.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)(?:\[([^`]+)\])?`", TABLE)))


@cache
def in_file(file: Path) -> frozenset[str]:
    functions = (node.name for node in ast.parse(file.read_text(encoding="utf-8")).body if hasattr(node, "name"))
    return frozenset(name for name in functions if name.startswith("test_"))


def place(file: str) -> Path:
    """Of the table of faults most files are the soak's."""
    return TESTS / (file if "/" in file else f"soak/{file}")


def is_there(file: str, name: str, case: str) -> bool:
    # The steps of a request have a file of their own.
    texts = [each.read_text(encoding="utf-8") for each in (place(file), TESTS / "soak" / "steps.py")]
    return name in in_file(place(file)) and any(case in text for text in texts)


def test_every_test_that_is_named_is_there() -> None:
    assert len(NAMED) > 100
    assert not [each for each in NAMED if not is_there(*each)]


def test_every_case_is_there() -> None:
    cases = re.findall(r"case (\d{3}-[\w-]+)", TABLE)
    assert len(cases) > 30
    assert not [case for case in cases if not (TESTS / "intake" / "cases" / f"{case}.json").exists()]


def test_every_test_of_the_soak_is_named() -> None:
    named = {(place(file), name) for file, name, _ in NAMED}
    files = [file for file in (TESTS / "soak").glob("test_*.py") if file.stem != "test_judge"]
    assert not [(file.name, name) for file in files for name in in_file(file) if (file, name) not in named]


def test_every_attack_has_a_row_and_every_fault_a_twin() -> None:
    numbers = re.findall(r"^\| (\w+) \|", TABLE, re.MULTILINE)
    wanted = [f"I{each}" for each in range(1, 12)] + [f"P{each}" for each in range(1, 9)]
    assert set(numbers) >= {*wanted, *map(str, range(1, 32))}
    faults = TABLE.partition("## Faults")[2].splitlines()
    rows = [line.strip("| ").split(" | ") for line in faults if re.match(r"\| \d", line)]
    assert not [row for row in rows if len(row) != 4 or "::" not in row[3]]
