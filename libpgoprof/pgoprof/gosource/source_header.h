// What the go command reads of a source file to tell what it is part of.
#pragma once

#include <string_view>

#include "pgoprof/gosource/build_constraint.h"

namespace pgoprof {

struct SourceHeader {
    std::string_view package;  ///< of the package clause, into the source; empty if there is none
    Built built = Built::always;
};

/// The package clause of a Go source, and its build constraints (go/build, shouldBuild): one //go:build line before the
/// clause, or else // +build lines before the last blank line among the leading comments.
SourceHeader read_source_header(std::string_view source);

}  // namespace pgoprof
