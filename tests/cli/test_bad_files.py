"""Of each rule testdata/bad has a file that it speaks on, and its neighbour that it does not speak on."""

import pytest

from pgoprof_testing import bad_files, lint_batch
from pgoprof_testing.verdicts import tool

FILES = bad_files.all_files()
RULES = lint_batch.rules()
# What begins with a size or a kind of its own has no sound neighbour.
NO_NEIGHBOUR = {"PGO107", "PGO203", "PGO206"}


def test_there_is_one_file_a_rule():
    assert [file.rule for file in FILES] == list(RULES)
    for file in FILES:
        assert file.path.stem == f"{file.rule}-{RULES[file.rule].name}"


def test_the_sound_profile_is_sound():
    (verdict,) = lint_batch.lint([bad_files.sound()])
    assert verdict.severities == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.stem)
def test_a_rule_speaks_on_its_file(file):
    (verdict,) = lint_batch.lint([file.bad()], *file.lint_options)
    assert verdict.severities.get(file.rule) == RULES[file.rule].severity
    if file.rule < "PGO3":
        assert set(verdict.severities) == {file.rule}, "nothing else is wrong with it"
    else:
        assert verdict.errors <= ({"PGO201"} if file.go.verdict == "refuses" else set())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.stem)
def test_a_rule_is_silent_on_what_just_does_not_violate_it(file):
    if file.rule in NO_NEIGHBOUR:
        assert file.sound() is None
        return
    (verdict,) = lint_batch.lint([file.sound()], *file.lint_options)
    assert file.rule not in verdict.severities
    assert verdict.errors <= ({"PGO206"} if file.rule in ("PGO127", "PGO128") else set())


@pytest.mark.parametrize("file", [file for file in FILES if file.rule < "PGO2"], ids=lambda file: file.path.stem)
def test_no_tool_uses_what_violates_an_invariant(file, write):
    path = write(file.bad())
    for name in ("pgo-merge", "pgo-report"):
        run = tool(name, path)
        assert (run.returncode, run.stdout) == (3, b"")
        assert run.stderr.decode().startswith(f"{name}: error: {path}: ")


def test_the_rules_about_time_age_and_size_speak_only_when_asked():
    asked = [file for file in FILES if file.lint_options]
    assert {file.rule for file in asked} == {"PGO404", "PGO405", "PGO406"}
    for file, verdict in zip(asked, lint_batch.lint([file.bad() for file in asked])):
        assert file.rule not in verdict.severities


def test_a_rule_is_silent_for_a_go_that_it_does_not_hold_for():
    newer = [file for file in FILES if RULES[file.rule].since > 20]
    assert {file.rule for file in newer} == {"PGO207", "PGO208"}
    for file in newer:
        since = RULES[file.rule].since
        before, at = (lint_batch.lint([file.bad()], f"go={minor}")[0] for minor in (since - 1, since))
        assert file.rule not in before.severities and file.rule in at.severities
