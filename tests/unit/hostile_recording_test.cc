// Damaged recordings either read as something sound or give a clean error; under the sanitizers, too.
#include <catch2/catch.hpp>

#include "pgoprof/codec/perf_data.h"
#include "pgoprof/codec/perf_script.h"
#include "support/recording_text.h"
#include "support/testdata.h"

using namespace pgoprof;
using namespace pgoprof::testing;

namespace {

constexpr const char* kRecordings[]{"real/frames.perf", "real/stacks.perf", "real/compressed.perf",
                                    "real/plain.perf",  "real/pipe.perf",   "real/processes.perf"};
constexpr const char* kTexts[]{"real/frames.perf.txt", "real/stacks.perf.txt", "real/processes.perf.txt"};

/// How many of the single-bit flips of `data` can be read.
std::size_t flip_each_bit(RecordingReader reader, std::string data) {
    std::size_t read = 0;
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << bit % 8);
        data[bit / 8] = static_cast<char>(data[bit / 8] ^ flip);
        read += touch_recording(reader, as_bytes(data)) ? 1 : 0;
        data[bit / 8] = static_cast<char>(data[bit / 8] ^ flip);
    }
    return read;
}

/// A prefix has memory of its own, so that the sanitizers see a step beyond it.
bool read_prefix(RecordingReader reader, const std::string& content, std::size_t size) {
    const std::string prefix = content.substr(0, size);
    return touch_recording(reader, as_bytes(prefix));
}

}  // namespace

TEST_CASE("Real recordings are read, and no proper prefix of a file is") {
    for (const char* name : kRecordings) {
        const std::string content = read_testdata(name);
        INFO(name);
        REQUIRE(touch_recording(read_perf_data, as_bytes(content)));
        const bool is_pipe = std::string_view(name) == "real/pipe.perf";
        std::size_t sound = 0;
        for (std::size_t size = 0; size < content.size(); ++size)
            sound += read_prefix(read_perf_data, content, size) ? 1 : 0;
        // A pipe may end behind any record.
        CHECK((sound != 0) == is_pipe);
    }
}

TEST_CASE("Every single-bit flip of a recording is read as something sound or refused cleanly") {
    for (const char* name : {"real/frames.perf", "real/stacks.perf", "real/compressed.perf", "real/pipe.perf"}) {
        const std::string content = read_testdata(name);
        INFO(name);
        const std::size_t read = flip_each_bit(read_perf_data, content);
        CHECK(read > 0);
        CHECK(read < content.size() * 8);
    }
}

TEST_CASE("Every prefix and single-bit flip of perf script's text is read as something sound or refused cleanly") {
    for (const char* name : kTexts) {
        const std::string content = read_testdata(name);
        INFO(name);
        REQUIRE(touch_recording(read_perf_script, as_bytes(content)));
        for (std::size_t size = 0; size < content.size(); ++size) read_prefix(read_perf_script, content, size);
    }
    const std::string content = read_testdata("real/stacks.perf.txt");
    const std::size_t read = flip_each_bit(read_perf_script, content);
    CHECK(read > 0);
    CHECK(read < content.size() * 8);
}
