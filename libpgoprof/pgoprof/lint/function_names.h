// What the names of functions tell.
#pragma once

#include <string_view>

namespace pgoprof::detail {

/// Whether that is the symbol of a Go function: its package is before the first dot after the last slash. C functions,
/// the kernel's, and Go's few assembly functions without a package (aeshashbody) have none.
bool is_go_symbol(std::string_view name);

/// The runtime's stand-ins for code that is not Go's (runtime/proc.go).
bool stands_for_foreign_code(std::string_view name);

/// The stand-ins for samples that the runtime could not keep (runtime/cpuprof.go, runtime/pprof/proto.go).
bool stands_for_lost_samples(std::string_view name);

/// Whether goroutines and threads that begin with it do the runtime's or the profiler's own work.
bool begins_runtime_work(std::string_view name);

/// Calls that race, memory and address sanitizers put into a program.
bool is_instrumentation(std::string_view name);

/// Whether type arguments were replaced by "[...]".
bool is_cut_generic(std::string_view name);

}  // namespace pgoprof::detail
