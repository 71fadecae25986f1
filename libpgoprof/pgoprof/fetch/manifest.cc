#include "pgoprof/fetch/manifest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "pgoprof/base/file_descriptor.h"
#include "pgoprof/base/json_document.h"
#include "pgoprof/base/json_text.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/text.h"
#include "pgoprof/io/input_files.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

constexpr std::string_view kSchema = "pgoprof.pgo-fetch.manifest/1";
constexpr std::uint64_t kLargestManifest = kGiB;

struct OutcomeName {
    CaptureOutcome outcome;
    std::string_view name;
};

constexpr OutcomeName kOutcomeNames[] = {
    {CaptureOutcome::captured, "captured"},
    {CaptureOutcome::idle, "idle"},
    {CaptureOutcome::failed, "failed"},
};

/// Reads members, and remembers whether all were there and of their kinds.
class Members {
public:
    explicit Members(JsonValue object) : object_(object) {}

    std::string text(std::string_view name) { return std::string(found(object_[name].string())); }
    std::vector<std::string> texts(std::string_view name) {
        std::vector<std::string> all;
        sound_ &= object_[name].is_array();
        for (const JsonValue value : object_[name]) all.emplace_back(found(value.string()));
        return all;
    }
    double number(std::string_view name) { return found(object_[name].number()); }
    std::int64_t integer(std::string_view name) { return found(object_[name].integer()); }
    std::uint64_t count(std::string_view name) {
        const std::int64_t value = integer(name);
        sound_ &= value >= 0;
        return static_cast<std::uint64_t>(value);
    }

    bool sound() const { return sound_; }

private:
    template <typename Value>
    Value found(std::optional<Value> value) {
        sound_ &= value.has_value();
        return value.value_or(Value{});
    }

    JsonValue object_;
    bool sound_ = true;
};

std::optional<ManifestSettings> parse_settings(JsonValue object) {
    Members members(object);
    if (members.text("schema") != kSchema) return std::nullopt;
    ManifestSettings settings{
        .seed = members.count("seed"),
        .options = members.texts("options"),
    };
    const auto targets = parse_sha256(members.text("targets_sha256"));
    if (!members.sound() || !targets) return std::nullopt;
    settings.targets = *targets;
    return settings;
}

std::optional<ManifestEntry> parse_entry(JsonValue object) {
    Members members(object);
    ManifestEntry entry{
        .round = members.count("round"),
        .target = members.text("target"),
        .of = members.count("of"),
        .part = members.count("part"),
        .parts = members.count("parts"),
        .time = members.text("time"),
        .seconds = members.count("seconds"),
        .attempts = members.count("attempts"),
        .duration_nanos = members.integer("duration_nanos"),
        .samples = members.integer("samples"),
        .cores = members.number("cpu_cores"),
        .file = members.text("file"),
        .fault = members.text("fault"),
        .message = members.text("message"),
    };
    const std::string outcome = members.text("outcome");
    const auto* const named = std::ranges::find(kOutcomeNames, outcome, &OutcomeName::name);
    const std::string digest = members.text("sha256");
    if (!digest.empty()) entry.sha256 = parse_sha256(digest);
    if (!members.sound() || named == std::end(kOutcomeNames) || entry.sha256.has_value() == digest.empty()) {
        return std::nullopt;
    }
    entry.outcome = named->outcome;
    return entry;
}

/// A profile in the directory: nothing that leads out of it, nor the manifest itself.
bool is_plain(const std::string& file) {
    return file.empty() || (file.find('/') == file.npos && file.ends_with(".pprof"));
}

Result<> parse_line(std::string_view line, ManifestContent& content) {
    JsonDocument document;
    Budget budget(Limits{}.decode_budget(line.size()));
    if (auto parsed = document.parse(as_bytes(line), budget); !parsed) return parsed;
    if (!content.settings) {
        content.settings = parse_settings(document.root());
        if (content.settings) return {};
        return fail(ErrorCode::invalid_content, fmt::format("not a manifest of the form {}", kSchema));
    }
    auto entry = parse_entry(document.root());
    if (!entry || !is_plain(entry->file)) return fail(ErrorCode::invalid_content, "not an entry of a manifest");
    content.entries.push_back(*std::move(entry));
    return {};
}

std::string_view name_of(std::string_view option) { return option.substr(0, option.find(' ')); }

/// The option of that name as it was given, or that it was not.
std::string given(const std::vector<std::string>& options, std::string_view name) {
    const auto found = std::ranges::find(options, name, name_of);
    return found == options.end() ? fmt::format("no {}", name) : *found;
}

