#include "pgoprof/fetch/source.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pgoprof/fetch/cloud_profiler.h"
#include "pgoprof/fetch/datadog.h"
#include "pgoprof/fetch/kubernetes.h"
#include "pgoprof/fetch/parca.h"
#include "pgoprof/fetch/pprof_server.h"
#include "pgoprof/fetch/pyroscope.h"

namespace pgoprof {
namespace {

struct Scheme {
    std::string_view prefix;
    Result<std::unique_ptr<Target>> (*make)(std::string_view text, const TargetOptions& options);
};

/// All but net/http/pprof's, which has whatever begins otherwise.
constexpr Scheme kSchemes[] = {
    {"datadog:", make_datadog}, {"gcp://", make_cloud_profiler}, {"k8s://", make_pods},
    {"parca+", make_parca},     {"pyroscope+", make_pyroscope},
};

/// Lives as long as one of its requests is under way.
class Conversation : public std::enable_shared_from_this<Conversation> {
public:
    using Done = std::function<void(ExchangeOutcome)>;

    Conversation(HttpTransfers& transfers, std::unique_ptr<Exchange> exchange, Done done)
        : transfers_(transfers), exchange_(std::move(exchange)), done_(std::move(done)) {}

    void begin() { take(exchange_->first()); }

private:
    void take(Step step) {
        if (auto* const request = std::get_if<HttpRequest>(&step)) {
            transfers_.start(std::move(*request), [self = shared_from_this()](HttpOutcome outcome) {
                self->take(self->exchange_->next(std::move(outcome)));
            });
        } else if (auto* const profiles = std::get_if<std::vector<ProfileBody>>(&step)) {
            done_(std::move(*profiles));
        } else {
            done_(std::unexpected(std::get<CaptureFailure>(std::move(step))));
        }
    }

    HttpTransfers& transfers_;
    std::unique_ptr<Exchange> exchange_;
    Done done_;
};

}  // namespace

std::optional<std::string> TargetOptions::variable(std::string_view name) const {
    auto value = environment ? environment(name) : std::nullopt;
    return value && !value->empty() ? value : std::nullopt;
}

void TargetOptions::bound(HttpRequest& request, std::chrono::seconds usual) const {
    request.connect_timeout = connect_timeout;
    request.timeout = timeout.count() != 0 ? timeout : usual;
    request.max_body_bytes = limits.input_bytes;
}

void converse(HttpTransfers& transfers, std::unique_ptr<Exchange> exchange,
              std::function<void(ExchangeOutcome outcome)> done) {
    std::make_shared<Conversation>(transfers, std::move(exchange), std::move(done))->begin();
}

Result<std::unique_ptr<Target>> make_target(std::string_view text, const TargetOptions& options) {
    const auto scheme =
        std::ranges::find_if(kSchemes, [&](const Scheme& candidate) { return text.starts_with(candidate.prefix); });
    return scheme == std::end(kSchemes) ? make_pprof_server(text, options) : scheme->make(text, options);
}

}  // namespace pgoprof
