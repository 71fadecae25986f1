"""Where pgo-merge's inputs come from: weights, lists, folders, shards."""

import hashlib
import os
import re

import pytest

from pgoprof_testing.merge_tool import SECOND, cpu_profile, framed, parse, provenance, run, store


@pytest.fixture
def paths(tmp_path):
    folder = tmp_path / "captures"
    folder.mkdir()
    return [store(folder / f"{i}.pprof", cpu_profile(b"main.f%d" % (i % 5), value=i + 1)) for i in range(12)]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def samples(data):
    """Leaf function -> values."""
    message = parse(data)
    name = {f.id: message.string_table[f.name].decode() for f in message.function}
    leaf = {location.id: name[location.line[0].function_id] for location in message.location}
    return {leaf[sample.location_id[0]]: list(sample.value) for sample in message.sample}


class TestWeights:
    def test_values_count_so_often(self, paths):
        result = run(paths[1], "--weighted-input", f"3,{paths[2]}", f"--weighted-input=1,{paths[3]}")
        assert (result.returncode, result.stderr) == (0, b"")
        assert samples(result.stdout) == {
            "main.f1": [2, 20_000_000], "main.f2": [9, 90_000_000], "main.f3": [4, 40_000_000]}
        assert parse(result.stdout).duration_nanos == 90 * SECOND
        assert "inputs=3 " in provenance(result.stdout) and provenance(result.stdout).endswith(" scaled=0")

    def test_partial_merges_agree_with_one_run(self, paths, tmp_path):
        whole = run("--weighted-input", f"2,{paths[0]}", "--weighted-input", f"5,{paths[5]}", paths[6]).stdout
        partial = tmp_path / "partial.pprof"
        assert run("--weighted-input", f"2,{paths[0]}", "-o", partial).returncode == 0
        assert run(partial, "--weighted-input", f"5,{paths[5]}", paths[6]).stdout == whole

    def test_a_weighted_merge_counts_each_of_its_inputs_so_often(self, paths, tmp_path):
        partial = tmp_path / "partial.pprof"
        assert run(*paths[:3], "-o", partial).returncode == 0
        weighted = run("--weighted-input", f"4,{partial}").stdout
        assert weighted == run(*(arg for path in paths[:3] for arg in ("--weighted-input", f"4,{path}"))).stdout

    def test_file_names_are_taken_as_they_stand(self, paths, tmp_path):
        odd = tmp_path / "[a,b]"
        odd.write_bytes(paths[0].read_bytes())
        assert run("--weighted-input", "1,[a,b]", cwd=tmp_path).stdout == run(odd).stdout

    @pytest.mark.parametrize("value", ["", "1", "1,", ",x", "0,x", "-1,x", "+1,x", "1.5,x", "x,1", " 1,x", "1 ,x",
                                       "9223372036854775808,x"])
    def test_senseless(self, value):
        result = run(f"--weighted-input={value}", "x")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"--weighted-input" in result.stderr

    def test_overflow(self, paths):
        result = run("--weighted-input", f"9223372036854775807,{paths[2]}")
        assert (result.returncode, result.stdout) == (3, b"")
        assert b"does not fit in 64 bits" in result.stderr and str(paths[2]).encode() in result.stderr


