"""pgo-merge --drop-labels and --keep-labels."""

import gzip

import pytest

from pgoprof_testing.merge_tool import cpu_profile, parse, run, store


@pytest.fixture
def path(tmp_path):
    """One stack, with the labels user=alice, user=bob and route=/a, bytes=64 and no label."""
    message = cpu_profile()
    message.string_table.extend([b"user", b"alice", b"bob", b"route", b"/a", b"bytes", b"key,comma"])
    text = {value: index for index, value in enumerate(message.string_table)}

    def sample(value, **labels):
        added = message.sample.add(location_id=[1], value=[value, value])
        for key, label in labels.items():
            if isinstance(label, bytes):
                added.label.add(key=text[key.encode()], str=text[label])
            else:
                added.label.add(key=text[key.encode()], num=label)

    sample(2, user=b"alice")
    sample(4, user=b"bob", route=b"/a")
    sample(8, bytes=64)
    return store(tmp_path / "labels.pprof", message)


def labels(data):
    """Label set -> first value."""
    message = parse(data)
    text = message.string_table
    return {tuple((text[label.key].decode(), text[label.str].decode() or label.num) for label in sample.label):
            sample.value[0] for sample in message.sample}


def test_labels_are_kept_by_default(path):
    assert labels(run(path).stdout) == {
        (): 1, (("user", "alice"),): 2, (("route", "/a"), ("user", "bob")): 4, (("bytes", 64),): 8}


def test_dropping_all(path):
    result = run("--drop-labels", path)
    assert (result.returncode, labels(result.stdout)) == (0, {(): 15})
    content = gzip.decompress(result.stdout)
    for secret in (b"alice", b"bob", b"user", b"route"):
        assert secret not in content
    assert b"labels are left out: bytes, route, user" in result.stderr


def test_keeping_some(path):
    result = run("--keep-labels=route", path)
    assert labels(result.stdout) == {(): 11, (("route", "/a"),): 4}
    assert b"alice" not in gzip.decompress(result.stdout)
    assert b"labels are left out: bytes, user" in result.stderr
    both = run("--keep-labels=bytes,user", path)
    assert labels(both.stdout) == {(): 1, (("user", "alice"),): 2, (("user", "bob"),): 4, (("bytes", 64),): 8}
    none = run("--keep-labels=absent", path)
    assert labels(none.stdout) == {(): 15}
    everything = run("--keep-labels=bytes,user,route,more", path)
    assert (everything.stdout, everything.stderr) == (run(path).stdout, b"")


def test_partial_merges_agree(path, tmp_path):
    part = tmp_path / "part"
    assert run("--keep-labels=route", path, "-o", part).returncode == 0
    assert run("--keep-labels=route", path, part).stdout == run("--keep-labels=route", path, path).stdout


def test_a_hostile_key_is_escaped(tmp_path):
    message = cpu_profile()
    message.string_table.append(b"\x1b[31m\n\xff")
    message.sample[0].label.add(key=7, num=1)
    result = run("--drop-labels", store(tmp_path / "hostile", message))
    assert result.returncode == 0
    assert b"\x1b" not in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--keep-labels="], ["--keep-labels", ""], ["--keep-labels=,"],
                                       ["--keep-labels=a,"], ["--keep-labels=,a"], ["--keep-labels=a,,b"],
                                       ["--keep-labels=a", "--keep-labels=b"], ["--keep-labels=a", "--drop-labels"]])
def test_senseless(arguments):
    result = run("missing", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"labels" in result.stderr
