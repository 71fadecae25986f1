// The tables of a processed profile of the Firefox profiler.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "pgoprof/base/json_document.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

struct FirefoxFunction {
    std::string_view name;
    std::string_view file;
    std::int64_t start_line = 0;
    std::int32_t lib = -1;  ///< position in `libs`; -1 where there is none
};

struct FirefoxFrame {
    std::int64_t address = -1;  ///< relative to the library; callers' are return address - 1; -1 where there is none
    std::uint32_t function = 0;
    std::int64_t inline_depth = 0;  ///< more than 0: inlined into the frame before it, whose address it shares
    std::int64_t line = 0;
    std::int64_t column = 0;
};

struct FirefoxStack {
    std::uint32_t prefix = 0;  ///< kNoStack for a root
    std::uint32_t frame = 0;
};

inline constexpr std::uint32_t kNoStack = std::numeric_limits<std::uint32_t>::max();

struct FirefoxLib {
    std::string_view path;
    std::string_view build_id;  ///< lower-case hex; may be empty
};

struct FirefoxTables {
    std::vector<FirefoxFunction> functions;
    std::vector<FirefoxFrame> frames;  ///< their functions exist
    std::vector<FirefoxStack> stacks;  ///< prefixes stand before those that they begin; frames exist
    std::vector<FirefoxLib> libs;
    bool has_addresses = false;  ///< some frame has one
};

/// A thread's samples, added up.
struct FirefoxThread {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    std::string_view process;
    const FirefoxTables* tables = nullptr;
    bool has_new_tables = true;  ///< read for it; else they are as a thread before it had them
    struct StackWeight {
        std::uint32_t stack = 0;
        std::int64_t weight = 0;
    };
    std::vector<StackWeight> stacks{};  ///< each once
    std::int64_t off_cpu = 0;           ///< weight of the samples that took no CPU time, which are not in `stacks`
};

struct FirefoxMeta {
    std::string_view weight_type = "samples";  ///< of the first thread with samples
    std::int64_t interval_nanos = 0;           ///< between samples; 0 where unknown
    std::int64_t start_nanos = 0;              ///< since the Unix epoch; 0 where unknown
    std::int64_t duration_nanos = 0;           ///< from the first sample to the last
    bool has_addresses = false;                ///< some frame that was read has one
};

/// Owns the text's values.
class FirefoxFile {
public:
    /// Errors: invalid_content; limit_exceeded (PGO106).
    Result<> parse(ByteView json, Budget& budget);

    const FirefoxMeta& meta() const { return meta_; }

    using VisitThread = std::function<Result<>(const FirefoxThread&)>;
    Result<> visit_threads(const VisitThread& visit);

private:
    Result<> read_meta();
    Result<> visit_thread(JsonValue json, const VisitThread& visit);
    Result<const FirefoxTables*> tables_of(JsonValue json);
    Result<> read_tables(JsonValue thread, FirefoxTables& out);
    Result<> read_functions(JsonValue thread, FirefoxTables& out);
    Result<> read_frames(JsonValue thread, FirefoxTables& out);
    Result<> read_stacks(JsonValue thread, FirefoxTables& out);
    Result<> read_libs(JsonValue thread, FirefoxTables& out);
    Result<> add_samples(JsonValue samples, FirefoxThread& thread);
    JsonValue part(JsonValue thread, std::string_view name) const;
    std::vector<std::int64_t> column(JsonValue table, std::string_view name, std::size_t size, std::int64_t none) const;
    Result<> charge(std::size_t count, std::size_t size);

    JsonDocument document_;
    Budget* budget_ = nullptr;
    FirefoxMeta meta_;
    FirefoxTables shared_;
    FirefoxTables own_;
    bool has_shared_ = false;
    bool tables_are_new_ = false;
    std::vector<std::int64_t> weights_;  ///< by stack; all 0 between threads
};

}  // namespace pgoprof
