#!/usr/bin/env python3
"""Checks that each room of the house includes only what it may know (docs/ARCHITECTURE.md, "The rooms").

usage: check_layers.py SOURCE_DIR | --self-test
"""

import pathlib
import re
import sys
import tempfile

# Room -> the rooms whose headers it may include, besides its own.
ROOMS = {
    "base": set(),
    "io": {"base"},
    "model": {"base"},
    "binary": {"base"},
    "codec": {"base", "model"},
    "load": {"base", "model", "io", "codec"},
    "transform": {"base", "model", "binary"},
    "import": {"base", "model", "io", "binary", "codec", "load", "transform"},
    "fetch": {"base", "model", "io", "load", "transform", "codec"},
    "gosource": {"base", "io"},
    "lint": {"base", "model", "transform"},
    "config": {"base", "model", "lint"},
    "report": {"base", "model", "transform", "lint"},
    "apps": {"base", "model", "io", "binary", "codec", "load", "transform", "import", "fetch", "gosource", "lint",
             "config", "report"},
}

# Foreign header -> the only files (or folders) that may include it.
FOREIGN = {
    "libdeflate.h": ["libpgoprof/pgoprof/base/gzip.cc"],
    "zlib.h": ["libpgoprof/pgoprof/base/gzip.cc"],
    "nettle/": ["libpgoprof/pgoprof/base/sha256.cc"],
    "curl/": ["libpgoprof/pgoprof/io/http.cc", "libpgoprof/pgoprof/io/http_transfer.", "libpgoprof/pgoprof/io/http_url.cc"],
    "elfutils/": ["libpgoprof/pgoprof/binary/dwarf.cc"],
    "dwarf.h": ["libpgoprof/pgoprof/binary/dwarf.cc"],
    "zstd.h": ["libpgoprof/pgoprof/base/zstd.cc"],
    "fmt/": ["libpgoprof/", "apps/"],
    "nlohmann/": ["libpgoprof/pgoprof/base/json_text.h", "libpgoprof/pgoprof/base/json_document.cc"],
    "toml++/": ["libpgoprof/pgoprof/config/lint_config.cc"],
    "yaml-cpp/": ["libpgoprof/pgoprof/fetch/kubeconfig.cc"],
    "zip.h": ["libpgoprof/pgoprof/fetch/zip_entries.cc"],
    "CLI/": ["apps/"],
    "re2/": ["apps/cli/pattern.cc"],
}

# What the system itself gives: C++ headers have no dot, C and POSIX ones are named here.
SYSTEM = re.compile(r"[a-z0-9_]+|(sys|linux)/\w+\.h|"
                    r"(unistd|fcntl|signal|poll|termios|errno|stdlib|limits|malloc|elf|netdb|sched|spawn)\.h")

