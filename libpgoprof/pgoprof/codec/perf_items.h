// From records of perf.data to the items of a recording.
#pragma once

#include <string>

#include "pgoprof/codec/perf_header.h"
#include "pgoprof/codec/perf_sample.h"

namespace pgoprof::perf {

class ItemMaker {
public:
    ItemMaker(const Header& header, Machine machine, const Limits& limits, const VisitRecording& visit);

    /// Hands on what `record` says, if it says anything of interest.
    Result<> make(const Record& record, std::uint32_t event);

private:
    Result<> make_mapping(const Record& record);
    Result<> make_name(const Record& record);
    Result<> make_fork(const Record& record);
    Result<> make_loss(const Record& record);
    Cursor fields_of(const Record& record) const;

    const Header& header_;
    const VisitRecording& visit_;
    std::uint64_t most_string_bytes_;
    std::size_t stamp_bytes_;
    SampleReader samples_;
    std::string build_id_;
    std::uint64_t lost_by_buffer_ = 0;
    std::uint64_t lost_by_event_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace pgoprof::perf
