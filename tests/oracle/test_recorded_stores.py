"""pgo-fetch against what a real Pyroscope and a real Parca answered once (testdata/exchanges): it must ask the same."""

import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import exchanges, peer
from pgoprof_testing.store_losses import assert_same_edges, cpu_column, names, without_addresses, without_shapes

PGO_FETCH = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-fetch"
TESTDATA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata"
FED = TESTDATA / "real/mixed-go1.26.pprof"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def replay(store, name, output):
    """Exit code and messages of pgo-fetch, asked to ask as when that was recorded."""
    recording = exchanges.load(TESTDATA / "exchanges" / store / f"{name}.json")
    with exchanges.Replayer(recording["exchanges"]) as server:
        target = f"{store}+http://{server.host}?query={recording['query']}"
        result = subprocess.run([PGO_FETCH, target, *recording["options"], "-o", output], capture_output=True, text=True,
                                timeout=60, env=ENVIRONMENT)
        server.assert_all_asked()
    return result.returncode, result.stderr


@pytest.mark.parametrize("store, name, lossy", [
    ("parca", "profile", lambda profile: profile),
    ("pyroscope", "profile", without_shapes),
    ("pyroscope", "two-days", without_shapes),
])
def test_profiles(store, name, lossy, tmp_path):
    code, messages = replay(store, name, tmp_path / "got")
    assert code == 0, messages
    got = peer.parse((tmp_path / "got").read_bytes())
    expected = lossy(without_addresses(cpu_column(peer.parse(FED.read_bytes()))))
    assert_same_edges(got, expected, tmp_path)
    assert names(got) <= names(expected)


@pytest.mark.parametrize("store, name, code, said", [
    ("parca", "nothing", 3, "the server has no such profile in this time"),
    ("parca", "bad-selector", 4, "HTTP status 400: failed to parse query"),
    ("pyroscope", "nothing", 3, "the server has no such profile in this time"),
    ("pyroscope", "other-tenant", 3, "the server has no such profile in this time"),
    ("pyroscope", "no-tenant", 4, "append &tenant=NAME to the query"),
    ("pyroscope", "bad-selector", 4, "parse error: unexpected identifier"),
    ("pyroscope", "bad-type", 4, "profile-type selection must be of the form"),
])
def test_refusals(store, name, code, said, tmp_path):
    exit_code, messages = replay(store, name, tmp_path / "got")
    assert (exit_code, said in messages) == (code, True), messages
    assert not (tmp_path / "got").exists()


def test_a_changed_question_is_noticed():
    """The replaying server is worth something only if it refuses what was not asked then."""
    recording = exchanges.load(TESTDATA / "exchanges/parca/profile.json")
    with exchanges.Replayer(recording["exchanges"]) as server:
        target = f"parca+http://{server.host}?query={{job=\"other\"}}"
        result = subprocess.run([PGO_FETCH, target, *recording["options"], "-o", os.devnull], capture_output=True,
                                timeout=60, env=ENVIRONMENT)
        assert result.returncode == 4 and len(server.surprises) >= 1
