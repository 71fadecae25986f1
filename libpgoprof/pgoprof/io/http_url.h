// Web addresses, as libcurl reads them: what is checked here is what the transfer uses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgoprof {

/// The parts of an http or https URL, as written (percent-encoded) except for `user` and `password`, which are decoded.
struct HttpUrl {
    std::string scheme;  ///< "http" or "https"
    std::string user;    ///< empty: no user info
    std::string password;
    std::string host;  ///< IPv6 addresses keep their brackets
    std::string port;  ///< as a number, the scheme's default included
    std::string path;  ///< at least "/"
    std::string query;

    bool has_user_info() const { return !user.empty() || !password.empty(); }

    /// Whether credentials given for one may be sent to the other.
    bool same_origin(const HttpUrl& other) const {
        return scheme == other.scheme && host == other.host && port == other.port;
    }
};

/// nullopt for what is no URL, has no host, or has a scheme other than http and https. The fragment is dropped.
std::optional<HttpUrl> parse_http_url(std::string_view text);

/// Where `reference` (a Location header) leads from `base`. User info in it is dropped: credentials come from the user,
/// not from a server. nullopt as for parse_http_url.
std::optional<HttpUrl> resolve(const HttpUrl& base, std::string_view reference);

/// The URL without its user info.
std::string to_string(const HttpUrl& url);

/// For messages: the URL with "***" in place of its user info, and of all that its query says but for `seconds`: keys
/// and tokens are given there, too.
std::string redacted(const HttpUrl& url);

/// The same of a query alone.
std::string redacted_query(std::string_view query);
/// For messages about what is no URL: the text with "***" in place of all that may be user info or a query.
std::string redacted(std::string_view text);

}  // namespace pgoprof
