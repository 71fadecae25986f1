"""How much two profiles agree in what the compiler reads: their edges, by Go's own preprofile."""

import collections

from pgoprof_testing import go, peer

PREEMPTED = b"runtime.asyncPreempt"


def load(path):
    return peer.parse(path.read_bytes())


def drop_preempted_leaves(profile):
    """runtime/pprof's samples of a goroutine that is being preempted name the handler, not what was interrupted."""
    names = {function.id: profile.string_table[function.name] for function in profile.function}
    preempted = {location.id for location in profile.location
                 if location.line and names[location.line[0].function_id] in (PREEMPTED, PREEMPTED.decode())}
    for sample in profile.sample:
        if sample.location_id and sample.location_id[0] in preempted:
            del sample.location_id[0]


def edges_of(profile, scratch):
    """{(caller, callee, offset): weight}; `scratch` is a file to write to."""
    scratch.write_bytes(profile.SerializeToString())
    lines = go.run_preprofile(scratch).decode("utf-8", "surrogateescape").split("\n")[1:-1]
    edges = {}
    for caller, callee, numbers in zip(lines[0::3], lines[1::3], lines[2::3]):
        offset, weight = numbers.split(" ")
        edges[caller, callee, int(offset)] = int(weight)
    return edges


def ranked(edges):
    return sorted(edges, key=lambda edge: (-edges[edge], edge))


def hot(edges):
    """The edges up to 99% of the weight, as the compiler takes them."""
    total, seen, found = sum(edges.values()), 0, set()
    for edge in ranked(edges):
        found.add(edge)
        seen += edges[edge]
        if seen / total * 100 > 99:
            break
    return found


def top(reference, other, count):
    """The part of the heaviest edges that are among the other's heaviest."""
    return len(set(ranked(reference)[:count]) & set(ranked(other)[:count])) / count


def covered(reference, other):
    """The part of the hot edges' weight whose edges are hot in the other, too."""
    both = hot(reference)
    return sum(reference[edge] for edge in both & hot(other)) / sum(reference[edge] for edge in both)


def overlap(one, other):
    """The sum over all edges of the lesser of both parts of the weight."""
    totals = sum(one.values()), sum(other.values())
    return sum(min(weight / totals[0], other.get(edge, 0) / totals[1]) for edge, weight in one.items())


def callers_overlap(reference, other):
    """The overlap if both had the reference's weight for each callee: of who called, whatever the sampler found running."""
    callees = collections.Counter(), collections.Counter()
    for edges, totals in zip((reference, other), callees):
        for (_, callee, _), weight in edges.items():
            totals[callee] += weight
    scaled = {edge: weight * callees[0][edge[1]] / callees[1][edge[1]] for edge, weight in other.items()}
    return sum(min(weight, scaled.get(edge, 0)) for edge, weight in reference.items()) / sum(reference.values())
