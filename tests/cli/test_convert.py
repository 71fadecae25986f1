"""pgo-convert as a user runs it."""

import gzip
import os
import pathlib
import stat
import subprocess

import profile_pb2
import pytest
from google.protobuf import text_format

from pgoprof_testing import merge_tool, profiles

TOOLS = pathlib.Path(os.environ["PGOPROF_BIN"])
REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
PROFILE = REAL / "mixed-go1.26.pprof"
FOLDED = b"main.main;main.work;runtime.mallocgc 7\nmain.main;main.work 3\n"


def run(*arguments, **options):
    options = {"capture_output": True, "check": False, **options}
    return subprocess.run([TOOLS / "pgo-convert", *map(str, arguments)], **options)


def report(*arguments):
    return subprocess.run([TOOLS / "pgo-report", *map(str, arguments)], capture_output=True, check=True).stdout


def messages(result):
    """But for what formats cannot hold."""
    return [line for line in result.stderr.decode().splitlines() if " cannot hold " not in line]


def write(path, message):
    path.write_bytes(gzip.compress(message.SerializeToString()))
    return path


@pytest.fixture(name="small")
def small_profile(tmp_path):
    stacks = [(["main.work", "main.main"], 6), (["runtime.gopark", "main.main"], 3), (["main.idle", "main.main"], 1)]
    return write(tmp_path / "small.pprof", profiles.from_stacks(stacks))


def edges(result):
    assert result.returncode == 0, result.stderr
    lines = result.stdout.decode().split("\n")[1:-1]
    return {(lines[i], lines[i + 1]): int(lines[i + 2].split()[1]) for i in range(0, len(lines), 3)}


@pytest.mark.parametrize("name", sorted(path.name for path in REAL.glob("*.pprof")))
def test_a_profile_that_nothing_is_asked_of_stays_as_it_is(name, tmp_path):
    result = run(REAL / name, "-o", tmp_path / "out")
    assert result.returncode == 0
    assert merge_tool.parse((tmp_path / "out").read_bytes()) == merge_tool.parse((REAL / name).read_bytes())
    again = run(tmp_path / "out")
    assert again.stdout == (tmp_path / "out").read_bytes()
    assert again.returncode == 0


