#include "pgoprof/fetch/target_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/base/json_document.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/trim.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

constexpr std::uint64_t kLargestList = 64 * kMiB;

std::string_view without_comment(std::string_view line) {
    for (std::size_t at = 0; (at = line.find('#', at)) != line.npos; ++at) {
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
    }
    return line;
}

std::vector<ListedTarget> parse_lines(std::string_view text, const std::string& name) {
    std::vector<ListedTarget> targets;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view target = trim(without_comment(text.substr(0, end)), " \t\r");
        if (!target.empty()) targets.push_back({std::string(target), fmt::format("{}, line {}", name, number)});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return targets;
}

/// A target's own words if it is a whole URL, as it is where a proxy is asked for it.
std::string target_url(std::string_view target, JsonValue labels) {
    const auto scheme = labels["__scheme__"].string();
    const auto path = labels["__metrics_path__"].string();
    std::string url(target);
    if (target.find("://") == target.npos && scheme) url = fmt::format("{}://{}", *scheme, target);
    return path ? url.append(*path) : url;
}

std::unexpected<Error> misshapen(const std::string& name, std::size_t group, std::string_view what) {
    return fail_in(name, {.message = fmt::format("group {}: {}", group, what),
                          .remedy = R"(Prometheus's files are like [{"targets": ["host:6060"], "labels": {}}])"});
}

Result<std::vector<ListedTarget>> parse_groups(std::string_view text, const std::string& name) {
    Budget budget(Limits{}.decode_budget(text.size()));
    JsonDocument document;
    if (const auto parsed = document.parse(as_bytes(text), budget); !parsed) return fail_in(name, parsed.error());
    std::vector<ListedTarget> targets;
    std::size_t number = 0;
    for (const JsonValue group : document.root()) {
        ++number;
        if (!group["targets"].is_array()) return misshapen(name, number, R"(no list of "targets")");
        for (const JsonValue target : group["targets"]) {
            const auto words = target.string();
            if (!words) return misshapen(name, number, "a target that is no text");
            targets.push_back({target_url(*words, group["labels"]), fmt::format("{}, group {}", name, number)});
        }
    }
    return targets;
}

/// An address of IPv6 begins with a bracket, too.
bool is_json(std::string_view text) {
    const std::string_view list = trim(text, " \t\r\n");
    if (!list.starts_with('[')) return false;
    const std::string_view content = trim(list.substr(1), " \t\r\n");
    return content.starts_with('{') || content.starts_with(']');
}

}  // namespace

Result<std::vector<ListedTarget>> parse_target_list(std::string_view text, const std::string& name) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // which editors on Windows begin files with
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (is_json(text)) return parse_groups(text, name);
    return parse_lines(text, name);
}

Result<std::vector<ListedTarget>> read_target_list(const std::string& path) {
    Buffer text;
    if (auto read = read_input(path, kLargestList, text); !read) return fail(std::move(read.error()));
    return parse_target_list(text.text(), input_name(path));
}

}  // namespace pgoprof
