// Logins by host, as ftp and curl keep them in ~/.netrc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgoprof {

struct Login {
    std::string user;
    std::string password;
};

/// The login for `host` in a netrc file's `text`: of the first `machine` of that name (letter case aside), or of
/// `default` if that comes first. Words may be quoted, with backslashes in them, as curl reads them; macros are passed
/// over.
std::optional<Login> find_login(std::string_view text, std::string_view host);

}  // namespace pgoprof