Result<> check_same(const ManifestSettings& before, const ManifestSettings& now) {
    std::set<std::string_view> names;
    for (const auto* options : {&before.options, &now.options}) {
        for (const std::string& option : *options) names.insert(name_of(option));
    }
    std::vector<std::string> had;
    std::vector<std::string> has;
    for (const std::string_view name : names) {
        std::string then = given(before.options, name);
        if (then == given(now.options, name)) continue;
        had.push_back(std::move(then));
        has.push_back(given(now.options, name));
    }
    if (!had.empty()) {
        return fail(ErrorCode::usage,
                    fmt::format("the directory was filled by a run with {}, and this one has {}",
                                fmt::join(had, " and "), fmt::join(has, " and ")),
                    "give the same options to resume it, or name another directory");
    }
    if (before.targets == now.targets) return {};
    return fail(ErrorCode::usage, "the directory was filled by a run with other targets",
                "give the same targets to resume it, or name another directory");
}

}  // namespace

std::string_view outcome_name(CaptureOutcome outcome) {
    return std::ranges::find(kOutcomeNames, outcome, &OutcomeName::outcome)->name;
}

Sha256 digest_of_targets(std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    std::string list;
    for (const std::string& name : names) list += escape_line(name) + '\n';
    return sha256(as_bytes(list));
}

std::string manifest_path(const std::string& directory) { return std::filesystem::path(directory) / kManifestName; }

std::string format_line(const ManifestSettings& settings) {
    return to_compact_text({
               {"schema", std::string(kSchema)},
               {"seed", settings.seed},
               {"options", settings.options},
               {"targets_sha256", to_hex(settings.targets)},
           }) +
           '\n';
}

std::string format_line(const ManifestEntry& entry) {
    return to_compact_text({
               {"round", entry.round},
               {"target", entry.target},
               {"of", entry.of},
               {"part", entry.part},
               {"parts", entry.parts},
               {"time", entry.time},
               {"seconds", entry.seconds},
               {"attempts", entry.attempts},
               {"outcome", std::string(outcome_name(entry.outcome))},
               {"duration_nanos", entry.duration_nanos},
               {"samples", entry.samples},
               {"cpu_cores", entry.cores},
               {"sha256", entry.sha256 ? to_hex(*entry.sha256) : ""},
               {"file", entry.file},
               {"fault", entry.fault},
               {"message", entry.message},
           }) +
           '\n';
}

Result<ManifestContent> parse_manifest(std::string_view text) {
    ManifestContent content;
    for (std::size_t number = 1, end; (end = text.find('\n', content.bytes)) != text.npos; ++number) {
        auto parsed = parse_line(text.substr(content.bytes, end - content.bytes), content);
        if (!parsed) {
            Error error = std::move(parsed.error());
            error.message = fmt::format("line {}: {}", number, error.message);
            return fail(std::move(error));
        }
        content.bytes = end + 1;
    }
    return content;
}

Manifest::Manifest(std::string path, FileDescriptor file)
    : path_(std::move(path)), file_(std::make_shared<FileDescriptor>(std::move(file))) {}

Result<Manifest> Manifest::open(const std::string& directory, const ManifestSettings& settings) {
    std::error_code failed;
    std::filesystem::create_directory(directory, failed);  // what is wrong shows in what follows
    const std::string path = manifest_path(directory);
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!file.valid()) return fail_in(path, fail_errno("cannot open").error());
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail_in(path, fail_errno("cannot lock").error());
        return fail_in(directory, {.code = ErrorCode::io_failure,
                                   .message = "another pgo-fetch is collecting into this directory",
                                   .remedy = "wait until it has ended, or name another directory"});
    }
    Manifest manifest(path, std::move(file));
    if (auto loaded = manifest.load(settings); !loaded) return fail_in(path, std::move(loaded.error()));
    return manifest;
}

Result<> Manifest::load(const ManifestSettings& settings) {
    Buffer text;
    if (auto read = read_input(path_, kLargestManifest, text); !read) return read;
    auto content = parse_manifest(text.text());
    if (!content) return fail(std::move(content.error()));
    if (::ftruncate(file_->get(), static_cast<off_t>(content->bytes)) != 0) return fail_errno("cannot truncate");
    settings_ = settings;
    if (!content->settings) return write(format_line(settings));
    settings_.seed = content->settings->seed;
    if (auto same = check_same(*content->settings, settings_); !same) return same;
    entries_ = std::move(content->entries);
    return {};
}

Result<> Manifest::append(std::span<const ManifestEntry> entries) {
    std::string text;
    for (const ManifestEntry& entry : entries) text += format_line(entry);
    if (auto written = write(text); !written) return fail_in(path_, std::move(written.error()));
    return {};
}

Result<> Manifest::write(std::string_view text) {
    return write_all(file_->get(), as_bytes(text)) ? Result<>() : fail_errno("cannot write");
}

}  // namespace pgoprof
