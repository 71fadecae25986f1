// How a server is asked to let us in.
#pragma once

#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// What the user gave for all targets. It belongs to the origin of each of them, and goes nowhere else: see
/// HttpRequest.
struct Access {
    HttpHeaders headers{};            ///< also of --header-file
    std::string bearer_token_file{};  ///< read before every capture, since tokens are renewed; empty: none
    std::string user{};               ///< basic authentication; what the target's own URL says comes first
    std::string password{};
    std::string netrc_file{};  ///< of hosts that have no user otherwise; empty: none
    HttpTls tls{};
};

/// Adds to a request what its origin is to be given. Errors: of the files that are read.
Result<> grant(const Access& access, HttpRequest& request);

}  // namespace pgoprof
