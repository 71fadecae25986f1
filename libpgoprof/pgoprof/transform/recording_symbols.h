// Locations of a profile from the addresses of a binary.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pgoprof/base/hash_index.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/profile_builder.h"

namespace pgoprof {

/// Symbolizes each address once, into `builder`, as runtime/pprof does: wrappers and runtime.goexit are left out, and
/// functions of one name are one function.
class RecordingSymbols {
public:
    /// `builder` and `binary` must outlive it.
    RecordingSymbols(ProfileBuilder& builder, const GoBinary& binary, MappingId mapping)
        : builder_(builder), binary_(binary), mapping_(mapping) {}

    /// Replaces `stack` by the locations of `addresses`, leaf first; none where they are no Go code.
    void locations(std::span<const std::uint64_t> addresses, std::vector<LocationId>& stack);

    /// What stands for code that is not Go's, as in runtime/pprof: runtime._ExternalCode.
    LocationId external_code();

private:
    struct Entry {
        std::uint64_t address = 0;
        bool callee_is_panic = false;
        bool is_panic = false;
        LocationId location = kNone<LocationId>;  ///< none: left out
    };

    const Entry& entry(std::uint64_t address, bool callee_is_panic);
    Entry symbolize(std::uint64_t address, bool callee_is_panic);
    FunctionId function(const CodeFrame& frame);

    ProfileBuilder& builder_;
    const GoBinary& binary_;
    MappingId mapping_;
    HashIndex index_;
    std::vector<Entry> entries_;
    std::map<StringId, FunctionId> functions_;  // by name
    std::optional<LocationId> external_code_;
    std::vector<CodeFrame> frames_;  // of one address; reused
    std::vector<Line> lines_;        // likewise
};

}  // namespace pgoprof
