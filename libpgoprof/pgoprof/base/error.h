// The one error type of the library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgoprof {

/// What kind of failure this is; the tools map it to their exit code.
enum class ErrorCode : std::uint8_t {
    usage,            ///< the caller's arguments make no sense
    disagreement,     ///< sound inputs, but the answer is no (durations differ)
    invalid_content,  ///< content that cannot be used
    limit_exceeded,   ///< content that would cost more than `Limits` allows
    overflow,         ///< a sum does not fit in 64 bits
    io_failure,       ///< a missing or unreadable file, a failed write
    network_failure,  ///< no or no usable answer from a server
    interrupted,      ///< the user asked to stop
};

/// Which bytes an offset counts.
enum class OffsetSpace : std::uint8_t { stored, inflated };

struct Offset {
    std::uint64_t value = 0;
    OffsetSpace space = OffsetSpace::stored;

    friend bool operator==(const Offset&, const Offset&) = default;
};

/// A failure as data. `message` is one line without the input's name and the offset: those have fields of their own,
/// and whoever prints the error joins and escapes them.
struct Error {
    ErrorCode code = ErrorCode::invalid_content;
    std::string message;
    std::string remedy{};            ///< what the user can do about it; may be empty
    std::string input{};             ///< name of the file or URL; empty where none applies
    std::optional<Offset> offset{};  ///< where in the input
    std::string_view rule{};         ///< id such as "PGO103"; refers to a string literal; may be empty
};

}  // namespace pgoprof
