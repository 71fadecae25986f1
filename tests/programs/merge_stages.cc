// merge_stages FILE...: merges on one thread and prints where the CPU time goes, a line a stage: "NAME SECONDS BYTES".
// Then the same for the limit, what no merge of these files into this output can do without: reading them, inflating
// them by libdeflate, one pass over the bytes, and deflating the output.
#include <fmt/format.h>
#include <libdeflate.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <span>
#include <string>

#include "pgoprof/base/gzip.h"
#include "pgoprof/base/gzip_writer.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/io/source.h"
#include "pgoprof/model/invariants.h"
#include "pgoprof/transform/merge.h"

using namespace pgoprof;

namespace {

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

[[noreturn]] void fail(std::string_view what) {
    fmt::print(stderr, "merge_stages: error: {}\n", what);
    std::exit(3);
}

struct Stage {
    const char* name;
    double seconds = 0;
    std::uint64_t bytes = 0;

    template <typename Work>
    auto time(Work&& work) {
        const double started = cpu_seconds();
        auto result = work();
        seconds += cpu_seconds() - started;
        if (!result) fail(name);
        return result;
    }
};

void print(std::span<const Stage> stages) {
    for (const Stage& stage : stages) fmt::print("{} {:.6f} {}\n", stage.name, stage.seconds, stage.bytes);
}

/// Compresses as pgo-merge does, on this thread.
std::optional<std::uint64_t> compressed_size(ByteView data) {
    std::uint64_t size = 0;
    GzipWriter writer(0, Compression::quick, [&](ByteView bytes) {
        size += bytes.size();
        return Result<>();
    });
    if (!writer.write(data) || !writer.finish()) return {};
    return size;
}

Buffer merge(std::span<char*> paths) {
    Stage read{"read"}, inflate{"inflate"}, decode{"decode"}, check{"check"}, fold{"fold"}, finish{"finish"},
        encode{"encode"}, deflate{"deflate"};
    const Limits limits;
    Merger merger;
    Buffer stored, inflated;
    RawProfile raw;
    for (const char* path : paths) {
        read.time([&] { return read_input(path, limits.input_bytes, stored); });
        Budget budget(limits.decode_budget(stored.size()));
        inflate.time([&] { return gunzip(stored.view(), budget, inflated); });
        decode.time([&] { return decode_pprof(inflated.view(), limits, budget, raw); });
        check.time([&] { return require_invariants(raw); });
        fold.time([&] { return merger.add(raw); });
        read.bytes += stored.size();
        inflate.bytes += inflated.size();
    }
    const auto merged = finish.time([&] { return std::move(merger).finish(); });
    Buffer encoded;
    encode.time([&] {
        return encode_pprof(*merged, [&](ByteView bytes) {
            encoded.append(bytes);
            return Result<>();
        });
    });
    encode.bytes = encoded.size();
    deflate.bytes = *deflate.time([&] { return compressed_size(encoded.view()); });
    print(std::array{read, inflate, decode, check, fold, finish, encode, deflate});
    return encoded;
}

/// Something that depends on every byte: how many varints these would be.
std::uint64_t pass(ByteView bytes) {
    std::uint64_t ends = 0;
    for (const std::byte byte : bytes) ends += std::to_integer<unsigned>(byte) < 0x80;
    return ends;
}

std::optional<std::uint64_t> inflate_by_libdeflate(libdeflate_decompressor& inflater, ByteView stored, Buffer& out) {
    std::uint32_t size = 0;  // modulo 2^32: the last four bytes of the only member
    std::memcpy(&size, stored.data() + stored.size() - sizeof size, sizeof size);
    out.resize(size);
    if (libdeflate_gzip_decompress(&inflater, stored.data(), stored.size(), out.data(), size, nullptr) != 0) return {};
    return size;
}

void limit(std::span<char*> paths, ByteView output) {
    Stage read{"limit_read"}, inflate{"limit_inflate"}, once{"limit_pass"}, deflate{"limit_deflate"};
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    const Limits limits;
    Buffer stored, inflated;
    for (const char* path : paths) {
        read.time([&] { return read_input(path, limits.input_bytes, stored); });
        inflate.bytes += *inflate.time([&] { return inflate_by_libdeflate(*inflater, stored.view(), inflated); });
        once.bytes += *once.time([&] { return std::optional(pass(inflated.view())); });
        read.bytes += stored.size();
    }
    deflate.bytes = *deflate.time([&] { return compressed_size(output); });
    print(std::array{read, inflate, once, deflate});
}

}  // namespace

int main(int argc, char** argv) {
    const std::span paths(argv + 1, argv + argc);
    if (paths.empty()) return 2;
    const Buffer output = merge(paths);
    limit(paths, output.view());
}
