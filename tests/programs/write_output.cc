// write_output PATH SIZE: writes SIZE bytes of a fixed pattern as the tools write their results. Exit codes as theirs.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "pgoprof/io/sink.h"

using namespace pgoprof;

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    Buffer data;
    data.resize(std::strtoull(argv[2], nullptr, 10));
    for (std::size_t i = 0; i < data.size(); ++i) data.data()[i] = static_cast<std::byte>(i * 31 >> 3 & 0xff);

    const auto written = write_output(argv[1], data.view());
    if (written) return 0;
    const Error& error = written.error();
    fmt::print(stderr, "write_output: error: {}: {}\n", error.input, error.message);
    return error.code == ErrorCode::io_failure ? 4 : 70;
}
