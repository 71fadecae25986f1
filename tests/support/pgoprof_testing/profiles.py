"""Small profiles made to a purpose."""

import profile_pb2


def from_stacks(stacks, sample_types=(("samples", "count"),), start_line=10, line=13, **header):
    """A profile of [(stack of names, leaf first; value)], one function and location a name. `header` sets fields."""
    message = profile_pb2.Profile(string_table=[b""], duration_nanos=30_000_000_000, period=10_000_000)

    def string(text):
        text = text if isinstance(text, bytes) else text.encode()
        if text not in message.string_table:
            message.string_table.append(text)
        return list(message.string_table).index(text)

    for kind, unit in sample_types:
        message.sample_type.add(type=string(kind), unit=string(unit))
    message.period_type.type, message.period_type.unit = string("cpu"), string("nanoseconds")
    ids = {}
    for stack, value in stacks:
        for name in stack:
            if name in ids:
                continue
            ids[name] = len(ids) + 1
            message.function.add(id=ids[name], name=string(name), filename=string("main.go"), start_line=start_line)
            location = message.location.add(id=ids[name], address=0x1000 * ids[name])
            location.line.add(function_id=ids[name], line=line)
        message.sample.add(location_id=[ids[name] for name in stack], value=[value] * len(sample_types))
    for field, value in header.items():
        setattr(message, field, value)
    return message
