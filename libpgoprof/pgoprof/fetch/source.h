// Where profiles come from: what the collector knows of servers and backends.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/fetch/access.h"
#include "pgoprof/fetch/capture.h"
#include "pgoprof/fetch/time_range.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// What comes next: another request, profiles, or the end. There is at least one profile.
using Step = std::variant<HttpRequest, std::vector<ProfileBody>, CaptureFailure>;

/// One attempt to get what a source has: a conversation of one request or several. Whoever drives it sends the
/// requests, so that any number of conversations go on at once.
class Exchange {
public:
    virtual ~Exchange() = default;

    /// What to send first. To be called once, before `next`.
    virtual Step first() = 0;

    /// What the outcome of the last request amounts to.
    virtual Step next(HttpOutcome outcome) = 0;
};

using ExchangeOutcome = std::expected<std::vector<ProfileBody>, CaptureFailure>;

/// Carries an exchange on until it ends, and then calls `done` once: from `transfers`, or at once if there is nothing
/// to send. `transfers` must stay until then.
void converse(HttpTransfers& transfers, std::unique_ptr<Exchange> exchange,
              std::function<void(ExchangeOutcome outcome)> done);

/// What is done to profiles before they are merged, where the backend's own tool does it.
struct Treatment {
    bool drop_labels = false;
    bool tame_inlining = false;  ///< no_stack_growth_step()
};

/// One server, or one query of a backend.
struct Source {
    std::string name;                 ///< for messages and manifests: the same in every run; no credentials
    std::chrono::seconds seconds{0};  ///< length of the capture that it is asked for; 0: it gives what it has
    Treatment treatment{};
    std::function<std::unique_ptr<Exchange>()> ask;
    std::string identity{};  ///< tells it from others of the same name; may hold secrets, so it is shown nowhere
};

/// A request that is waited for.
using Ask = std::function<HttpOutcome(HttpRequest)>;

/// What the user named. The sources that it stands for may be others every time (addresses of a host, pods).
class Target {
public:
    virtual ~Target() = default;

    /// For messages; no credentials.
    virtual const std::string& name() const = 0;

    /// Errors name the target.
    virtual Result<std::vector<Source>> sources(const Ask& ask) = 0;
};

/// What all targets of a run have in common.
struct TargetOptions {
    std::optional<std::chrono::seconds> seconds{};  ///< length of captures; none: each target's own, or default
    std::chrono::seconds timeout{0};                ///< for everything; 0: the capture's seconds and kCaptureMargin
    std::chrono::milliseconds connect_timeout{10'000};
    Limits limits{.input_bytes = 64 * kMiB};  ///< `input_bytes` bounds a body
    bool all_addresses = false;               ///< ask every address of a host name
    Access access{};
    TimeRange range{};                        ///< of what a backend has kept
    std::optional<std::uint64_t> profiles{};  ///< how many of those, where a backend lets us choose; none: its default
    bool tame_inlining = true;                ///< where the backend's own tool does: see Treatment
    std::string kubeconfig{};                 ///< a file in place of those that kubectl reads; empty: those
    std::string context{};                    ///< of the kubeconfig; empty: the current one
    std::function<void(std::string)> note{};  ///< takes a line of what the user should know, perhaps hostile text

    /// A variable of the environment; none if it is unset. Backends take credentials from there.
    std::function<std::optional<std::string>(std::string_view name)> environment{};

    /// The same; none if it is empty, too.
    std::optional<std::string> variable(std::string_view name) const;

    /// Gives a request the time and the size that it may take; `usual` is the time where the user has not said.
    void bound(HttpRequest& request, std::chrono::seconds usual) const;
};

inline constexpr std::chrono::seconds kDefaultCapture{30};  ///< net/http/pprof's own
inline constexpr std::chrono::seconds kLongestCapture{1'000'000};

/// What a server gets beyond the capture's length to resolve, connect, finish the profile and send it.
inline constexpr std::chrono::seconds kCaptureMargin{30};

/// `text` as the user wrote it: host:port, a URL, or one of the backends' schemes. Errors (usage, or of a file that a
/// backend's configuration is read from) hide user info. Touches no network.
Result<std::unique_ptr<Target>> make_target(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
