// What belongs to Go's standard library.
#pragma once

#include <string_view>

namespace pgoprof {

/// Of the Go versions known here; newer ones may have more. An own package whose path merely looks like one ("log/
/// tenants") is none.
bool is_standard_package(std::string_view import_path);

/// A function of the runtime's without a package, such as "memeqbody".
bool is_standard_assembly(std::string_view function);

}  // namespace pgoprof