class TestLists:
    def test_agree_with_arguments(self, paths, tmp_path):
        listed = tmp_path / "list"
        listed.write_text("".join(f"{path}\n" for path in paths[:-1]) + str(paths[-1]))
        whole = run(*paths).stdout
        assert run("--input-files", listed).stdout == whole
        assert run("--input-files=-", input=listed.read_bytes()).stdout == whole
        half = tmp_path / "half"
        half.write_text("".join(f"{path}\n" for path in paths[6:]))
        rest = tmp_path / "rest"
        rest.write_text("".join(f"{path}\n" for path in paths[3:6]))
        assert run("--input-files", half, "--input-files", rest, *paths[:3]).stdout == whole

    def test_weights_and_digests(self, paths, tmp_path):
        listed = tmp_path / "list"
        listed.write_text(f"{paths[0]}\t7\n{paths[1]}\t\t{sha256(paths[1])}\n{paths[2]}\t2\t{sha256(paths[2]).upper()}\n")
        result = run("--input-files", listed)
        assert result.stdout == run(
            "--weighted-input", f"7,{paths[0]}", paths[1], "--weighted-input", f"2,{paths[2]}").stdout != b""

    def test_another_digest_is_an_error(self, paths, tmp_path):
        listed = tmp_path / "list"
        listed.write_text(f"{paths[0]}\t\t{sha256(paths[1])}\n{paths[1]}\t\t{sha256(paths[1])}\n")
        result = run("--input-files", listed, "-j1")
        assert (result.returncode, result.stdout) == (3, b"")
        assert f"{paths[0]}: its SHA-256 is {sha256(paths[0])}" in result.stderr.decode()
        assert str(paths[1]) not in result.stderr.decode()

    @pytest.mark.parametrize("line, hinted", [("2 a.pprof", True), ("a.pprof 2", True), ("2,a.pprof", True),
                                              ("a b.pprof", False), ("gone.pprof", False)])
    def test_a_missing_tab_is_hinted_at(self, line, hinted, paths, tmp_path):
        (tmp_path / "a.pprof").write_bytes(paths[0].read_bytes())
        (tmp_path / "a b.pprof").write_bytes(paths[0].read_bytes()[:-9])
        result = run("--input-files=-", input=line.encode(), cwd=tmp_path)
        assert result.returncode in (3, 4) and f"error: {line}: ".encode() in result.stderr
        assert (b"a TAB stands before its weight" in result.stderr) == hinted
        assert b"TAB" not in run(line, cwd=tmp_path).stderr

    @pytest.mark.parametrize("line", ["", "\t1", "-", "a\tb", "a\t0", "a\t1\t2", "a\t\t\t", "a\0b"])
    def test_bad_lines_are_named_before_anything_is_read(self, line, tmp_path):
        listed = tmp_path / "list"
        listed.write_text(f"missing\n{line}\n")
        result = run("--input-files", listed)
        assert (result.returncode, result.stdout) == (3, b"")
        assert result.stderr.startswith(f"pgo-merge: error: {listed}: line 2: ".encode())
        assert len(result.stderr.splitlines()) == 1

    def test_hostile_lists_are_escaped(self, tmp_path):
        listed = tmp_path / "list"
        listed.write_bytes(b"a\t\x1b[31m\n")
        assert b"\x1b" not in run("--input-files", listed).stderr

    def test_unreadable_and_empty(self, paths, tmp_path):
        missing = run("--input-files", tmp_path / "missing", paths[0])
        assert (missing.returncode, missing.stdout) == (4, b"")
        empty = run("--input-files", "/dev/null")
        assert (empty.returncode, empty.stdout) == (3, b"")
        assert b"nothing to merge" in empty.stderr
        assert run("--input-files", "/dev/null", paths[0]).stdout == run(paths[0]).stdout

    @pytest.mark.parametrize("arguments", [["--input-files", "-", "-"], ["--input-files", "-", "--input-files", "-"],
                                           ["--weighted-input", "1,-", "--input-files", "-"],
                                           ["--weighted-input", "1,-", "-"]])
    def test_stdin_is_read_once(self, arguments):
        result = run(*arguments, input=b"")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"only once" in result.stderr


class TestFolders:
    def test_a_directory_needs_recursive(self, paths):
        result = run(paths[0].parent)
        assert (result.returncode, result.stdout) == (4, b"")
        assert b"is a directory" in result.stderr and b"--recursive" in result.stderr

    def test_everything_below(self, paths, tmp_path):
        deep = tmp_path / "captures/a/b"
        deep.mkdir(parents=True)
        paths[3].rename(deep / "3.pprof")
        (tmp_path / "captures/.pgoprof-12345678.tmp").write_bytes(b"half")
        (tmp_path / "captures/manifest.jsonl").write_bytes(b"{}\n")  # pgo-fetch's
        (tmp_path / "captures/.hidden").mkdir()
        (tmp_path / "captures/.hidden/x").write_bytes(b"no profile")
        os.symlink(tmp_path / "captures", deep / "loop")
        result = run("--recursive", tmp_path / "captures")
        assert (result.returncode, result.stderr) == (0, b"")
        assert result.stdout == run(*paths[:3], deep / "3.pprof", *paths[4:]).stdout
        assert run("-r", deep, paths[0]).stdout == run(deep / "3.pprof", paths[0]).stdout

    def test_weights_and_lists(self, paths, tmp_path):
        listed = tmp_path / "list"
        listed.write_text(f"{paths[0].parent}\t2\n")
        doubled = run("-r", "--input-files", listed).stdout
        assert doubled == run("-r", "--weighted-input", f"2,{paths[0].parent}").stdout
        assert samples(doubled)["main.f4"] == [2 * (5 + 10), 2 * (5 + 10) * 10_000_000]
        listed.write_text(f"{paths[0].parent}\t\t{'a' * 64}\n")
        result = run("-r", "--input-files", listed)
        assert result.returncode == 3 and b"SHA-256" in result.stderr

    def test_the_output_is_no_input(self, paths):
        output = paths[0].parent / "merged.pprof"
        first = run("-r", paths[0].parent, "-o", output)
        assert (first.returncode, first.stderr) == (0, b"")
        merged = output.read_bytes()
        again = run("-r", paths[0].parent, "-o", output)
        assert again.returncode == 0
        assert again.stderr.decode() == f"pgo-merge: {output} is left out: it is the output\n"
        assert output.read_bytes() == merged

    def test_the_summary_is_no_input(self, paths):
        folder = paths[0].parent
        arguments = ["-r", folder, "--summary", folder / "summary.json"]
        first = run(*arguments)
        again = run(*arguments)
        assert (first.returncode, first.stdout) == (again.returncode, again.stdout) == (0, run(*paths).stdout)
        assert again.stderr.decode() == f"pgo-merge: {folder / 'summary.json'} is left out: it is the summary\n"

    def test_empty_and_missing(self, tmp_path):
        (tmp_path / "empty").mkdir()
        assert run("-r", tmp_path / "empty").returncode == 3
        assert run("-r", tmp_path / "missing").returncode == 4


