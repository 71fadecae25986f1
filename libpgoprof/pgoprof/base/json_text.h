// What the sources of JSON documents share: part of their implementation. base/json_document.h reads JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pgoprof {

using Json = nlohmann::ordered_json;

inline std::string to_text(const Json& document) { return document.dump(2) + "\n"; }

/// Without blanks, as machines send it to each other. Bytes that are not UTF-8 become U+FFFD.
inline std::string to_compact_text(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pgoprof
