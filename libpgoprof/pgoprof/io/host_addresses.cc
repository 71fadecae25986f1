#include "pgoprof/io/host_addresses.h"

#include <netdb.h>
#include <sys/socket.h>

#include <future>
#include <memory>
#include <set>
#include <thread>

namespace pgoprof {
namespace {

using Addresses = std::set<std::string>;

/// Empty if there are none.
Addresses look_up(const std::string& host) {
    const addrinfo hints{.ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    addrinfo* list = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    Addresses addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
            addresses.insert(text);
    }
    return addresses;
}

std::string without_brackets(const std::string& host) {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

Result<std::vector<std::string>> host_addresses(const std::string& host, std::chrono::milliseconds longest) {
    std::promise<Addresses> promise;
    auto found = promise.get_future();
    std::thread([promise = std::move(promise), name = without_brackets(host)]() mutable {
        promise.set_value(look_up(name));
    }).detach();
    if (found.wait_for(longest) != std::future_status::ready) {
        return fail(ErrorCode::network_failure, "the host name is not resolved within the time allowed",
                    "does this machine's DNS answer?");
    }
    const Addresses addresses = found.get();
    if (!addresses.empty()) return std::vector(addresses.begin(), addresses.end());
    return fail(ErrorCode::network_failure, "the host name cannot be resolved",
                "check its spelling, and whether this machine's DNS knows it");
}

}  // namespace pgoprof
