// Locations of a profile from the addresses of a binary.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/profile_builder.h"
#include "pgoprof/transform/recording_places.h"

namespace pgoprof {

/// Symbolizes each place once, into `builder`, as runtime/pprof does: wrappers and runtime.goexit are left out, and
/// functions of one name are one function.
class RecordingSymbols {
public:
    /// All must outlive it.
    RecordingSymbols(ProfileBuilder& builder, const GoBinary& binary, CodePlaces& places, MappingId mapping)
        : builder_(builder), binary_(binary), places_(places), mapping_(mapping) {}

    /// Appends the locations of `places`, leaf first, to `stack`: none where they are no Go code.
    void append_locations(std::span<const PlaceId> places, std::vector<LocationId>& stack);

    /// What stands for code that is not Go's, as in runtime/pprof: runtime._ExternalCode.
    LocationId external_code();

private:
    struct Symbol {
        bool is_known = false;
        bool is_panic = false;
        LocationId location = kNone<LocationId>;  ///< none: left out
    };

    const Symbol& symbol(PlaceId place, bool callee_is_panic) {
        std::vector<Symbol>& symbols = symbols_[callee_is_panic ? 1 : 0];
        if (place.value < symbols.size() && symbols[place.value].is_known) return symbols[place.value];
        return new_symbol(place, callee_is_panic);
    }
    const Symbol& new_symbol(PlaceId place, bool callee_is_panic);
    Symbol find_symbol(std::uint64_t address, bool callee_is_panic);
    FunctionId function(const CodeFrame& frame, std::uint64_t address);

    ProfileBuilder& builder_;
    const GoBinary& binary_;
    CodePlaces& places_;
    MappingId mapping_;
    std::array<std::vector<Symbol>, 2> symbols_;  // by place; those that called what panics are the second
    std::map<StringId, FunctionId> functions_;    // by name
    std::optional<LocationId> external_code_;
    std::vector<CodeFrame> frames_;  // of one address; reused
    std::vector<Line> lines_;        // likewise
};

}  // namespace pgoprof
