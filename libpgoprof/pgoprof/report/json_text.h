// What the sources of JSON documents share: part of their implementation.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pgoprof {

using Json = nlohmann::ordered_json;

inline std::string to_text(const Json& document) { return document.dump(2) + "\n"; }

}  // namespace pgoprof
