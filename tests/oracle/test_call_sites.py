"""The hot call sites, and the callees that devirtualization takes, are those of the compiler, on real programs.

The compiler prints the calls that it finds in what it compiles. Those that it inserts itself (of the allocator, say) and
those in functions that are gone, or were inlined away, it does not.
"""

import json
import re
import subprocess

import pytest

from pgoprof_testing import compiler_view, go, verdicts

HOT_PERCENT = 60  # small profiles have next to no edges beyond 99%
BUDGET, HOT_BUDGET = 80, 2000


def busy(directory):
    """With a profile of several runs: one is over in half a second, and has some forty samples."""
    runs = [go.capture(directory, name=f"busy{i}") for i in range(8)]
    profile = directory / "busy.pprof"
    merge = verdicts.tool("pgo-merge", "--durations=ignore", *runs, "-o", profile)
    assert merge.returncode == 0, merge.stderr
    return profile, compiler_view.build(profile, ".", "all", HOT_PERCENT, directory, cwd=go.program_directory("busy"))


def gofmt(directory):
    """With a profile that it takes of itself on Go's own sources."""
    binary, profile = directory / "gofmt", directory / "gofmt.pprof"
    go.go("build", "-o", binary, "cmd/gofmt")
    sources = [go.goroot() / "src" / package for package in ("cmd/compile/internal/ssa", "net", "runtime")]
    subprocess.run([binary, "-cpuprofile", profile, "-l", *sources], capture_output=True, check=True)
    return profile, compiler_view.build(profile, "cmd/gofmt", "all", HOT_PERCENT, directory)


def compiler(directory):
    """Packages of Go's compiler, with the profile that it is built with, which is older than they are."""
    profile = go.goroot() / "src/cmd/compile/default.pgo"
    packages = "cmd/compile/internal/types2"
    return profile, compiler_view.build(profile, packages, "cmd/compile/...", HOT_PERCENT, directory)


def kinds(directory):
    """With a profile of calls of every kind."""
    profile = go.capture(directory, "-pgo=off", name="kinds", program="kinds")
    return profile, compiler_view.build(profile, ".", "all", HOT_PERCENT, directory, cwd=go.program_directory("kinds"))


class Ours:
    """pgo-report's answers on a profile."""

    def __init__(self, profile):
        def report(*options):
            run = verdicts.tool("pgo-report", "--all", "--format", "json", "--hot-percent", HOT_PERCENT, *options, profile)
            return json.loads(run.stdout)

        self.edges = report()["edges"]
        self.sites = {(site["caller"], site["call_site_offset"]): site for site in report("--call-sites")["call_sites"]}
        self.hot_callees = {edge["callee"] for edge in self.edges if edge["hot"]}

    def is_hot(self, caller, offset):
        site = self.sites.get((caller, offset))
        return site is not None and site["hot"]


@pytest.fixture(scope="module", params=[busy, gofmt, compiler, kinds])
def views(request, tmp_path_factory):
    profile, theirs = request.param(tmp_path_factory.mktemp("build"))
    return Ours(profile), theirs


def test_weights_and_heaviest_callees(views):
    ours, theirs = views
    checked = 0
    for call in theirs.calls:
        if call.offset is None:
            continue
        site = ours.sites.get((call.caller, call.offset))
        assert (call.weight > 0) == (site is not None), call
        if site is not None:
            heaviest = site["callees"][0]
            assert (site["weight"], heaviest["callee"], heaviest["weight"]) == (call.weight, call.hottest, call.hottest_weight)
            checked += 1
    assert checked >= 20


def test_the_edges_that_devirtualization_looks_at(views):
    ours, theirs = views
    edges = {(edge["caller"], edge["call_site_offset"], edge["callee"], edge["weight"]) for edge in ours.edges}
    assert {edge for edge in theirs.edges if edge[3] > 0} <= edges


def test_hot_functions_have_the_hot_budget(views):
    ours, theirs = views
    assert theirs.hot_functions <= ours.hot_callees
    for function, budget in theirs.budgets.items():
        assert (budget >= HOT_BUDGET) == (function in ours.hot_callees), function


def test_calls_that_are_inlined_for_their_hotness(views):
    ours, theirs = views
    assert theirs.hot_calls
    assert [call for call in theirs.hot_calls if call[1] is not None and not ours.is_hot(*call[:2])] == []
    # And the other way: every hot call of a function that is too costly otherwise, but not for a hot one. Closures may
    # cost more than other functions, hot or not; and what the compiler itself calls on a line, such as growslice, is not
    # the function that the source calls there.
    expected = {(call.caller, call.offset, call.hottest) for call in theirs.calls
                if call.is_direct and call.offset is not None and ours.is_hot(call.caller, call.offset)
                and BUDGET < theirs.costs.get(call.hottest, 0) <= HOT_BUDGET and not re.search(r"\.func\d|^runtime\.", call.hottest)}
    assert expected
    assert expected - theirs.hot_calls == set()


def test_devirtualized_calls(views):
    """The callee is the heaviest of those that fit: on a line with several calls not always the heaviest of all."""
    ours, theirs = views
    for call in theirs.calls:
        if call.devirtualized and call.offset is not None:
            callees = ours.sites[call.caller, call.offset]["callees"]
            [taken] = [callee for callee in callees if callee["callee"] == call.devirtualized]
            assert taken["devirtualized_as"] is not None


@pytest.mark.parametrize("views", [kinds], indirect=True)
def test_which_callee_is_taken_and_where_none_is(views):
    """In one package, where nothing is out of sight, it is the heaviest one that can stand for a call of that kind, unless a
    closure, which none can, is heavier. On none of these lines does a callee belong to another call."""
    ours, theirs = views
    calls = [call for call in theirs.calls if call.caller.startswith("main.") and call.weight > 0 and not call.is_direct]
    taken = {}
    for call in calls:
        kind = "interface call" if call.is_interface else "function value"
        callees = ours.sites[call.caller, call.offset]["callees"]
        fitting = [callee for callee in callees if callee["devirtualized_as"] == kind
                   or (not call.is_interface and re.search(r"\.func\d+$|-range\d+$", callee["callee"]))]
        expected = fitting[0]["callee"] if fitting and fitting[0]["devirtualized_as"] else ""
        assert call.devirtualized == expected, call
        taken[call.caller] = expected
    assert taken["main.overValue"] and taken["main.overInterface"] and taken["main.init.1"]
    assert "" == taken["main.each"] == taken["main.overLiteral"] == taken["main.apply[go.shape.int]"]
    assert taken["main.overGenericReceivers"] in ("", "main.square.area")
