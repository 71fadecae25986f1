// Carries many transfers of one URL at once: transfers COUNT URL BODIES_UNDER_WAY TIMEOUT_SECONDS [CA_FILE]. Says on
// stderr how many came to what (a fault as its number in HttpFault), and the bytes of all bodies.
#include <fmt/format.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "pgoprof/io/http.h"

using namespace pgoprof;

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    std::signal(SIGPIPE, SIG_IGN);
    const int count = std::atoi(argv[1]);
    const auto transfers = make_http_transfers(std::strtoull(argv[3], nullptr, 10));
    HttpRequest request{.url = *parse_http_url(argv[2]), .timeout = std::chrono::seconds(std::atoi(argv[4]))};
    request.connect_timeout = request.timeout;
    request.max_body_bytes = 64 * kMiB;
    if (argc > 5) request.tls.ca_file = argv[5];
    std::map<std::string, int> outcomes;
    std::uint64_t bytes = 0;
    for (int i = 0; i < count; ++i) {
        transfers->start(request, [&](HttpOutcome outcome) {
            if (outcome) bytes += outcome->body.size();
            ++outcomes[outcome ? fmt::format("status {}", outcome->status)
                               : fmt::format("fault {}", static_cast<int>(outcome.error().fault))];
        });
    }
    while (transfers->active() != 0) transfers->advance(std::chrono::milliseconds(200));
    for (const auto& [name, times] : outcomes) fmt::print(stderr, "{}: {}\n", name, times);
    fmt::print(stderr, "bytes: {}\n", bytes);
    return 0;
}
