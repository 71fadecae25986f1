// Result<T>: a value or an Error.
#pragma once

#include <expected>
#include <utility>

#include "pgoprof/base/error.h"

namespace pgoprof {

template <typename T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::io_failure, "...")` from a function that returns any Result.
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string remedy = {}) {
    return std::unexpected<Error>(Error{.code = code, .message = std::move(message), .remedy = std::move(remedy)});
}

/// The same failure, said of `input` unless it already names one.
inline std::unexpected<Error> fail_in(std::string_view input, Error error) {
    if (error.input.empty()) error.input = input;
    return std::unexpected<Error>(std::move(error));
}

}  // namespace pgoprof
