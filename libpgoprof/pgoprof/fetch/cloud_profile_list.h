// The newest profiles of a service, out of Cloud Profiler's list of all.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/capture.h"
#include "pgoprof/fetch/time_range.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// Which profiles are wanted.
struct CloudProfileFilter {
    std::string target;
    std::vector<std::pair<std::string, std::string>> labels{};  ///< of the deployment or of the profile; all of them
    Instant from{};
    Instant to{};
    std::uint64_t most = 100;  ///< of these, the newest
};

class CloudProfileList {
public:
    /// `limits` is for the answers, and `limits.input_bytes` for all profiles together.
    CloudProfileList(CloudProfileFilter filter, const Limits& limits) : filter_(std::move(filter)), limits_(limits) {}

    /// Takes a page of the list; returns the token of the next one, empty at the end. Errors: it is no such list, or
    /// what is wanted is larger than the limit.
    Result<std::string> add(const HttpResponse& response);

    /// What has been kept, the newest first; nothing is left.
    std::vector<ProfileBody> take();

    /// How many CPU profiles of the target there were, whatever their labels and time.
    std::uint64_t of_target() const { return of_target_; }

private:
    struct Kept {
        Instant time;
        Buffer bytes;
    };

    Result<> keep(Instant time, std::string_view encoded);

    CloudProfileFilter filter_;
    Limits limits_;
    std::vector<Kept> kept_;  ///< the newest first
    std::uint64_t kept_bytes_ = 0;
    std::uint64_t of_target_ = 0;
};

}  // namespace pgoprof
