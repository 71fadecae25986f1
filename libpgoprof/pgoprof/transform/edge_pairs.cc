#include "pgoprof/transform/edge_pairs.h"

#include "pgoprof/base/hash_index.h"

namespace pgoprof {
namespace {

class Pairing {
public:
    /// The pair that the edge belongs to, made at need.
    EdgePair& pair(const EdgeProfile& profile, const CallEdge& edge) {
        const CallEdge key{.caller = names_.intern(profile.names[edge.caller]),
                           .callee = names_.intern(profile.names[edge.callee]),
                           .call_site_offset = edge.call_site_offset};
        const auto equal = [&](std::uint32_t id) { return same_edge(keys_[id], key); };
        const auto append = [&] {
            keys_.push_back(key);
            pairs_.emplace_back();
            return static_cast<std::uint32_t>(pairs_.size() - 1);
        };
        return pairs_[index_.find_or_insert(edge_hash(key), equal, append)];
    }

    std::vector<EdgePair> take() && { return std::move(pairs_); }

private:
    StringTable names_;
    std::vector<CallEdge> keys_;
    std::vector<EdgePair> pairs_;
    HashIndex index_;
};

}  // namespace

std::vector<EdgePair> pair_edges(const EdgeProfile& a, const EdgeProfile& b) {
    Pairing pairing;
    for (std::uint32_t i = 0; i < a.edges.size(); ++i) pairing.pair(a, a.edges[i]).in_a = i;
    for (std::uint32_t i = 0; i < b.edges.size(); ++i) pairing.pair(b, b.edges[i]).in_b = i;
    return std::move(pairing).take();
}

}  // namespace pgoprof
