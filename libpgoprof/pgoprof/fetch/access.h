// How a server is asked to let us in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// What the user gave for all targets. It belongs to the origin of each of them, and goes nowhere else: see
/// HttpRequest.
struct Access {
    HttpHeaders headers{};            ///< also of --header-file
    std::string bearer_token_file{};  ///< read before every capture, since tokens are renewed; empty: none
    std::string user{};               ///< basic authentication
    std::string password{};
    std::string netrc{};  ///< content of a netrc file, for hosts that have no user otherwise
    HttpTls tls{};
};

/// Adds to a request what its origin is to be given. What the request brings along (user info in its URL, an
/// Authorization header) comes before what is given for all; then a header, the bearer token, the user, netrc. Errors:
/// of the files that are read, named.
Result<> grant(const Access& access, HttpRequest& request);

/// "Name: value", as it is written on a command line. nullopt for what is no header, or one that is not the user's to
/// set, since it says where the request ends: Content-Length, Transfer-Encoding.
std::optional<HttpHeaders::value_type> parse_header(std::string_view line);

/// The headers of a file, one a line; empty lines and those that begin with "#" say nothing. Errors name the file, and
/// show nothing of it but a line's number.
Result<HttpHeaders> read_header_file(const std::string& path);

/// The first line of a file that holds one secret, a token or a password, and nothing else. Errors name the file.
Result<std::string> read_secret(const std::string& path);

}  // namespace pgoprof
