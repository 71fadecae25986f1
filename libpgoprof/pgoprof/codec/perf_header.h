// The header of perf.data, in a file or in a pipe: what the recording says of itself.
#pragma once

#include <string_view>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/codec/perf_events.h"
#include "pgoprof/model/recording.h"

namespace pgoprof::perf {

/// Build ids by file name, as the header has them of what the samples hit.
class BuildIdTable {
public:
    /// `record` is a kHeaderBuildId, which the table refers to from then on. False if it is too short.
    bool add(const Record& record);
    void sort();
    /// Empty where unknown.
    ByteView find(std::string_view filename) const;

private:
    struct Entry {
        std::string_view filename;
        ByteView build_id;
    };
    std::vector<Entry> entries_;
};

struct Header {
    ByteView records;
    EventTable events;
    BuildIdTable build_ids;
};

/// Reads all that `data` says of itself, before, among (in a pipe) and behind its records, into the header and `info`.
Result<Header> read_header(ByteView data, const Limits& limits, Budget& budget, RecordingInfo& info);

}  // namespace pgoprof::perf
