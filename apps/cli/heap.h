// The heap of a tool.
#pragma once

namespace pgoprof::cli {

/// A run takes milliseconds, of which page faults would be a third: lets the heap grow in large steps, in huge pages
/// where the system has them, and keep what is freed. A hint: nothing depends on it.
void prepare_heap();

}  // namespace pgoprof::cli
