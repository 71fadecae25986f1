#include "pgoprof/io/body_room.h"

#include <algorithm>

#include "pgoprof/base/limits.h"

namespace pgoprof {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::uint64_t kPiece = 64 * kKiB;  // more than comes at once

}  // namespace

bool BodyRoom::take(Id id, std::uint64_t bytes, std::uint64_t longest, Clock::time_point now) {
    const bool fits = used_ + bytes <= limit_;
    if (!fits && favours_nobody(now)) favoured_ = id;
    const bool favoured = favoured_ == id;
    if (!fits && (!favoured || used_ + bytes > limit_ + longest)) {
        waiting_.push_back(id);
        return false;
    }
    if (favoured) heard_ = now;
    used_ += bytes;
    return true;
}

void BodyRoom::release(Id id, std::uint64_t bytes) {
    used_ -= bytes;
    if (favoured_ == id) favoured_.reset();
    std::erase(waiting_, id);
}

std::optional<BodyRoom::Id> BodyRoom::next(Clock::time_point now) {
    const bool full = used_ + kPiece > limit_;
    if (waiting_.empty() || (full && !favours_nobody(now))) return std::nullopt;
    const Id id = waiting_.front();
    waiting_.pop_front();
    if (full) {
        favoured_ = id;
        heard_ = now;
    }
    return id;
}

bool BodyRoom::favours_nobody(Clock::time_point now) const { return !favoured_ || now - heard_ > kPatience; }

}  // namespace pgoprof
