#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "pgoprof/lint/personal_labels.h"
#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// The words of "user_id", "userId", "user-id" or "X-User-ID", in lower case.
std::vector<std::string> words_of(std::string_view key) {
    std::vector<std::string> words;
    bool inside = false;  // a word, which a capital after a small letter ends
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (!is_letter(key[i])) {
            inside = false;
            continue;
        }
        const bool hump = i > 0 && is_upper(key[i]) && is_letter(key[i - 1]) && !is_upper(key[i - 1]);
        if (!inside || hump) words.emplace_back();
        words.back() += lower(key[i]);
        inside = true;
    }
    return words;
}

/// Whether labels of that name hold, as a rule, what belongs to a person or opens a door.
bool is_personal_key(std::string_view key) {
    constexpr std::array<std::string_view, 27> kWords{
        "user",     "username", "userid",     "uid",     "login",         "email",   "mail",      "phone",    "ip",
        "ipaddr",   "customer", "customerid", "account", "accountid",     "session", "sessionid", "cookie",   "token",
        "password", "passwd",   "secret",     "apikey",  "authorization", "ssn",     "iban",      "birthday", "msisdn"};
    return std::ranges::any_of(
        words_of(key), [&](const std::string& word) { return std::ranges::find(kWords, word) != kWords.end(); });
}

bool is_email(std::string_view value) {
    const auto at = value.find('@');
    if (at == value.npos || at == 0 || value.find_first_of(" /\t", 0) != value.npos) return false;
    const auto dot = value.find('.', at);
    return dot != value.npos && dot > at + 1 && dot + 1 < value.size() && is_letter(value[dot + 1]);
}

/// Four numbers and a port, perhaps; not a version, which hardly has a first number beyond two digits and four parts.
bool is_ip_address(std::string_view value) {
    int numbers = 0;
    while (!value.empty() && is_digit(value[0])) {
        const auto digits = std::min(value.find_first_not_of("0123456789"), value.size());
        if (digits > 3) return false;
        ++numbers;
        value.remove_prefix(digits);
        if (numbers == 4) return value.empty() || value[0] == ':';
        if (value.empty() || value[0] != '.') return false;
        value.remove_prefix(1);
    }
    return false;
}

/// A JSON web token ("eyJ" is `{"` in base64), or the value of an Authorization header.
bool is_token(std::string_view value) {
    return (value.starts_with("eyJ") && std::ranges::count(value, '.') == 2) || value.starts_with("Bearer ") ||
           value.starts_with("Basic ");
}

std::string_view personal_value(std::string_view value) {
    if (is_email(value)) return "an e-mail address";
    if (is_ip_address(value)) return "an IP address";
    return is_token(value) ? "a token" : std::string_view();
}

}  // namespace

void PersonalLabels::add(const RawSamples& batch) {
    for (const RawLabel& label : batch.labels) {
        if (first_look(label.key, kKey) && is_personal_key(tables_.string(label.key))) add(label, {});
        if (label.str == 0 || !first_look(label.str, kValue)) continue;
        const auto kind = personal_value(tables_.string(label.str));
        if (!kind.empty()) add(label, kind);
    }
}

bool PersonalLabels::first_look(std::int64_t string, Role role) {
    auto& judged = judged_[static_cast<std::size_t>(string)];
    if (judged & role) return false;
    judged |= role;
    return true;
}

void PersonalLabels::add(const RawLabel& label, std::string_view kind) {
    auto& found = found_[tables_.string(label.key)];
    if (found.empty()) found = kind;
}

std::optional<std::string> personal_labels(const Facts& facts) {
    const auto& found = facts.survey.personal_labels;
    if (found.empty()) return std::nullopt;
    constexpr std::size_t kShown = 5;
    std::string list;
    std::size_t shown = 0;
    for (const auto& [key, kind] : found) {
        if (shown++ == kShown) {
            list += ", ...";
            break;
        }
        list += fmt::format("{}{}", list.empty() ? "" : ", ", excerpt(key));
        if (!kind.empty()) list += fmt::format(" (has {})", kind);
    }
    return fmt::format("labels look like personal data: {}", list);
}

}  // namespace pgoprof::detail
