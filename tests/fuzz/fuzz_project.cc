// What pgo-lint reads of a project: its configuration, go.mod and go.work, and the heads of its Go sources.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pgoprof/config/lint_config.h"
#include "pgoprof/gosource/module_file.h"
#include "pgoprof/gosource/source_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    [[maybe_unused]] const auto settings = pgoprof::parse_lint_config(text, ".pgo-lint.toml");
    const pgoprof::SourceHeader header = pgoprof::read_source_header(text);
    const pgoprof::IgnoredFolders ignored(pgoprof::module_directives(text, "ignore"));
    [[maybe_unused]] const bool contained = ignored.contains(header.package);
    return 0;
}
