"""What the library finds in a Go binary is what the program's own runtime says of itself, address by address."""

import collections
import functools
import pathlib
import re
import subprocess

import pytest

import profile_pb2
from pgoprof_testing import go, symbols

NEWEST = ["plain", "stripped", "pie-stripped", "cgo", "cgo-pie-stripped"]
OLDER = ["plain", "pie-stripped"]


@functools.cache
def older_go():
    """Any Go of this machine that is older than the one of the other tests."""
    version = re.compile(r"go1\.(\d+)")
    newest = int(version.search(go.go("env", "GOVERSION").stdout)[1])
    for command in sorted(pathlib.Path("/usr/lib").glob("go-1.*/bin/go")):
        found = subprocess.run([command, "env", "GOVERSION"], env=go.environment(), capture_output=True, text=True, check=True)
        if 18 <= int(version.search(found.stdout)[1]) < newest:
            return command, go.environment()
    return pytest.skip("needs an older Go, 1.18 or newer")


def newest_go():
    return go.go_command(), go.environment()


@pytest.mark.parametrize("mode", NEWEST)
def test_every_address(mode, tmp_path):
    binary = symbols.build(tmp_path / "program", mode, newest_go())
    assert symbols.compare_all_code(binary) > 1_000_000


@pytest.mark.parametrize("mode", OLDER)
def test_every_address_with_an_older_go(mode, tmp_path):
    binary = symbols.build(tmp_path / "program", mode, older_go())
    assert symbols.compare_all_code(binary) > 500_000


def profile_of(binary, path):
    """A CPU profile that the program writes of itself."""
    subprocess.run([binary, "profile", path], check=True, capture_output=True)
    decoded = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout
    return profile_pb2.Profile.FromString(decoded)


def lines_of(profile, location):
    """A location as symbols.frames_at_offsets has it."""
    functions = {function.id: function for function in profile.function}
    text = [string.decode() for string in profile.string_table]
    frames = []
    for line in location.line:
        function = functions[line.function_id]
        frames.append((text[function.system_name], function.start_line, text[function.filename], line.line))
    return frames


@pytest.mark.parametrize("mode", ["plain", "pie-stripped", "cgo-pie-stripped"])
def test_every_location_of_a_profile(mode, tmp_path):
    binary = symbols.build(tmp_path / "program", mode, newest_go())
    profile = profile_of(binary, tmp_path / "cpu.pprof")
    mappings = {mapping.id: mapping for mapping in profile.mapping}
    own = [mapping.id for mapping in profile.mapping if profile.string_table[mapping.filename].endswith(b"/program")]
    locations = [location for location in profile.location if location.mapping_id in own and location.line]
    assert len(locations) > 50
    assert any(len(location.line) > 1 for location in locations)

    offsets = [location.address - mappings[location.mapping_id].memory_start + mappings[location.mapping_id].file_offset
               for location in locations]
    # runtime/pprof keeps functions by name, with the file of the frame that it saw first. Few have code of another one:
    # what is left of an inlined call.
    files = collections.defaultdict(set)
    listed = set()
    for location, found in zip(locations, symbols.frames_at_offsets(binary, offsets), strict=True):
        expected = lines_of(profile, location)
        assert [(name, start, line) for name, start, _, line in found] == [
            (name, start, line) for name, start, _, line in expected]
        for name, _, file, _ in found:
            files[name].add(file)
        listed.update((name, file) for name, _, file, _ in expected)
    assert all(file in files[name] for name, file in listed)
    assert sum(len(several) > 1 for several in files.values()) < 3


def test_build_information(tmp_path):
    """As `go version -m`, `go tool buildid` and readelf have it."""
    binary = symbols.build(tmp_path / "program", "cgo-pie-stripped", newest_go())
    info = symbols.info(binary)
    assert info["source"] == "pclntab"
    shown = go.go("version", "-m", binary).stdout
    assert shown.splitlines()[0] == f"{binary}: {info['version']}"
    settings = dict(line.split("\t")[2].split("=", 1) for line in shown.splitlines() if line.startswith("\tbuild\t"))
    assert settings.pop("-ldflags") == '"-s -w"' and info["setting -ldflags"] == "-s -w"
    assert len(settings) > 5
    assert {key: info[f"setting {key}"] for key in settings} == settings
    assert info["go build id"] == go.go("tool", "buildid", binary).stdout.strip()
    notes = subprocess.run(["readelf", "-n", binary], capture_output=True, text=True, check=True).stdout
    assert f"Build ID: {info['build id']}" in notes


def test_dwarf_where_pclntab_is_broken(tmp_path):
    """DWARF says nearly the same, of what it knows: all but the padding between functions."""
    binary = symbols.build(tmp_path / "program", "plain", newest_go())
    expected = symbols.frames_by_address(binary, "walk", step=17)
    symbols.break_pclntab(binary)
    assert symbols.info(binary)["source"] == "dwarf"
    found = symbols.library_frames(binary, step=17)
    assert len(found) > 0.9 * len(expected)
    assert sum(expected.get(address) == frames for address, frames in found.items()) > 0.98 * len(found)


def test_elf_symbols_where_there_is_nothing_else(tmp_path):
    """They have the names of functions, and nothing of what is inlined into them."""
    binary = symbols.build(tmp_path / "program", "plain", newest_go(), flags=["-ldflags=-w"])
    expected = symbols.frames_by_address(binary, "walk", step=17)
    symbols.break_pclntab(binary)
    assert symbols.info(binary)["source"] == "elf symbols"
    found = symbols.library_frames(binary, step=17)
    assert len(found) > 0.9 * len(expected)
    assert all(len(frames) == 1 and frames[0][1:] == (0, "", 0) for frames in found.values())
    # All but wrappers, which the runtime leaves out.
    same = [frames[0][0] == expected[address][-1][0] for address, frames in found.items() if expected.get(address)]
    assert sum(same) > 0.99 * len(same)
