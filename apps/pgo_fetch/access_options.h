// Options that say how servers are asked to let us in.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/tool.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/access.h"

namespace pgoprof::cli {

/// As given; files are read when the tool runs. No message repeats an argument: it may hold a secret.
struct AccessOptions {
    HttpHeaders headers;
    std::vector<std::string> header_files;
    std::string bearer_token_file;
    std::string user;  ///< USER:PASSWORD, or USER with `password_file`
    std::string password_file;
    bool netrc = false;
    std::string netrc_file;
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    bool insecure = false;
};

void declare_access_options(CLI::App& app, AccessOptions& options);

/// A variable of the environment; none if it is unset or empty.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Looks at every file once, so that a wrong name is an error now and not after a capture. Errors: usage; of files,
/// named. Reads HOME and NETRC for --netrc, and SSL_CERT_FILE where --cacert is not given.
Result<Access> make_access(const AccessOptions& options, const Environment& environment);

/// Says what --insecure gives up.
void warn_of_access(const AccessOptions& options, const Console& console);

}  // namespace pgoprof::cli
