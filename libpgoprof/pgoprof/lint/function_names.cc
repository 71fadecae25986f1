#include "pgoprof/lint/function_names.h"

#include <algorithm>
#include <array>

namespace pgoprof::detail {
namespace {

using Names = std::initializer_list<std::string_view>;

bool one_of(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

bool begins_with_one_of(std::string_view name, Names prefixes) {
    return std::ranges::any_of(prefixes, [=](std::string_view prefix) { return name.starts_with(prefix); });
}

/// C++ names, mangled or not, and what gcc appends to the names of clones, have dots and colons of their own.
bool is_c_symbol(std::string_view name) {
    constexpr std::array kCloneSuffixes{".isra", ".part", ".cold", ".constprop", ".llvm", ".lto_priv"};
    if (name.starts_with('_') || name.find("::") != name.npos) return true;
    return std::ranges::any_of(kCloneSuffixes, [=](std::string_view suffix) { return name.find(suffix) != name.npos; });
}

}  // namespace

bool is_go_symbol(std::string_view name) {
    // Type arguments may hold slashes and dots of their own.
    const std::string_view plain = name.substr(0, name.find('['));
    const auto slash = plain.rfind('/');
    const auto dot = plain.find('.', slash == plain.npos ? 0 : slash);
    return dot != plain.npos && dot != 0 && !is_c_symbol(plain);
}

bool stands_for_foreign_code(std::string_view name) {
    return one_of(name, {"runtime._ExternalCode", "runtime._System", "runtime._VDSO"});
}

bool stands_for_lost_samples(std::string_view name) {
    return one_of(
        name, {"runtime._LostExternalCode", "runtime._LostSIGPROFDuringAtomic64", "runtime/pprof.lostProfileEvent"});
}

bool begins_runtime_work(std::string_view name) {
    return one_of(name, {"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge", "runtime.mcall",
                         "runtime.mstart", "runtime.mstart1", "runtime._GC", "runtime/pprof.profileWriter"});
}

bool is_instrumentation(std::string_view name) {
    return begins_with_one_of(name, {"racecall", "runtime.race", "runtime.msan", "runtime.asan", "__tsan", "__msan",
                                     "__asan", "_ZN6__tsan", "_ZN6__msan", "_ZN6__asan"});
}

bool is_cut_generic(std::string_view name) { return name.find("[...]") != name.npos; }

}  // namespace pgoprof::detail
