// One run of pgo-fetch.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/merging.h"
#include "cli/tool.h"
#include "pgo_fetch/options.h"
#include "pgoprof/base/bytes.h"
#include "pgoprof/fetch/archive.h"
#include "pgoprof/fetch/collector.h"
#include "pgoprof/fetch/target_file.h"
#include "pgoprof/report/fetch_report.h"

namespace pgoprof::cli {

/// Takes each profile as it comes: merges it, keeps it, notes it.
class FetchRun final : public CollectVisitor {
public:
    FetchRun(const Options& options, const Console& console);

    ExitCode run();

    bool is_over(std::uint64_t round) override;
    bool has(std::uint64_t round, std::string_view source) override;
    void repeated(const Source& source) override;
    Result<> planned(std::span<const Turn> turns) override;
    Result<> taken(const Turn& turn, const TakenProfile& profile) override;
    Result<> failed(const Turn& turn, const CaptureFailure& failure, std::size_t part, std::size_t parts) override;

private:
    enum class Origin : std::uint8_t { this_run, earlier_run };

    Result<> prepare();
    Result<> find_targets();
    Result<> add_target(const std::string& text, const TargetOptions& target);
    Result<> open_archive();
    Result<> recall(Archive::Kept& parts, Loader& loader);
    Result<> collect();

    void take(ManifestEntry& entry, const TakenProfile& profile);
    bool comes_alone(const ManifestEntry& entry) const;
    bool is_idle(const CaptureFigures& figures) const;
    void fail_entry(ManifestEntry& entry, std::string_view fault, Error error);
    Result<> note(const ManifestEntry& entry);
    void add_row(const ManifestEntry& entry, Origin origin);

    ExitCode conclude(const Result<>& collected);
    ExitCode write();
    Result<> write_report() const;
    void summarize(const FetchReport::Row& row) const;

    const Options& options_;
    const Console& console_;
    std::uint64_t seed_ = 0;
    std::chrono::seconds timeout_{0};
    std::vector<std::unique_ptr<Target>> targets_;
    std::set<std::string> repeated_;  ///< sources, as has been said
    std::optional<Archive> archive_;
    Merging merging_;
    std::optional<Buffer> alone_;  ///< the only profile, to be written as it came
    FetchReport report_;
    ExitCode failures_ = ExitCode::done;  ///< the worst of all failed captures
};

}  // namespace pgoprof::cli
