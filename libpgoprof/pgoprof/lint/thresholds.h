// Where the rules about usefulness and hygiene draw their lines: all of them, each with its reason.
#pragma once

#include <cstdint>

namespace pgoprof::detail {

inline constexpr std::int64_t kSecond = 1'000'000'000;  // in nanoseconds, as all times here

/// Below this share of the edges' weight, frames that cannot match are the normal noise of assembly, C and the kernel:
/// in profiles of Go programs without cgo it is 0, and the hot set leaves out as much (pgoinlinecdfthreshold=99).
inline constexpr double kNoticeableShare = 0.01;

/// What makes up most of a profile decides what it is good for.
inline constexpr double kMostOfIt = 0.5;

/// At the runtime's 100 Hz a tenth of a core leaves 300 samples in 30 s, some of which the runtime itself takes.
/// Servers under load use whole cores.
inline constexpr double kIdleCores = 0.1;

/// No machine that Go runs on has more; what averages more was multiplied, or its duration is wrong.
inline constexpr double kAbsurdCores = 10'000;

/// Of the hot set's weight, this much at least should be more than chance in 95 of 100 splits. Measured: 30 s of loaded
/// servers, 2,000 to 8,000 samples, reach 0.6 to 0.75, the Go compiler's own default.pgo 0.7; 100 to 350 samples of the
/// same programs 0.05 to 0.35.
inline constexpr double kStableOverlap = 0.5;

/// A program of so many call sites has inlined calls: in those of a Go program's smallest profiles every tenth location
/// has some.
inline constexpr std::uint64_t kLocationsWithInlining = 100;

/// How far CPU time may be from samples times period; rounding and merges of different periods stay below.
inline constexpr double kColumnsFactor = 2.0;

/// What net/http/pprof collects where nobody says for how long, and what most that collects asks for.
inline constexpr std::int64_t kUsualDuration = 30 * kSecond;

/// net/http/pprof takes up to some 0.2 s longer; a sum of durations, as merges have it, adds that up.
inline constexpr std::int64_t kDurationTolerance = 3 * kSecond;
inline constexpr double kDurationToleranceShare = 0.02;

/// What clocks of two machines may differ by.
inline constexpr std::int64_t kClockSkew = 600 * kSecond;

}  // namespace pgoprof::detail
