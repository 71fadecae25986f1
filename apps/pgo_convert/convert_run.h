// One run of pgo-convert.
#pragma once

#include <functional>

#include "cli/tool.h"
#include "pgo_convert/options.h"
#include "pgoprof/base/write_bytes.h"
#include "pgoprof/import.h"
#include "pgoprof/model/call_edge.h"

namespace pgoprof::cli {

class ConvertRun {
public:
    ConvertRun(const Options& options, const Console& console) : options_(options), console_(console) {}

    ExitCode run();

private:
    void note_idle_options(Format format) const;
    void report_recording(const RecordingReport& report) const;
    Result<EdgeProfile> judge(const Imported& imported, Result<EdgeProfile> edges) const;
    Result<> write(const Imported& imported) const;
    Result<> write_encoded(const Imported& imported, const std::function<Result<>()>& before_writing) const;
    Result<> encode(const Imported& imported, const WriteBytes& write) const;
    Result<> write_gzipped(const Profile& profile, const WriteBytes& write) const;
    Result<> write_preprofiled(const Imported& imported, const EdgeProfile& edges) const;
    Result<> write_stacks(const Imported& imported, const WriteBytes& write) const;

    const Options& options_;
    const Console& console_;
};

}  // namespace pgoprof::cli
