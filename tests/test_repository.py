"""What must hold of every file, whoever writes it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.tokens import PATTERN

ROOT = Path(__file__).parent.parent
APPS = ("easycall", "accounts", "campaigns", "leads")
THIS = Path(__file__)


def tracked() -> Iterator[Path]:
    """The files that a commit would hold: tracked ones, and new ones that are not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            yield ROOT / name


FILES = sorted(tracked())
PYTHON = [file for file in FILES if file.suffix == ".py" and "migrations" not in file.parts]
APP_CODE = [file for file in PYTHON if file.relative_to(ROOT).parts[0] in APPS]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    expression = re.compile(pattern)
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        if file != THIS and b"\0" not in file.read_bytes()[:1000]
        for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1)
        if expression.search(line)
    ]


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_are_files_to_watch() -> None:
    assert len(APP_CODE) > 30


def test_no_file_is_over_300_lines() -> None:
    assert [str(file) for file in PYTHON if len(file.read_text("utf-8").splitlines()) > 300] == []


def test_no_function_is_over_40_lines() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{function.lineno} {function.name}"
        for file in APP_CODE
        for function in functions(file)
        if (function.end_lineno or 0) - function.lineno >= 40
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", FILES) == []


def test_no_test_is_skipped_without_a_reason() -> None:
    assert lines_with(r"(skip|xfail)\((?!.*reason=)|mark\.(skip|xfail)$", PYTHON) == []


def test_every_ignored_rule_is_named() -> None:
    assert lines_with(r"# noqa(?!: [A-Z])|# type: ignore(?!\[)", PYTHON) == []


def test_nothing_outside_the_repository_is_read() -> None:
    assert lines_with(r"\.\./shared|/work/|/root/|/home/\w", FILES) == []


def test_no_address_of_a_package_registry_is_kept() -> None:
    assert (
        lines_with(
            r"(?<!no-emit-)index-url|find-links|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian", FILES
        )
        == []
    )


def test_only_sources_are_kept() -> None:
    assert [str(file) for file in FILES if file.suffix in {".mo", ".pyc", ".sqlite3", ".log"}] == []


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in", "bench/requirements.in"])
def test_every_requirement_has_its_reason(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    bare = [line for line in lines if line and not line.startswith(("#", "-c")) and not re.search(r"  # \w", line)]
    assert bare == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "bench/requirements.txt"])
def test_every_pinned_package_has_its_hashes(name: str) -> None:
    packages = re.split(r"\n(?=\w)", (ROOT / name).read_text())
    assert len(packages) > 10
    assert [text.split()[0] for text in packages if "==" not in text or "--hash=sha256:" not in text] == []


def test_what_is_required_is_what_is_pinned() -> None:
    for name in ("requirements", "requirements-dev", "bench/requirements"):
        wanted = re.findall(r"^(\w[\w-]*)", (ROOT / f"{name}.in").read_text(), re.M)
        pinned = re.findall(r"^([\w-]+)(?:\[.*\])?==", (ROOT / f"{name}.txt").read_text(), re.M)
        assert {package.lower() for package in wanted} <= {package.lower() for package in pinned}


@pytest.mark.parametrize("document", [file for file in FILES if file.suffix == ".md"], ids=lambda file: file.name)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_published_pattern_of_tokens_is_the_one_in_use() -> None:
    assert f"\n{PATTERN}\n" in (ROOT / "SECURITY.md").read_text("utf-8")
