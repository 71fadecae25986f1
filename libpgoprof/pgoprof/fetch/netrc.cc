#include "pgoprof/fetch/netrc.h"

#include <algorithm>
#include <cctype>

namespace pgoprof {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool same_host(std::string_view a, std::string_view b) {
    const auto lower = [](unsigned char c) { return std::tolower(c); };
    return std::ranges::equal(a, b, {}, lower, lower);
}

class Words {
public:
    explicit Words(std::string_view text) : left_(text) {}

    /// nullopt at the end, and for a quotation that has none.
    std::optional<std::string> next() {
        left_.remove_prefix(std::min(left_.find_first_not_of(kBlanks), left_.size()));
        if (left_.empty()) return std::nullopt;
        return left_.front() == '"' ? quoted() : plain();
    }

    void skip_line() { left_.remove_prefix(std::min(left_.find('\n'), left_.size())); }

    /// A macro ends with an empty line.
    void skip_macro() {
        const auto end = left_.find("\n\n");
        left_.remove_prefix(std::min(end, left_.size()));
    }

private:
    std::string plain() {
        const auto length = std::min(left_.find_first_of(kBlanks), left_.size());
        std::string word(left_.substr(0, length));
        left_.remove_prefix(length);
        return word;
    }

    std::optional<std::string> quoted() {
        std::string word;
        for (std::size_t i = 1; i < left_.size(); ++i) {
            if (left_[i] == '"') {
                left_.remove_prefix(i + 1);
                return word;
            }
            if (left_[i] == '\\' && i + 1 < left_.size()) ++i;
            word += left_[i];
        }
        left_ = {};
        return std::nullopt;
    }

    std::string_view left_;
};

}  // namespace

std::optional<Login> find_login(std::string_view text, std::string_view host) {
    std::optional<Login> login;  // of the entry that is ours, once that has begun
    Words words(text);
    while (const auto word = words.next()) {
        if (word->starts_with('#')) {
            words.skip_line();
        } else if (*word == "macdef") {
            words.skip_macro();
        } else if (*word == "machine" || *word == "default") {
            if (login) return login;
            const auto name = *word == "machine" ? words.next() : std::string(host);
            if (name && same_host(*name, host)) login.emplace();
        } else if (*word == "login" || *word == "password" || *word == "account") {
            const auto value = words.next();
            if (!login || !value) continue;
            if (*word == "login") login->user = *value;
            if (*word == "password") login->password = *value;
        }
    }
    return login;
}

}  // namespace pgoprof
