"""Whole stacks, merged the plain way."""


def merged(message, column=0):
    """{path of names from the root: [weight, weight of what ends there]} of a profile_pb2.Profile; () is the root."""
    functions = {function.id: message.string_table[function.name].decode() for function in message.function}
    frames = {location.id: [functions[line.function_id] for line in location.line] for location in message.location}
    tree = {(): [0, 0]}
    for sample in message.sample:
        path, weight = (), sample.value[column]
        tree[path][0] += weight
        for name in reversed([name for location in sample.location_id for name in frames[location]]):
            path += (name,)
            tree.setdefault(path, [0, 0])[0] += weight
        tree[path][1] += weight
    return tree
