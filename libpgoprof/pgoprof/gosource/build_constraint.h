// Build constraints of Go source files.
#pragma once

#include <cstdint>
#include <string_view>

namespace pgoprof {

/// Whether a file is part of a build, over all operating systems, architectures and switches of the go command, but
/// without -tags.
enum class Built : std::uint8_t { never, sometimes, always };

/// Of the text after "//go:build". Tags that only -tags sets count as not set. Never if it is malformed, which the go
/// command refuses.
Built evaluate_go_build(std::string_view expression);

/// Of the text after "// +build": options separated by spaces, each of terms separated by commas.
Built evaluate_plus_build(std::string_view options);

}  // namespace pgoprof