class TestShards:
    @staticmethod
    def shards(count, *arguments, **options):
        return [run("--shard", f"{i}/{count}", *arguments, **options) for i in range(1, count + 1)]

    @pytest.mark.parametrize("digests", [False, True])
    def test_every_input_is_in_one_of_them(self, paths, tmp_path, digests):
        listed = tmp_path / "list"
        listed.write_text("".join(f"{path}\t\t{sha256(path) if digests else ''}\n" for path in paths))
        parts = []
        for i, result in enumerate(self.shards(3, "--input-files", listed)):
            assert (result.returncode, result.stderr) == (0, b"")
            parts.append(tmp_path / f"part-{i}")
            parts[-1].write_bytes(result.stdout)
        counts = [int(re.search(r"inputs=(\d+)", provenance(part.read_bytes()))[1]) for part in parts]
        assert sum(counts) == len(paths)
        expected = [sum(int(sha256(path)[:16], 16) % 3 == i for path in paths) for i in range(3)]
        assert counts == expected
        assert run(*parts).stdout == run(*paths).stdout

    def test_listed_digests_spare_reading(self, paths, tmp_path):
        shard = int(sha256(paths[0])[:16], 16) % 2 + 1
        listed = tmp_path / "list"
        listed.write_text(f"{paths[0]}\t\t{sha256(paths[0])}\n")
        mine = run("--shard", f"{shard}/2", "--input-files", listed)
        assert mine.returncode == 0
        paths[0].unlink()
        other = run("--shard", f"{3 - shard}/2", "--input-files", listed)
        assert (other.returncode, other.stdout) == (3, b"")
        assert b"this shard has no inputs" in other.stderr

    @pytest.mark.parametrize("count", [1, 2, 5])
    def test_copies_count_once_wherever_they_are(self, paths, tmp_path, count):
        copies = []
        for i, path in enumerate(paths[:4]):
            copies.append(tmp_path / f"retry-{i}")
            copies[-1].write_bytes(path.read_bytes())
        listed = tmp_path / "list"
        listed.write_text("".join(f"{path}\n" for path in [*paths, *copies, *paths[:2]]))
        parts, notes = [], b""
        for i, result in enumerate(self.shards(count, "--input-files", listed)):
            notes += result.stderr
            if result.returncode == 3:
                assert b"has no inputs" in result.stderr
                continue
            parts.append(tmp_path / f"part-{i}")
            parts[-1].write_bytes(result.stdout)
        assert notes.count(b" is left out: its bytes have been counted already") == 6
        assert run(*parts).stdout == run(*paths).stdout
        assert run("--input-files", listed).stdout != run(*paths).stdout

    def test_copies_must_have_one_weight(self, paths, tmp_path):
        listed = tmp_path / "list"
        listed.write_text(f"{paths[0]}\t2\n{paths[0]}\t3\n")
        result = run("--shard=1/1", "--input-files", listed)
        assert (result.returncode, result.stdout) == (3, b"")
        assert b"weight" in result.stderr

    def test_one_shard_alone_reports_a_missing_file(self, paths, tmp_path):
        results = self.shards(4, tmp_path / "missing", *paths)
        assert sorted(result.returncode for result in results) == [0, 0, 0, 4]

    @pytest.mark.parametrize("shard", ["", "1", "0/2", "3/2", "1/0", "/", "1/", "/2", "-1/2", "1/2/3", "a/b", "1.0/2"])
    def test_senseless(self, shard):
        result = run(f"--shard={shard}", "x")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"--shard" in result.stderr


@pytest.mark.parametrize("arguments", [["--weighted-input", "1,x"], ["--input-files", "x"], ["--recursive"],
                                       ["--shard", "1/2"], ["x"]])
def test_framed_is_the_only_source(arguments):
    result = run("--framed", *arguments, input=framed(b"x"))
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--framed" in result.stderr


def test_no_input_is_a_usage_error():
    for arguments in ([], ["--recursive"], ["--shard", "1/2"]):
        result = run(*arguments)
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"nothing to merge" in result.stderr
