"""Rules about usefulness on what real tools make: silent on sound profiles, and not on what pprof does to them."""

import subprocess

import pytest

from pgoprof_testing import go, lint_batch, peer, profiles, small_fleet


def severities(*paths):
    return [verdict.severities for verdict in lint_batch.lint([path.read_bytes() for path in paths])]


def test_sound_profiles_give_no_cause_to_warn(tmp_path):
    paths = [go.goroot() / "src/cmd/compile/default.pgo", *small_fleet.derive(tmp_path, 16)]
    # Some are derived from those of Go 1.19, without start lines.
    used = [found for found in severities(*paths) if found != {"PGO202": "error"}]
    assert len(used) >= 8
    assert all(set(found.values()) <= {"info"} for found in used), used


@pytest.fixture
def with_generics(tmp_path):
    """Its callee is generic over an interface, and it has a mapping, which pprof wants for symbolizing."""
    callee = "main.Map[go.shape.interface { Info() string }]"
    message = profiles.from_stacks([([callee, "main.main"], 3000)])
    for function in message.function:
        function.system_name = function.name
    message.string_table.append(b"/srv/service")
    message.mapping.add(id=1, memory_start=0x1000, memory_limit=0x10000, filename=len(message.string_table) - 1)
    for location in message.location:
        location.mapping_id = 1
    path = tmp_path / "generic.pprof"
    path.write_bytes(message.SerializeToString())
    assert severities(path) == [{}]
    return path


def pprof(output, *arguments):
    subprocess.run([peer.pprof(), "-proto", f"-output={output}", *arguments], check=True, capture_output=True,
                   env=peer.environment(output.parent))
    return output


def test_names_that_pprof_demangles(with_generics, tmp_path):
    (found,) = severities(pprof(tmp_path / "demangled.pprof", with_generics))
    assert found == {"PGO317": "warning"}
    (found,) = severities(pprof(tmp_path / "as-it-is.pprof", "-symbolize=none", with_generics))
    assert found == {}


def test_differences_that_pprof_makes(with_generics, tmp_path):
    half = profiles.from_stacks([(["main.work", "main.main"], 1000)])
    base = tmp_path / "base.pprof"
    base.write_bytes(half.SerializeToString())
    (found,) = severities(pprof(tmp_path / "diff.pprof", "-symbolize=none", f"-diff_base={base}", with_generics))
    assert {"PGO303", "PGO311"} <= set(found)
    (found,) = severities(pprof(tmp_path / "minus.pprof", "-symbolize=none", f"-base={base}", with_generics))
    assert "PGO303" in found and "PGO311" not in found


def test_a_program_built_without_inlining(tmp_path):
    (found,) = severities(go.capture(tmp_path, "-gcflags=all=-l"))
    assert "PGO319" in found
    (found,) = severities(go.capture(tmp_path, name="inlined"))
    assert "PGO319" not in found
