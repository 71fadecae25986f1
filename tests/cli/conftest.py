"""What several of these tests use."""

import pytest


@pytest.fixture
def write(tmp_path):
    """write(content, name): the path of a file with these bytes, or this message."""
    def write(content, name="cpu.pprof"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
        return path
    return write
