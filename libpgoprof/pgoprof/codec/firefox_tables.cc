#include "pgoprof/codec/firefox_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "pgoprof/base/checked.h"
#include "pgoprof/codec/budgeted_builder.h"

namespace pgoprof {
namespace {

std::unexpected<Error> malformed(std::string_view what) {
    return fail({.message = fmt::format("malformed profile of the Firefox profiler: {}", what)});
}

/// Of "26928.1", which is the second process with that id; ids may be numbers, too.
std::uint32_t leading_number(JsonValue id) {
    std::uint32_t number = 0;
    if (const auto text = id.string()) std::from_chars(text->data(), text->data() + text->size(), number);
    return id.integer() ? static_cast<std::uint32_t>(*id.integer()) : number;
}

std::int64_t millis_to_nanos(JsonValue millis) {
    const double nanos = std::round(millis.number().value_or(0) * 1e6);
    return std::abs(nanos) < 0x1p63 ? static_cast<std::int64_t>(nanos) : 0;
}

bool within(std::int64_t index, std::size_t size) { return index >= 0 && static_cast<std::uint64_t>(index) < size; }

}  // namespace

Result<> FirefoxFile::parse(ByteView json, Budget& budget) {
    budget_ = &budget;
    if (auto parsed = document_.parse(json, budget); !parsed) return parsed;
    return read_meta();
}

Result<> FirefoxFile::read_meta() {
    const JsonValue meta = document_.root()["meta"];
    if (!meta["preprocessedProfileVersion"].exists()) {
        return fail({.message = "a profile of Firefox as it was captured, not as the Firefox profiler saves it",
                     .remedy = "open it in https://profiler.firefox.com and download it there"});
    }
    meta_.interval_nanos = millis_to_nanos(meta["interval"]);
    meta_.start_nanos = millis_to_nanos(meta["startTime"]);
    double first = std::numeric_limits<double>::infinity();
    double last = -first;
    bool any = false;
    for (const JsonValue thread : document_.root()["threads"]) {
        const JsonValue samples = thread["samples"];
        if (samples["stack"].size() == 0) continue;
        if (const auto type = samples["weightType"].string(); type && !any) meta_.weight_type = *type;
        any = true;
        double now = 0;
        const bool deltas = samples["timeDeltas"].is_array();
        for (const JsonValue time : samples[deltas ? "timeDeltas" : "time"]) {
            now = time.number().value_or(0) + (deltas ? now : 0);
            first = std::min(first, now);
            last = std::max(last, now);
        }
    }
    const double nanos = (last - first) * 1e6;
    if (nanos > 0 && nanos < 0x1p63) meta_.duration_nanos = static_cast<std::int64_t>(nanos);
    return {};
}

Result<> FirefoxFile::visit_threads(const VisitThread& visit) {
    const JsonValue threads = document_.root()["threads"];
    if (!threads.is_array()) return malformed("threads is no array");
    for (const JsonValue thread : threads) {
        if (auto visited = visit_thread(thread, visit); !visited) return visited;
    }
    return {};
}

Result<> FirefoxFile::visit_thread(JsonValue json, const VisitThread& visit) {
    const JsonValue samples = json["samples"];
    if (samples["stack"].size() == 0) return {};
    const auto tables = tables_of(json);
    if (!tables) return std::unexpected(tables.error());
    FirefoxThread thread{.pid = leading_number(json["pid"]),
                         .tid = leading_number(json["tid"]),
                         .process = json["processName"].string().value_or(json["name"].string().value_or("")),
                         .tables = *tables,
                         .has_new_tables = std::exchange(tables_are_new_, false)};
    if (auto added = add_samples(samples, thread); !added) return added;
    return visit(thread);
}

/// Of the thread itself, or those that all threads share since version 56 of the format.
Result<const FirefoxTables*> FirefoxFile::tables_of(JsonValue json) {
    const bool own = json["stackTable"].exists();
    FirefoxTables& tables = own ? own_ : shared_;
    if (own || !has_shared_) {
        tables_are_new_ = true;
        if (auto read = read_tables(json, tables); !read) return std::unexpected(read.error());
    }
    has_shared_ = has_shared_ || !own;
    return &tables;
}

JsonValue FirefoxFile::part(JsonValue thread, std::string_view name) const {
    if (thread[name].exists()) return thread[name];
    const JsonValue shared = document_.root()["shared"][name];
    return shared.exists() ? shared : document_.root()[name];
}

Result<> FirefoxFile::charge(std::size_t count, std::size_t size) {
    if (budget_->charge(count * size)) return {};
    return fail(no_memory("the profile needs more memory than a file of this size may"));
}

std::vector<std::int64_t> FirefoxFile::column(JsonValue table, std::string_view name, std::size_t size,
                                              std::int64_t none) const {
    std::vector<std::int64_t> values;
    values.reserve(size);
    for (const JsonValue value : table[name]) {
        if (values.size() == size) break;
        values.push_back(value.integer().value_or(none));
    }
    values.resize(size, none);
    return values;
}

Result<> FirefoxFile::read_tables(JsonValue thread, FirefoxTables& out) {
    const std::uint64_t before = budget_->left();
    for (const auto read : {&FirefoxFile::read_libs, &FirefoxFile::read_functions, &FirefoxFile::read_frames,
                            &FirefoxFile::read_stacks}) {
        if (auto done = (this->*read)(thread, out); !done) return done;
    }
    if (&out == &own_) budget_->refund(before - budget_->left());  // the next thread's take their place
    const auto has_address = [](const FirefoxFrame& frame) { return frame.address >= 0; };
    out.has_addresses = std::ranges::any_of(out.frames, has_address);
    meta_.has_addresses = meta_.has_addresses || out.has_addresses;
    return {};
}

Result<> FirefoxFile::read_libs(JsonValue thread, FirefoxTables& out) {
    const JsonValue libs = part(thread, "libs");
    out.libs.clear();
    if (auto charged = charge(libs.size(), sizeof(FirefoxLib)); !charged) return charged;
    for (const JsonValue lib : libs) {
        out.libs.push_back(
            {lib["path"].string().value_or(lib["name"].string().value_or("")), lib["codeId"].string().value_or("")});
    }
    return {};
}

Result<> FirefoxFile::read_functions(JsonValue thread, FirefoxTables& out) {
    const JsonValue table = part(thread, "funcTable");
    const JsonValue resources = part(thread, "resourceTable");
    JsonValue texts = part(thread, "stringArray");
    if (!texts.exists()) texts = part(thread, "stringTable");
    const std::size_t size = table["name"].size();
    const std::size_t columns = 4 * size * sizeof(std::int64_t) + resources["lib"].size() * sizeof(std::int64_t);
    if (auto charged = charge(1, columns + size * sizeof(FirefoxFunction) + texts.size() * sizeof(std::string_view));
        !charged) {
        return charged;
    }
    std::vector<std::string_view> strings;
    for (const JsonValue text : texts) strings.push_back(text.string().value_or(""));
    const auto string = [&](std::int64_t index) {
        return within(index, strings.size()) ? strings[static_cast<std::size_t>(index)] : "";
    };
    const auto libs = column(resources, "lib", resources["lib"].size(), -1);
    const auto names = column(table, "name", size, -1);
    const auto files = column(table, "fileName", size, -1);
    const auto lines = column(table, "lineNumber", size, 0);
    const auto places = column(table, "resource", size, -1);
    out.functions.clear();
    for (std::size_t i = 0; i < size; ++i) {
        const std::int64_t lib = within(places[i], libs.size()) ? libs[static_cast<std::size_t>(places[i])] : -1;
        out.functions.push_back({.name = string(names[i]),
                                 .file = string(files[i]),
                                 .start_line = lines[i],
                                 .lib = within(lib, out.libs.size()) ? static_cast<std::int32_t>(lib) : -1});
    }
    return {};
}

Result<> FirefoxFile::read_frames(JsonValue thread, FirefoxTables& out) {
    const JsonValue table = part(thread, "frameTable");
    const std::size_t size = table["func"].size();
    if (auto charged = charge(size, 5 * sizeof(std::int64_t) + sizeof(FirefoxFrame)); !charged) return charged;
    const auto functions = column(table, "func", size, -1);
    const auto addresses = column(table, "address", size, -1);
    const auto depths = column(table, "inlineDepth", size, 0);
    const auto lines = column(table, "line", size, 0);
    const auto columns = column(table, "column", size, 0);
    out.frames.clear();
    for (std::size_t i = 0; i < size; ++i) {
        if (!within(functions[i], out.functions.size())) return malformed("a frame without a function");
        out.frames.push_back({.address = addresses[i],
                              .function = static_cast<std::uint32_t>(functions[i]),
                              .inline_depth = depths[i],
                              .line = lines[i],
                              .column = columns[i]});
    }
    return {};
}

Result<> FirefoxFile::read_stacks(JsonValue thread, FirefoxTables& out) {
    const JsonValue table = part(thread, "stackTable");
    const std::size_t size = table["frame"].size();
    if (size != table["prefix"].size()) return malformed("the stack table has no prefix for each frame");
    if (auto charged = charge(size, 3 * sizeof(std::int64_t) + sizeof(FirefoxStack)); !charged) return charged;
    const auto frames = column(table, "frame", size, -1);
    const auto prefixes = column(table, "prefix", size, -1);
    out.stacks.clear();
    for (std::size_t i = 0; i < size; ++i) {
        if (!within(frames[i], out.frames.size())) return malformed("a stack without a frame");
        if (prefixes[i] >= 0 && !within(prefixes[i], i)) return malformed("a stack whose prefix comes after it");
        out.stacks.push_back({prefixes[i] < 0 ? kNoStack : static_cast<std::uint32_t>(prefixes[i]),
                              static_cast<std::uint32_t>(frames[i])});
    }
    return {};
}

Result<> FirefoxFile::add_samples(JsonValue samples, FirefoxThread& thread) {
    const std::size_t size = samples["stack"].size();
    if (weights_.size() < thread.tables->stacks.size()) weights_.resize(thread.tables->stacks.size());
    const auto stacks = column(samples, "stack", size, -1);
    const auto weights = column(samples, "weight", size, 1);
    const auto cpu = column(samples, "threadCPUDelta", size, 1);
    std::vector<std::uint32_t> touched;
    bool overflow = false;
    for (std::size_t i = 0; i < size; ++i) {
        if (stacks[i] < 0) continue;
        if (!within(stacks[i], thread.tables->stacks.size())) return malformed("a sample without a stack");
        if (cpu[i] == 0) {
            overflow = !add_checked(thread.off_cpu, weights[i]) || overflow;
            continue;
        }
        const auto stack = static_cast<std::uint32_t>(stacks[i]);
        touched.push_back(stack);
        overflow = !add_checked(weights_[stack], weights[i]) || overflow;
    }
    for (const std::uint32_t stack : touched) {
        if (weights_[stack] != 0) thread.stacks.push_back({stack, weights_[stack]});
        weights_[stack] = 0;
    }
    if (!overflow) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of weights overflows 64 bits", .rule = "PGO126"});
}

}  // namespace pgoprof
