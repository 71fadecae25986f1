"""As test_binary.py, for the last release of each Go version and each way to build, and for arm64 under emulation. Takes
an hour and toolchains from the module proxy: `scripts/test --full`, or `ctest --preset release -R binary_matrix -V`, which
prints how many addresses were compared."""

import shutil
import sys

import pytest

from pgoprof_testing import symbols

VERSIONS = ["1.18.10", "1.19.13", "1.20.14", "1.21.13", "1.22.12", "1.23.12", "1.24.11", "1.25.5", "1.26.8", "1.27.4"]
ARM_VERSIONS = ["1.20.14", "1.23.12", "1.25.5", "1.26.8", "1.27.4"]

ARM_LIBRARIES = "/usr/aarch64-linux-gnu"


def report(what, addresses):
    print(f"\n{what}: {addresses} addresses, no mismatch", file=sys.stderr)


@pytest.mark.parametrize("mode", symbols.MODES)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_address(version, mode, tmp_path):
    binary = symbols.build(tmp_path / "program", mode, symbols.toolchain(version))
    report(f"Go {version} {mode}", symbols.compare_all_code(binary))


@pytest.mark.parametrize("mode", ["plain", "pie-stripped"])
@pytest.mark.parametrize("version", ARM_VERSIONS)
def test_every_address_on_arm64(version, mode, tmp_path):
    emulator = shutil.which("qemu-aarch64")
    if emulator is None:
        pytest.skip("needs qemu-aarch64")
    binary = symbols.build(tmp_path / "program", mode, symbols.toolchain(version), arch="arm64")
    report(f"Go {version} {mode} arm64", symbols.compare_all_code(binary, emulator, "-L", ARM_LIBRARIES))
