// What pgo-report does once its options are known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/pattern.h"
#include "cli/tool.h"
#include "pgo_report/input.h"
#include "pgo_report/options.h"
#include "pgoprof/report/edge_report.h"

namespace pgoprof::cli {

class ReportRun {
public:
    ReportRun(const Options& options, const Console& console);

    ExitCode run();

private:
    Result<> compile_pattern();
    Result<> load(Input& input, const std::string& path) const;
    Result<ExitCode> write_view();

    // Each is one view, written.
    Result<> write_preprofile() const;
    Result<> write_edges() const;
    Result<> write_dot() const;
    Result<> write_folded_stacks() const;
    Result<> write_page() const;
    Result<> write_groups() const;
    Result<> write_call_sites() const;
    Result<> write_functions() const;
    Result<ExitCode> write_changes() const;

    /// What each view begins with; `rows` is how many to show unless the user says.
    EdgeReport edge_report(const Input& input, std::uint64_t rows = 20) const;

    /// Writes a view's document, unless it would repeat names beyond measure.
    template <typename Report>
    Result<> write(const Report& report, std::string (*text)(const Report&), std::string (*json)(const Report&)) const;
    Result<> check_size(std::uint64_t name_bytes, std::uint64_t limit) const;

    const Options& options_;
    const Console& console_;
    std::optional<Pattern> pattern_;  ///< of --function
    Input input_;
};

}  // namespace pgoprof::cli
