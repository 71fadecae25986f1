// Which pods of a list can be asked for a profile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

struct Pod {
    std::string name;
    std::string port;  ///< as a number
};

struct PodList {
    std::vector<Pod> usable{};
    std::vector<std::string> left_out{};  ///< "cart-7 (Pending)"
};

/// Adds a page of GET /api/v1/namespaces/{namespace}/pods. `port` is a number, or a name that containers of a pod give
/// to one of theirs. Returns the token that continues the list; empty at the end. Errors: not such a list.
Result<std::string> read_pod_list(const HttpResponse& response, std::string_view port, const Limits& limits,
                                  PodList& out);

/// "2 pods left out: cart-7 (Pending), cart-9 (not ready)"
std::string describe_left_out(const PodList& pods);

}  // namespace pgoprof
