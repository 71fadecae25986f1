"""The manual pages say what --help says, and nothing else, in markup without a fault."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from pgoprof_testing.verdicts import tool

PAGES = pathlib.Path(os.environ["PGOPROF_BIN"]).parent / "man"
TOOLS = ["pgo-convert", "pgo-fetch", "pgo-lint", "pgo-merge", "pgo-report"]
OPTION = re.compile(r"^ +(-\w,)?(--[\w-]+)", re.MULTILINE)


def words(text):
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module", params=TOOLS)
def page(request):
    """The tool, its help, and its manual page as a terminal shows it, in lines of any length."""
    if shutil.which("man") is None:
        pytest.skip("needs man: scripts/setup --test")
    path = PAGES / f"{request.param}.1"
    environment = {**os.environ, "MANWIDTH": "10000", "LC_ALL": "C.UTF-8", "MANROFFOPT": "", "MANOPT": "--nh --nj"}
    shown = subprocess.run(["man", "--warnings=w", "-l", path], env=environment, capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    return request.param, tool(request.param, "--help").stdout.decode(), re.sub(r".\x08", "", shown.stdout)


def test_options_are_those_of_help(page):
    name, help_text, text = page
    options = text.partition("\nOPTIONS\n")[2].partition("\nEXIT STATUS\n")[0]
    declared = help_text.partition("\nOptions:\n")[2].partition("\nExamples:\n")[0]
    assert OPTION.findall(options) == OPTION.findall(declared) and len(OPTION.findall(declared)) > 5
    assert words(declared) in words(options), "what they do"


def test_the_rest_is_there(page):
    name, help_text, text = page
    sections = re.findall(r"^[A-Z][A-Z ]+$", text, re.MULTILINE)
    assert sections == ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
    assert re.search(rf"^ +{name} - \w", text, re.MULTILINE)
    summary, _, rest = help_text.partition("Usage: ")
    assert words(summary) in words(text) and words(rest.partition("\n")[0]) in words(text)
    examples, _, codes = help_text.partition("\nExamples:\n")[2].partition("Exit codes: ")
    for line in [*examples.splitlines(), *re.findall(r"[^;.]+", words(codes))]:
        assert words(line) in words(text)
    for other in TOOLS:
        assert (f"{other}(1)" in text.partition("\nSEE ALSO\n")[2]) == (other != name)
