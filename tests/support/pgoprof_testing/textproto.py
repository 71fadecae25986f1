"""The readable profiles of testdata/textproto, encoded."""

import os
import pathlib

from google.protobuf import text_format
from profile_pb2 import Profile

FOLDER = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/textproto"


def names():
    return sorted(path.stem for path in FOLDER.glob("*.textproto"))


def encode(name):
    """The wire form; not compressed."""
    return text_format.Parse((FOLDER / f"{name}.textproto").read_text(), Profile()).SerializeToString()
