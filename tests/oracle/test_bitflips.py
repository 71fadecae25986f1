"""Every single-bit flip of a small real profile: our verdict is Go's."""

import gzip

from pgoprof_testing import go, verdicts


def small_real_profile():
    return gzip.decompress(next(path for path in go.toolchain_profiles() if path.name == "inline_hot.pprof").read_bytes())


def flips(data):
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


def write_all(directory, contents):
    directory.mkdir()
    paths = []
    for number, content in enumerate(contents):
        paths.append(directory / f"{number}.pprof")
        paths[-1].write_bytes(content)
    return paths


def check_all(paths, theirs):
    errors = verdicts.lint_errors(paths)
    verdicts.in_pool(lambda item: verdicts.check_agreement(item[0], item[1], errors[item[0]]), zip(paths, theirs))


def test_flips_in_the_message(tmp_path):
    contents = list(flips(small_real_profile()))
    paths = write_all(tmp_path / "raw", contents)
    theirs = verdicts.in_pool(go.run_preprofile, paths)
    print(f"\n{len(paths)} flips, of which preprofile refuses {theirs.count(None)}")
    assert 0 < theirs.count(None) < len(paths)
    check_all(paths, theirs)
    # Gzipped again, for which preprofile's verdict cannot differ: no flip makes the message begin like gzip.
    assert not any(content.startswith(b"\x1f\x8b") for content in contents)
    check_all(write_all(tmp_path / "gzipped", (gzip.compress(content, 1, mtime=0) for content in contents)), theirs)


def test_flips_in_the_file(tmp_path):
    stored = gzip.compress(small_real_profile()[:300], mtime=0)
    paths = write_all(tmp_path / "stored", flips(stored))
    check_all(paths, verdicts.in_pool(go.run_preprofile, paths))
