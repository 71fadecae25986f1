// Carries many transfers of one URL at once: transfers COUNT URL [BODIES_UNDER_WAY]. Prints how many came to what, the
// bytes of all bodies, and the process's peak memory. A fault is printed as its number in HttpFault.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "pgoprof/io/http.h"

using namespace pgoprof;

namespace {

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::signal(SIGPIPE, SIG_IGN);
    const int count = std::atoi(argv[1]);
    const auto transfers = argc > 3 ? make_http_transfers(std::strtoull(argv[3], nullptr, 10)) : make_http_transfers();
    HttpRequest request{.url = *parse_http_url(argv[2]), .timeout = std::chrono::seconds(50)};
    request.connect_timeout = std::chrono::seconds(40);
    request.max_body_bytes = 64 * kMiB;
    if (argc > 4) request.tls.ca_file = argv[4];
    std::map<std::string, int> outcomes;
    std::uint64_t bytes = 0;
    const long before = peak_kib();
    for (int i = 0; i < count; ++i) {
        transfers->start(request, [&](HttpOutcome outcome) {
            if (outcome) bytes += outcome->body.size();
            ++outcomes[outcome ? fmt::format("status {}", outcome->status)
                               : fmt::format("fault {}", static_cast<int>(outcome.error().fault))];
        });
    }
    while (transfers->active() != 0) transfers->advance(std::chrono::milliseconds(200));
    for (const auto& [name, times] : outcomes) fmt::print("{}: {}\n", name, times);
    fmt::print("bytes: {}\npeak: {} KiB\nbefore: {} KiB\n", bytes, peak_kib(), before);
    return 0;
}
