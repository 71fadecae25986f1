"""The files of testdata/bad, each of which one lint rule speaks on: readable text, encoded here.

NAME.textproto is a profile as text, in which `$(x * 10)` stands for ten times x, and a line after `@3..5@` for three
lines, with 3, 4 and 5 for each further @. NAME.bytes makes a file step by step, a line each:

    sound           append sound.textproto, encoded      gzip            compress all there is so far
    0a ff           append these bytes                   cut 4           drop the last four bytes
    "a\\n"           append this text                     at -8: 00 01    overwrite from there (negative: from the end)

Comments at the head of either hold, after what is wrong:

    # go: VERDICT: MESSAGE     what go tool preprofile does (GoVerdict in lint/lint.h), and a part of what it says
    # compile: VERDICT: ...    what the compiler makes of preprofile's output, or of the file itself if it is preprofiled
    # lint: now=... max_age=...   options that the rule needs
    # sound: OLD => NEW        this replacement makes a file that just does not violate the rule
"""

import ast
import dataclasses
import gzip
import os
import pathlib
import re

from google.protobuf import text_format
from profile_pb2 import Profile

FOLDER = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/bad"


@dataclasses.dataclass
class Outcome:
    """A verdict, and a part of the message that comes with it."""
    verdict: str
    message: str

    @staticmethod
    def parse(text):
        verdict, _, message = text.partition(": ")
        return Outcome(verdict, message)


class BadFile:
    def __init__(self, path):
        self.path = path
        self.rule = path.name[:6]
        lines = path.read_text().splitlines(keepends=True)
        fields = [re.fullmatch(r"# (go|compile|lint|sound): (.*)\n", line) for line in lines]
        self._body = "".join(line for line, field in zip(lines, fields) if not field)
        self._fields = [field.groups() for field in fields if field]

    def _values(self, key):
        return [value for name, value in self._fields if name == key]

    @property
    def go(self):
        (value,) = self._values("go")
        return Outcome.parse(value)

    @property
    def compile(self):
        return next(map(Outcome.parse, self._values("compile")), None)

    @property
    def lint_options(self):
        return " ".join(self._values("lint")).split()

    def bad(self):
        return self._encode(self._body)

    def sound(self):
        """The bytes of its neighbour that does not violate the rule, or None."""
        replacements = self._values("sound")
        body = self._body
        for replacement in replacements:
            old, new = (part.strip(" ") for part in replacement.split("=>"))
            assert body.count(old) == 1, (self.path, old)
            body = body.replace(old, new)
        return self._encode(body) if replacements else None

    def _encode(self, body):
        return encode_text(body) if self.path.suffix == ".textproto" else encode_steps(body)


def all_files():
    return [BadFile(path) for path in sorted(FOLDER.iterdir()) if path.name.startswith("PGO")]


def sound():
    return encode_text((FOLDER / "sound.textproto").read_text())


def encode_text(text):
    """The wire form; not compressed."""
    text = re.sub(r"^@(\d+)\.\.(\d+)@ (.*\n)", _repeat_line, text, flags=re.MULTILINE)
    text = re.sub(r"\$\((\w+) \* (\d+)\)", lambda match: match[1] * int(match[2]), text)
    return text_format.Parse(text, Profile()).SerializeToString()


def _repeat_line(match):
    return "".join(match[3].replace("@", str(number)) for number in range(int(match[1]), int(match[2]) + 1))


def encode_steps(text):
    content = bytearray()
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        if line == "sound":
            content += sound()
        elif line == "gzip":
            content = bytearray(gzip.compress(content, mtime=0))
        elif line.startswith('"'):
            content += ast.literal_eval(f"b{line}")
        elif line.startswith("cut "):
            content = content[:len(content) - int(line[4:])]
        elif line.startswith("at "):
            place, _, new = line[3:].partition(": ")
            at, new = int(place) % len(content), bytes.fromhex(new)
            content[at:at + len(new)] = new
        else:
            content += bytes.fromhex(line)
    return bytes(content)