def test_stdin_stdout_and_raw_profiles(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(gzip.decompress(PROFILE.read_bytes()))
    expected = run(PROFILE).stdout
    assert expected[:2] == b"\x1f\x8b"
    assert run("-", input=PROFILE.read_bytes()).stdout == expected
    assert run(plain).stdout == expected


@pytest.mark.parametrize("form", ["preprofile", "folded"])
def test_reports_own_formats_are_the_same(form):
    assert run("--to", form, PROFILE).stdout == report("--format", form, PROFILE)


@pytest.mark.parametrize("form", ["pprof", "preprofile", "folded", "speedscope", "callgrind", "text", "json"])
def test_every_format_goes_to_a_file_whole_or_not_at_all(form, tmp_path):
    output = tmp_path / "out"
    output.write_bytes(b"old")
    output.chmod(0o640)
    assert run("--to", form, PROFILE, "-o", output).returncode == 0
    assert len(output.read_bytes()) > 1000 and output.read_bytes() == run("--to", form, PROFILE).stdout
    assert stat.S_IMODE(output.stat().st_mode) == 0o640
    assert run("--to", form, PROFILE, "-o", "/dev/full").returncode == 4
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_preprofiled_edges_come_back(tmp_path):
    preprofiled = tmp_path / "pre"
    preprofiled.write_bytes(run("--to", "preprofile", PROFILE).stdout)
    back = run(preprofiled, "-o", tmp_path / "back")
    assert back.returncode == 0 and "call edges alone" in back.stderr.decode()
    assert report("--format", "preprofile", tmp_path / "back") == preprofiled.read_bytes()


def test_names_alone_are_no_pgo_profile(tmp_path):
    output = tmp_path / "out"
    for options in ([], ["--to", "preprofile"]):
        result = run("-", *options, "-o", output, input=FOLDED)
        assert result.returncode == 3
        assert messages(result)[-2:] == [
            "pgo-convert: error: <stdin>: this is folded stacks, without the lines of calls that PGO needs",
            "pgo-convert: name the program with --binary, or write another format (--to speedscope)",
        ]
        assert not output.exists()
    assert run("-", "--to", "folded", input=FOLDED).stdout == b"main.main;main.work 3\nmain.main;main.work;runtime.mallocgc 7\n"


@pytest.mark.parametrize("content,code,text", [
    (b"", 3, "the file is empty"), (b"<html>", 3, "this is an HTML or XML page"),
    (b"\x1f\x8b", 3, "gzip"), (b"PERFILE2 and no more", 3, "")])
def test_what_cannot_be_used(content, code, text, tmp_path):
    result = run("-", "-o", tmp_path / "out", input=content)
    assert result.returncode == code and text in result.stderr.decode()
    assert result.stderr.startswith(b"pgo-convert: error: <stdin>: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options,content,text", [
    (["--from", "pprof"], FOLDED, "it looks like folded stacks: leave --from out"),
    (["--from", "perf-script"], b'{"a": 1}', "this is JSON: --from does not change that"),
    (["--to", "folded"], FOLDED + b"main.main;main.x\n" + FOLDED, "line 3: a line of folded stacks that does not end in a count"),
    ([], b'{"$schema":"https://www.speedscope.app/file-format-schema.json","sha', "a speedscope file that is cut short"),
    ([], b'{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"fr', "a speedscope file that is cut short"),
    ([], b'{"a": [1, 2', "this is JSON that is cut short"),
    ([], b"some prose\nof two lines; and 3\n", "this is text")])
def test_what_content_looks_like(options, content, text):
    result = run("-", *options, input=content)
    assert result.returncode == 3 and text in result.stderr.decode(), result.stderr


def test_options_without_effect_are_noted(small):
    result = run("--pid", "4711", "--comm", "server", "--force", small)
    assert result.returncode == 0
    assert messages(result) == [f"pgo-convert: {option} has no effect: the input is a pprof profile, no recording"
                                for option in ("--pid", "--comm", "--force")]


def test_folders_of_recordings_are_not_read(tmp_path):
    (tmp_path / "data").write_bytes(b"PERFILE2")
    result = run(tmp_path)
    assert result.returncode == 4 and b"perf record --threads" in result.stderr
    (tmp_path / "data").unlink()
    assert b"is a directory" in run(tmp_path).stderr


@pytest.mark.parametrize("form", ["preprofile", "folded", "speedscope", "callgrind"])
def test_losses_are_two_lines_at_most(form):
    result = run("--to", form, PROFILE)
    assert 0 < len([line for line in result.stderr.decode().splitlines() if " cannot hold " in line]) <= 2


def test_a_line_break_in_a_name_is_said_to_break_preprofiled_edges(tmp_path):
    path = write(tmp_path / "lines", profiles.from_stacks([(["main.a\nb", "main.main"], 1)]))
    result = run("--to", "preprofile", path)
    assert b"names with line breaks" in result.stderr
    assert run("-", input=result.stdout).returncode == 3


def test_a_missing_input(tmp_path):
    result = run(tmp_path / "missing")
    assert result.returncode == 4


def test_heap_profiles_convert_with_a_warning():
    result = run(REAL / "heap-go1.26.pprof")
    assert result.returncode == 0
    assert "warning: the Go compiler refuses this profile" in result.stderr.decode()
    assert run("--to", "preprofile", REAL / "heap-go1.26.pprof").returncode == 3


@pytest.mark.parametrize("arguments", [
    ["{input}", "-o", "{input}"], ["{input}", "-o", "{other}", "--rename-file", "{other}"],
    ["{input}", "-o", "{other}", "--anonymize", "--anonymize-key-file", "{other}"],
    ["{input}", "-o", "{other}", "--binary", "{other}"]])
def test_no_input_is_replaced(arguments, tmp_path):
    files = {"input": tmp_path / "input", "other": tmp_path / "other"}
    for path in files.values():
        path.write_bytes(PROFILE.read_bytes())
    result = run(*[argument.format(**files) for argument in arguments])
    assert result.returncode == 2 and b"would replace an input" in result.stderr
    assert all(path.read_bytes() == PROFILE.read_bytes() for path in files.values())


@pytest.mark.parametrize("arguments,message", [
    (["--rename", "main.f"], "--rename main.f: there is no ="),
    (["--rename", "=x"], "--rename =x: a side is empty"),
    (["--rename", "example.com/a=p.(*T).M"], "one side is a package, the other a name in one"),
    (["--rename", "example.com/app/store=main.X"], "one side is a package, the other a name in one"),
    (["--rename", "main.helper=example.com/app/store"], "one side is a package, the other a name in one"),
    (["--rename", "a.org/p=a.org/p.New"], "one side is a package, the other a name in one"),
    (["--rename-regex", "main"], "pgo-convert: write = in the expression as \\x3d"),
    (["--rename-regex", r"a=\2"], "pgo-convert: \\1 to \\9 are the pattern's groups"),
    (["--rename", "main.work=main.work"], "--rename main.work=main.work: both sides are the same"),
    (["--rename-regex", "^main.work$="], "--rename-regex leaves nothing of the name main.work"),
    (["--rename-regex", "main"], "--rename-regex main: that is not REGEX=TEXT"),
    (["--rename-regex", "(=x"], "--rename-regex (: missing ): ("),
    (["--rename-regex", r"a=\2"], "\\"),
    (["--focus", "("], "--focus (: missing ): ("),
    (["--sample-type", "wall"], "the profile has no sample type wall"),
    (["--anonymize-key-file", "x"], "--anonymize-key-file is for --anonymize only"),
    (["--drop-labels", "--keep-labels", "a"], "--drop-labels leaves none for --keep-labels"),
    (["--pid", "0"], "--pid must be the number of a process"),
    (["--pid", "4k"], "--pid must be the number of a process"),
    (["--from", "jpeg"], "--from must be pprof or preprofile or perf-data"),
    (["--to", "jpeg"], "--to must be pprof or preprofile or folded"),
    (["--rename-file", "-", "-"], ""),
])
def test_usage_errors(arguments, message, small):
    inputs = [] if "-" in arguments else [small]
    result = run(*arguments, *inputs, "--to", "preprofile") if "--to" not in arguments else run(*arguments, *inputs)
    assert result.returncode == 2 and message in result.stderr.decode(), result.stderr
    assert result.stdout == b""


def test_renaming_says_what_it_touched(small, tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("# moved\n\n  main.work=main.job\t\r\nmain.gone=main.here\n")
    result = run("--rename", "main.main=main.begin", "--rename-file", rules, "--rename-regex", r"^main\.(i.*)=main.x_\1",
                 "--rename", "main.job=main.idle2", "--to", "preprofile", small)
    assert edges(result) == {("main.begin", "main.idle2"): 6, ("main.begin", "runtime.gopark"): 3,
                             ("main.begin", "main.x_idle"): 1}
    assert messages(result) == [
        "pgo-convert: --rename main.main=main.begin: 1 function renamed, on 100.00% of the edges' weight",
        f"pgo-convert: {rules}:3: main.work=main.job: 1 function renamed, on 60.00% of the edges' weight",
        f"pgo-convert: warning: {rules}:4: main.gone=main.here: no function of the profile is meant by it",
        "pgo-convert: --rename-regex ^main\\.(i.*)=main.x_\\1: 1 function renamed, on 10.00% of the edges' weight",
        "pgo-convert: --rename main.job=main.idle2: 1 function renamed, on 60.00% of the edges' weight",
    ]


def test_rules_reach_what_is_not_to_be_inlined(small, tmp_path):
    calm = tmp_path / "calm"
    run("--no-inline", "main.work", small, "-o", calm)
    result = run("--rename", "main.work=main.job", "--to", "preprofile", calm)
    assert ("main.main", "DO NOT INLINE: main.job") in edges(result)


def test_comments_and_blanks_around_rules(small, tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("main.work=main.job # moved\n main.main = main.begin\t#so, too\n  # nothing\n")
    result = run("--rename-file", rules, "--rename", " main.idle = main.rest ", "--to", "preprofile", small)
    assert edges(result) == {("main.begin", "main.job"): 6, ("main.begin", "runtime.gopark"): 3,
                             ("main.begin", "main.rest"): 1}
    assert "--rename main.idle=main.rest: 1 function renamed" in result.stderr.decode()


@pytest.mark.parametrize("line,message", [
    (b"main.work=main.a b", "1: main.work=main.a b: a name has blanks, which only type arguments can have"),
    (b"main.work=main.a\x1bb", r"1: main.work=main.a\x1bb: no name has control characters"),
    (b"\x7fELF" + bytes(6000), "no name has control characters"), (b"main.w" * 1000, "there is no =")])
def test_what_is_no_rule(line, message, small, tmp_path):
    rules = tmp_path / "rules"
    rules.write_bytes(line)
    result = run("--rename-file", rules, small)
    assert result.returncode == 2 and message in result.stderr.decode()
    assert len(result.stderr) < 800


def test_functions_that_become_one(small):
    result = run("--rename", "main.work=main.idle", "--to", "preprofile", small)
    assert edges(result) == {("main.main", "main.idle"): 7, ("main.main", "runtime.gopark"): 3}
    assert messages(result)[1:] == ["pgo-convert: several functions are now main.idle: their weights are added up"]


def test_what_is_not_to_be_inlined(small):
    result = run("--no-inline", "main.work", "--no-inline=stack-growth", "--no-inline", "main.gone", "--to", "preprofile", small)
    assert edges(result) == {("main.main", "DO NOT INLINE: main.work"): 6, ("main.main", "DO NOT INLINE: runtime.gopark"): 3,
                             ("main.main", "main.idle"): 1}
    assert messages(result)[2] == "pgo-convert: warning: --no-inline main.gone: no function of the profile is meant by it"


def test_selection(small):
    result = run("--focus", "main.go", "--ignore", "gopark", "--to", "preprofile", small)
    assert edges(result) == {("main.main", "main.work"): 6, ("main.main", "main.idle"): 1}
    assert messages(result) == ["pgo-convert: 2 of 3 stacks are kept"]
    nothing = run("--focus", "nowhere", small)
    assert "0 of 3 stacks are kept" in nothing.stderr.decode()
    assert "the Go compiler ignores this profile" in nothing.stderr.decode()


def test_sample_types_and_labels(tmp_path):
    labels = REAL / "labels-go1.26.pprof"
    whole = merge_tool.parse(labels.read_bytes())
    assert any(sample.label for sample in whole.sample)
    for option in ("cpu", "cpu/nanoseconds"):
        output = tmp_path / "cpu"
        assert run("--sample-type", option, "--drop-labels", labels, "-o", output).returncode == 0
        cpu = merge_tool.parse(output.read_bytes())
        assert [cpu.string_table[kind.type] for kind in cpu.sample_type] == [b"cpu"]
        assert not any(sample.label for sample in cpu.sample)
        assert sum(sample.value[0] for sample in cpu.sample) == sum(sample.value[1] for sample in whole.sample)


def test_anonymous_profiles_have_pseudonyms_by_the_key(small, tmp_path):
    key, other = tmp_path / "key", tmp_path / "other"
    key.write_bytes(b"k" * 32)
    other.write_bytes(b"o" * 32)
    first = run("--anonymize", "--anonymize-key-file", key, small)
    assert messages(first) == ["pgo-convert: 2 functions have got other names, 2 keep theirs: Go's own"]
    assert run("--anonymize", "--anonymize-key-file", key, small).stdout == first.stdout
    assert run("--anonymize", "--anonymize-key-file", other, small).stdout != first.stdout
    assert run("--anonymize", small).stdout != run("--anonymize", small).stdout
    table = profile_pb2.Profile.FromString(gzip.decompress(first.stdout)).string_table
    assert {b"main.main", b"runtime.gopark"} < set(table) and not {b"main.work", b"main.idle", b"main.go"} & set(table)
    key.write_bytes(b"short\n")
    short = run("--anonymize", "--anonymize-key-file", key, small)
    assert short.returncode == 3 and "a key of less than 16 bytes can be guessed" in short.stderr.decode()


def test_mapped_files_have_pseudonyms_but_for_the_kernels_own(tmp_path):
    profile = profile_pb2.Profile.FromString(profiles.from_stacks([(["main.work", "main.main"], 1)]).SerializeToString())
    names = [b"/opt/acme/server", b"[vdso]", b"[anon:acme]"]
    for i, name in enumerate(names):
        profile.mapping.add(id=i + 1, memory_start=i << 20, memory_limit=(i + 1) << 20, filename=len(profile.string_table))
        profile.string_table.append(name)
    result = run("--anonymize", write(tmp_path / "mapped", profile))
    table = profile_pb2.Profile.FromString(gzip.decompress(result.stdout)).string_table
    assert b"[vdso]" in table and not any(b"acme" in text for text in table)


def test_names_of_many_prefixes(tmp_path):
    """Some 60,000 of them would take as many calls of a careless reader."""
    name = "DO NOT INLINE: " * 60_000 + "main.work"
    path = write(tmp_path / "prefixes", profiles.from_stacks([([name, "main.main"], 1)]))
    for options in (["--rename", "main.work=main.job"], ["--anonymize"]):
        table = profile_pb2.Profile.FromString(gzip.decompress(run(*options, path).stdout)).string_table
        assert name.encode() not in table and any(text.startswith(b"DO NOT INLINE: " * 60_000 + b"main.") for text in table)


@pytest.mark.parametrize("name", [b"main.a ", b"main.a   ", b" ", b"#main.a", b"# ", b"main.#a b", b"main.a\t", b"a\\x20", b"a;", b"[x]"])
def test_folded_stacks_keep_names(name, tmp_path):
    """As a leaf, as a root, and alone."""
    stacks = [([name, "main.main"], 3), (["main.main", name], 2), ([name], 1)]
    folded = run("--to", "folded", write(tmp_path / "named", profiles.from_stacks(stacks)))
    assert folded.returncode == 0, folded.stderr
    again = run("--from", "folded", "--to", "text", "-", input=folded.stdout)
    assert again.returncode == 0, again.stderr
    profile = text_format.Parse(again.stdout, profile_pb2.Profile())
    functions = {function.id: profile.string_table[function.name] for function in profile.function}
    names = {location.id: functions[location.line[0].function_id] for location in profile.location}
    found = {tuple(names[location] for location in sample.location_id): sample.value[0] for sample in profile.sample}
    assert found == {(name, b"main.main"): 3, (b"main.main", name): 2, (name,): 1}


@pytest.mark.parametrize("name,code", [(b"main.a", 0), (b"\x1b[31m", 2), (b"\xff", 2), (b"main.\xe2\x80\xae", 2)])
def test_a_terminal_gets_no_escapes_of_preprofiles(name, code, tmp_path):
    path = write(tmp_path / "hostile", profiles.from_stacks([([name, "main.b"], 5)]))
    ours, terminal = os.openpty()
    result = run("--to", "preprofile", path, capture_output=False, stdout=terminal, stderr=subprocess.PIPE)
    os.close(terminal)
    assert result.returncode == code, result.stderr
    assert code == 0 or b"fit for a terminal" in result.stderr
    os.close(ours)
    assert run("--to", "preprofile", path).returncode == 0


def test_hostile_names_do_not_reach_the_terminal(tmp_path):
    path = write(tmp_path / "hostile", profiles.from_stacks([(["main.a\x1b[31m", "main.main"], 1), (["main.b", "main.main"], 1)]))
    result = run("--rename-regex", r"^main\.[ab].*=main.\x1b]0;x" "\x1b", path)
    assert b"\x1b" not in result.stderr


@pytest.mark.parametrize("tool", ["pgo-lint", "pgo-merge", "pgo-report"])
def test_other_tools_send_recordings_here(tool, tmp_path):
    recording = tmp_path / "perf.data"
    recording.write_bytes(b"PERFILE2" + bytes(96))
    result = subprocess.run([TOOLS / tool, recording], capture_output=True, text=True, check=False)
    assert "a perf.data recording" in result.stdout + result.stderr
    assert "pgo-convert makes a profile of it" in result.stdout + result.stderr


def script(*samples, event="cpu-clock:u"):
    """The text of perf script for [(name, ids, file)]: of a file of None, without a stack."""
    return "".join(f"{name:>15} {ids} 1.000000: 1000000 {event}: " +
                   (" 45f0a1 main.f+0x21 (/gone)\n" if file is None else f"\n\t45f0a1 main.f+0x21 ({file})\n\n")
                   for name, ids, file in samples).encode()


SERVER, WORKER = ("server", "7/7", "/gone/server"), ("my worker", "8/9", "/gone/worker")


@pytest.mark.parametrize("options,content,code,message,remedy", [
    (["--pid", "5"], script(SERVER, SERVER, WORKER), 3, "no samples of a process of the id 5",
     "recorded are server (pid 7, 2 samples), my worker (pid 8, 1 sample)"),
    (["--comm", "w"], script(WORKER), 3, "no samples of a process of the name w", "recorded are my worker (pid 8, 1 sample)"),
    (["--comm", "service-with-a-name"], script(WORKER), 3, "no samples of a process of the name service-with-a-name",
     "the kernel cuts names at 15 bytes: try --comm 'service-with-a-'; recorded are my worker"),
    (["--comm", "my worker"], script(SERVER, SERVER, WORKER), 4,
     "/gone/worker (1 sample) holds most samples of the recording, but cannot be read: ", "--binary FILE"),
    (["--comm", "w"], script(("server", "7", None), ("server", "9", None)), 3, "no samples of a process of the name w",
     "recorded are server (thread 7, 1 sample), server (thread 9, 1 sample)"),
    ([], script(("server", "7", "/gone/server")), 4, "/gone/server (1 sample) holds most samples",
     "choose another process with --comm, or with --pid out of `perf script -F +pid`"),
    (["--pid", "7"], script(("server", "7", "/gone/server")), 3, "the text has ids of threads, not of processes",
     "print the recording with `perf script -F +pid`"),
    ([], b"# cmdline : perf\nserver 7 1.000000: PERF_RECORD_COMM: server:7/7\n", 3, "the recording has no samples", "record again"),
    ([], b"PERFILE2\x68\0\0\0\0\0\0\0", 3, "truncated perf.data header", "perf was killed, or the disk was full: record again"),
])
def test_recordings_that_do_not_convert_say_why(options, content, code, message, remedy):
    result = run(*options, "-", input=content)
    first, second = result.stderr.decode().splitlines()
    assert result.returncode == code and first.startswith(f"pgo-convert: error: <stdin>: {message}")
    assert remedy in second and first.count("/gone") <= 1


def test_names_of_recorded_processes_do_not_reach_the_terminal():
    result = run("--from", "perf-script", "--pid", "5", "-", input=script(("a\x1b[31m", "7/7", "/gone/server")))
    assert b"a\\x1b[31m (pid 7, 1 sample)" in result.stderr and b"\x1b" not in result.stderr


def test_a_folder_is_no_program(tmp_path):
    result = run(REAL / "frames.perf", "--binary", tmp_path)
    assert result.returncode == 4 and result.stderr.decode().splitlines() == [
        f"pgo-convert: error: {tmp_path}: is a directory", "pgo-convert: name the program in it"]
