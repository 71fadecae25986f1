#include "support/transfers.h"

#include <algorithm>

#include "pgoprof/base/gzip.h"
#include "profile.pb.h"

namespace pgoprof::testing {
namespace {

std::string profile() {
    perftools::profiles::Profile profile;
    for (const char* text : {"", "samples", "count", "main.main"}) profile.add_string_table(text);
    auto* type = profile.add_sample_type();
    type->set_type(1);
    type->set_unit(2);
    auto* function = profile.add_function();
    function->set_id(1);
    function->set_name(3);
    auto* location = profile.add_location();
    location->set_id(1);
    location->add_line()->set_function_id(1);
    auto* sample = profile.add_sample();
    sample->add_location_id(1);
    sample->add_value(1);
    return std::string(gzip(as_bytes(profile.SerializeAsString())).text());
}

HttpOutcome outcome_of(const Answer& answer) {
    if (answer.fault) return std::unexpected(HttpFailure{.fault = *answer.fault});
    HttpResponse response{.status = answer.status, .headers = answer.headers};
    response.body.append(answer.body.empty() && answer.status == 200 ? profile() : answer.body);
    return response;
}

}  // namespace

std::string cut_short_profile() {
    const std::string whole = profile();
    return whole.substr(0, whole.size() - 20);
}

Answer VirtualTransfers::next_answer(const std::string& host) {
    auto& own = answers_[host];
    if (own.empty()) return {.after = std::chrono::seconds(30)};
    Answer answer = std::move(own.front());
    own.pop_front();
    return answer;
}

void VirtualTransfers::start(HttpRequest request, Done done) {
    ++asked_[request.url.host];
    Answer answer = next_answer(request.url.host);
    const Time time = now_ + answer.after;
    under_way_.emplace(time, std::pair(std::move(answer), std::move(done)));
    most_active_ = std::max(most_active_, under_way_.size());
}

void VirtualTransfers::advance(std::chrono::milliseconds longest) {
    ++advanced_;
    const Time until = now_ + longest;
    if (under_way_.empty() || under_way_.begin()->first > until) {
        now_ = until;
        return;
    }
    auto next = under_way_.extract(under_way_.begin());
    now_ = std::max(now_, next.key());
    next.mapped().second(outcome_of(next.mapped().first));
}

void VirtualTransfers::cancel_all() {
    for (auto& transfer : std::exchange(under_way_, {})) {
        transfer.second.second(std::unexpected(HttpFailure{.fault = HttpFault::interrupted}));
    }
}

}  // namespace pgoprof::testing
