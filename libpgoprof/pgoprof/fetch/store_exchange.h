// What the clients of profile stores have in common: questions, answers, and how such servers say no.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/fetch/source.h"
#include "pgoprof/fetch/store_address.h"

namespace pgoprof {

/// What a store has for one question; nullopt, or a profile without samples: nothing.
using StoreAnswer = std::expected<std::optional<ProfileBody>, CaptureFailure>;

/// How a store is asked, and understood.
struct StoreProtocol {
    /// What is to be asked to get all between two instants, in this order; timeouts and access are added.
    std::function<std::vector<HttpRequest>(Instant from, Instant to)> requests;

    std::function<StoreAnswer(HttpResponse response)> read;
};

/// The target that one store is. Its time range is counted from when the exchange is made.
std::unique_ptr<Target> make_store_target(const StoreAddress& address, StoreProtocol protocol,
                                          const TargetOptions& options);

/// What a status other than 200 means.
CaptureFailure explain_api_error(const HttpResponse& response);

/// The message of an error as JSON: {"code": "invalid_argument", "message": "..."}, as Connect
/// (https://connectrpc.com/docs/protocol) and the gRPC gateway (with a number for a code) write it.
/// Fit for one line; empty if there is none.
std::string api_error_message(const HttpResponse& response);

}  // namespace pgoprof
