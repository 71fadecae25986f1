// All IP addresses of a host name.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pgoprof/base/result.h"

namespace pgoprof {

/// As numbers, sorted, each once: "10.0.0.1", "fd00::1". `host` may be an address itself, IPv6 in brackets. Gives up
/// after `longest`, which getaddrinfo alone would not. Errors (network_failure): it has none.
Result<std::vector<std::string>> host_addresses(const std::string& host, std::chrono::milliseconds longest);

}  // namespace pgoprof
