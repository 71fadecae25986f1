// Integer arithmetic that says when a result does not fit.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

namespace pgoprof {

/// `sum += value`; false, and `sum` unchanged, if that overflows.
template <std::integral T>
[[nodiscard]] bool add_checked(T& sum, T value) {
    T result;
    if (__builtin_add_overflow(sum, value, &result)) return false;
    sum = result;
    return true;
}

template <std::integral T>
[[nodiscard]] std::optional<T> multiply_checked(T a, T b) {
    T result;
    if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
    return result;
}

/// Go's int64 arithmetic, which wraps: for results that must equal the Go toolchain's on any input.
inline std::int64_t subtract_wrapping(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

inline std::int64_t add_wrapping(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace pgoprof
