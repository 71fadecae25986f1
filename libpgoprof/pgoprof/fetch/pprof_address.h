// How users write the address of a server with net/http/pprof.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/io/http_url.h"

namespace pgoprof {

struct PprofAddress {
    HttpUrl url;  ///< complete, `seconds` included
    std::string unix_socket;
    std::chrono::seconds seconds;
    std::string name;  ///< without credentials and secrets: see redacted()
};

/// Forms and errors: see make_pprof_server.
Result<PprofAddress> parse_pprof_address(std::string_view text, std::optional<std::chrono::seconds> seconds);

}  // namespace pgoprof
