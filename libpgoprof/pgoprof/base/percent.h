// Percent-encoding (RFC 3986, section 2.1) of what goes into URLs.
#pragma once

#include <string>
#include <string_view>

namespace pgoprof {

/// Every byte that is not unreserved (letters, digits, "-", ".", "_", "~") as %XX: fit for one value of a query, or one
/// segment of a path.
std::string percent_encode(std::string_view bytes);

/// %XX as the byte that it stands for; a malformed escape stays as it is. "+" stays "+".
std::string percent_decode(std::string_view text);

}  // namespace pgoprof