# Of these, the library knows nothing: only the apps print, exit and read the environment.
APPS_ONLY = [
    (re.compile(r"#\s*include\s*<(iostream|print)>"), "prints"),
    (re.compile(r"\bstd::(cout|cerr|clog)\b|\bfmt::print(ln)?\s*\(|(?<![\w.>])(v?f?printf|f?puts|f?putc(har)?|perror)\s*\("),
     "prints"),
    (re.compile(r"(?<![\w.>])(exit|_exit|_Exit|quick_exit|abort)\s*\("), "exits"),
    (re.compile(r"(?<![\w.>])(secure_)?getenv\s*\("), "reads the environment"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
LITERALS_AND_COMMENTS = re.compile(
    r'R"(?P<delimiter>[^()\\\s]*)\(.*?\)(?P=delimiter)"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


# Files outside the rooms' folders.
ROOM_OF_STEM = {"load": "load", "load_all": "load", "input_source": "load"}


def room_of_header(header):
    match = re.fullmatch(r"pgoprof/(?:(\w+)/)?(\w+)\.h", header)
    return match and (match[1] or ROOM_OF_STEM.get(match[2], match[2]))


def room_of_file(path):
    if path.startswith("apps/"):
        return "apps"
    relative = path.removeprefix("libpgoprof/pgoprof/")
    stem = pathlib.PurePosixPath(relative).stem
    return relative.split("/")[0] if "/" in relative else ROOM_OF_STEM.get(stem, stem)


def check_foreign(path, header):
    for prefix, allowed in FOREIGN.items():
        if header.startswith(prefix):
            if not any(path.startswith(place) for place in allowed):
                yield f"includes <{header}>, which is for {' and '.join(allowed)} alone"
            return
    if not SYSTEM.fullmatch(header):
        yield f"includes <{header}>, a foreign header that has no entry in the table"


def check_own(room, header):
    if room == "apps" and header.startswith(("cli/", "pgo_")):
        return
    target = room_of_header(header)
    if target is None:
        yield f'includes "{header}", which is not written as "pgoprof/<room>/x.h"'
    elif target != room and target not in ROOMS[room]:
        yield f'includes "{header}": {room} knows nothing of {target}'


def check_file(path, text):
    """Yields what is wrong with one file; `path` is relative to the source tree."""
    room = room_of_file(path)
    if room not in ROOMS:
        yield f"is in room {room}, which has no entry in the table"
        return
    for foreign, own in INCLUDE.findall(COMMENTS.sub("", text)):
        yield from check_foreign(path, foreign) if foreign else check_own(room, own)
    if room != "apps":
        code = LITERALS_AND_COMMENTS.sub('""', text)
        for pattern, deed in APPS_ONLY:
            for match in pattern.finditer(code):
                yield f"{deed} (`{match[0]}`): only apps may"


def check_tree(root):
    root = pathlib.Path(root)
    files = sorted(file for folder in ("libpgoprof", "apps") for file in (root / folder).rglob("*")
                   if file.suffix in (".cc", ".h"))
    if not files:
        return [f"{root}: no sources found"]
    paths = [(file.relative_to(root).as_posix(), file) for file in files]
    return [f"{path}: {fault}" for path, file in paths for fault in check_file(path, file.read_text())]


SOUND = {
    "libpgoprof/pgoprof/io/source.cc": '#include "pgoprof/io/source.h"\n#include <unistd.h>\n#include "pgoprof/base/bytes.h"\n',
    "libpgoprof/pgoprof/load.cc": '#include "pgoprof/load.h"\n#include "pgoprof/io/source.h"\n#include "pgoprof/codec/pprof.h"\n',
    "libpgoprof/pgoprof/base/gzip.cc": '#include <libdeflate.h>\n// printf("x"), exit(1)\nauto a = "exit(1)";\nsnprintf(b);\n',
    "libpgoprof/pgoprof/base/raw.cc": 'auto a = R"(getenv("x"))"; budget.exit(1);\n',
    "apps/pgo_x.cc": '#include <CLI/CLI.hpp>\n#include <iostream>\n#include "cli/tool.h"\nint main() { std::exit(1); }\n',
}

VIOLATIONS = {
    "libpgoprof/pgoprof/io/x.cc": ['#include "pgoprof/codec/pprof.h"', '#include "pgoprof/load.h"', '#include "cli/tool.h"'],
    "libpgoprof/pgoprof/codec/x.h": ['#include "pgoprof/io/source.h"', '#include "wire.h"', '#include <CLI/CLI.hpp>'],
    "libpgoprof/pgoprof/base/x.cc": ['#include "pgoprof/model/profile.h"', "#include <libdeflate.h>", "#include <lzma.h>"],
    "libpgoprof/pgoprof/model/x.cc": ["#include <curl/curl.h>", "#include <iostream>", "f(std::cout);", "return exit(1);",
                                      'auto* home = std::getenv("HOME");', 'printf("x");', 'std::fprintf(stderr, "x");',
                                      'fmt::print("x");'],
    "libpgoprof/pgoprof/lint/x.cc": ['#include "pgoprof/report/json.h"', '#include "pgoprof/load.h"'],
    "libpgoprof/pgoprof/attic/x.cc": ["int x;"],
}


def write_tree(root, files):
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def self_test():
    """A sound tree passes; adding any one violation to it is found, once."""
    failures = []
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        if not check_tree(root):
            failures.append("an empty tree passed")
        write_tree(root, SOUND)
        failures += check_tree(root)
        for path, lines in VIOLATIONS.items():
            for line in lines:
                write_tree(root, {path: line + "\n"})
                found = check_tree(root)
                if len(found) != 1 or not found[0].startswith(path + ": "):
                    failures.append(f"{path} with `{line}`: {found or 'not found'}")
                (root / path).unlink()
    return failures


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    faults = self_test() if sys.argv[1] == "--self-test" else check_tree(sys.argv[1])
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
