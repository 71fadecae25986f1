// .pgo-lint.toml
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pgoprof/config/lint_settings.h"

namespace pgoprof {

/// What a project calls its configuration of pgo-lint.
inline constexpr std::string_view kLintConfigName = ".pgo-lint.toml";

/// In bytes. More could nest so many tables, one dot each, that the stack ends.
inline constexpr std::size_t kLargestLintConfig = 16 << 10;

/// Reads the TOML document `text`: go-version, disable, enable, fail-on, max-age, max-size, and a table severity. Rules
/// are disabled first, then enabled, then get their severities. Errors name `file` and the line: what is not TOML,
/// unknown keys and rules, wrong types, values that do not read as they should; or say that it is too large.
Result<LintSettings> parse_lint_config(std::string_view text, const std::string& file);

}  // namespace pgoprof
