#!/usr/bin/env bash
# Runs the command and the CPU tests as ARM64 programs under QEMU's user emulation, on a Linux machine of another architecture.
# It is to show that the sdot code computes the right thing; it has not been run to its end yet. It says nothing about speed, and takes
# minutes: it is no part of .ci/run.
#
#   apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross      (Debian's names)
#   tests/arm64-under-qemu.sh
#
# LATHE_ARM64_TESTS, LATHE_ARM64_CLI   folders of programs published for linux-arm64 already; without them both are published here
# LATHE_ARM64_LIBRARIES                a folder with libssl.so.3 and libcrypto.so.3 for ARM64, which the test framework hashes with
# LATHE_ARM64_CPU                      a processor that `qemu-aarch64 -cpu help` lists; cortex-a57 has no sdot, neoverse-n1 has
set -euo pipefail
cd "$(dirname "$0")/.."

sysroot=${LATHE_ARM64_SYSROOT:-/usr/aarch64-linux-gnu}
tests=${LATHE_ARM64_TESTS:-artifacts/arm64/tests}
cli=${LATHE_ARM64_CLI:-artifacts/arm64/cli}

publish()
{
    dotnet publish "$1" -c Release -r linux-arm64 --self-contained -o "$2" -v q -nologo
}

emulate()
{
    qemu-aarch64 -cpu "${LATHE_ARM64_CPU:-neoverse-n1}" -L "$sysroot" \
        ${LATHE_ARM64_LIBRARIES:+-E LD_LIBRARY_PATH="$LATHE_ARM64_LIBRARIES"} "$@"
}

[[ -n ${LATHE_ARM64_TESTS:-} ]] || publish tests/Lathe.Cpu.Tests "$tests"
[[ -n ${LATHE_ARM64_CLI:-} ]] || publish src/Lathe.Cli "$cli"

# QEMU does not see one mapping change what another one executes, and compiling everything once is faster than compiling it in tiers.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredCompilation=0 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

emulate "$cli/lathe" devices
emulate "$cli/lathe" run -p "Once upon a time" -n 8 --temp 0
emulate "$tests/Lathe.Cpu.Tests" --no-progress --filter-namespace Lathe.Cpu.Tests.Simd.MatMul
emulate "$tests/Lathe.Cpu.Tests" --no-progress --filter-namespace Lathe.Cpu.Tests.Ops
emulate "$tests/Lathe.Cpu.Tests" --no-progress --filter-class Lathe.Cpu.Tests.Golden.GoldenTests
