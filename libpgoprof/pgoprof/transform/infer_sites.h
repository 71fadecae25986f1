// Who calls whom, and where, in a program's code.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// A frame and the line in it from which the next one is called.
struct SiteFrame {
    StringId function;
    std::int64_t line = 0;
    friend bool operator==(const SiteFrame&, const SiteFrame&) = default;
};

/// How one function comes to call another.
struct Site {
    /// Of the location that calls, outermost first: the caller, and, where a list of frames without inlined ones leaves
    /// them out, what is inlined into it on the way.
    std::vector<SiteFrame> frames;
    bool inlined = false;  ///< the callee has no call: it is inlined, too
    friend bool operator==(const Site&, const Site&) = default;
};

/// The call sites of functions that are asked for by name. Functions that are inlined are found within those that hold
/// them.
class CodeSites {
public:
    struct Place {
        std::string_view file;
        std::int64_t start_line = 0;
        bool known = false;
    };

    explicit CodeSites(const GoBinary& binary) : binary_(binary) {}

    /// Names whose sites are wanted; all before the first scan.
    StringId add_name(std::string_view name);

    /// Scans the code of a function, if the binary has it.
    void scan(StringId function);

    const StringTable& names() const { return names_; }
    /// Nothing known of what neither scan nor add_name has seen.
    Place place(StringId function) const { return places_[function.value]; }
    /// In the order of the code: first those that show all frames, if there are any.
    std::span<const Site> sites(StringId caller, StringId callee) const;
    /// Where a function calls what only shows at run time: interface methods, function values.
    std::span<const Site> indirect_sites(StringId caller) const { return sites(caller, StringId{}); }

private:
    static std::uint64_t key(StringId caller, StringId callee) {
        return std::uint64_t{caller.value} << 32 | callee.value;
    }

    StringId intern(const CodeFrame& frame);
    void scan_inlining(const CodeFunction& function);
    void scan_calls(const CodeFunction& function);
    void scan_indirect_calls(const CodeFunction& function);
    /// Of a call in the code, and all that its caller is inlined into.
    void add_call(std::uint64_t return_address, StringId callee);
    void add(StringId caller, StringId callee, Site site);

    const GoBinary& binary_;
    StringTable names_;
    std::vector<Place> places_{Place{}};
    std::uint32_t wanted_ = 1;  ///< ids below are of names that were asked for
    std::unordered_map<std::uint64_t, std::vector<Site>> sites_;
    std::vector<CodeFrame> frames_;
    std::vector<CallInstruction> calls_;
};

}  // namespace pgoprof
