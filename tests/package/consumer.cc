// Prints the heaviest call edge of a profile.
#include <pgoprof/load.h>
#include <pgoprof/transform/call_edges.h>

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    pgoprof::Loader loader;
    const auto raw = pgoprof::load_profile(loader, argv[1]);
    if (!raw) {
        std::cerr << raw.error().message << '\n';
        return 3;
    }
    const auto profile = pgoprof::build_call_edges(**raw);
    if (!profile || profile->edges.empty()) return 1;
    const pgoprof::CallEdge& edge = profile->edges.front();
    std::cout << profile->names[edge.caller] << " -> " << profile->names[edge.callee] << ": " << edge.weight << '\n';
}
