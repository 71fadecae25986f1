"""What profile stores lose of a profile, done to it by us, and whether that is all."""

import copy

from pgoprof_testing import edge_overlap


def cpu_column(profile):
    """The profile with its CPU time alone."""
    reduced = copy.deepcopy(profile)
    del reduced.sample_type[0]
    for sample in reduced.sample:
        del sample.value[0]
    return reduced


def without_addresses(profile):
    """All calls from one line are made at one place: direct recursion that only its addresses tell apart is none."""
    reduced = copy.deepcopy(profile)
    for location in reduced.location:
        location.address = 0
    return reduced


def without_shapes(profile):
    """Instances of a generic function have lost their type arguments."""
    reduced = copy.deepcopy(profile)
    for index, text in enumerate(reduced.string_table):
        if b"[go.shape." in text:
            reduced.string_table[index] = text[:text.index(b"[go.shape.")] + text[text.rindex(b"]") + 1:]
    return reduced


def names(profile):
    return {profile.string_table[function.name] for function in profile.function}


def total(profile):
    return sum(sample.value[-1] for sample in profile.sample)


def assert_same_edges(got, expected, folder):
    assert total(got) == total(expected)
    edges = edge_overlap.edges_of(got, folder / "scratch")
    assert edges == edge_overlap.edges_of(expected, folder / "scratch") and edges
