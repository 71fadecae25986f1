// How profile stores that are queried by label selectors are named on the command line.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/io/http_url.h"

namespace pgoprof {

/// "pyroscope+https://host/prefix?query=TYPE{service_name="api"}&tenant=T": a server, and what it is asked for. Nothing
/// of it needs to be percent-encoded, but what is so is decoded; "&" within the quotes of a selector belongs to it.
struct StoreAddress {
    HttpUrl server{};        ///< without a query; the path is the prefix of all requests, and does not end in "/"
    std::string type{};      ///< of profile, as it stands before the selector; empty: not given
    std::string selector{};  ///< with its braces
    std::map<std::string, std::string, std::less<>> parameters{};  ///< all but the query
    std::string name{};                                            ///< as the user wrote it, without user info
};

/// `text` begins with `scheme` and "+http://" or "+https://". Of parameters, the query and those in `known` are
/// allowed, once each. Errors (usage) hide user info.
Result<StoreAddress> parse_store_address(std::string_view scheme, std::string_view text,
                                         std::initializer_list<std::string_view> known);

}  // namespace pgoprof
