package main

import (
	"compress/gzip"
	"encoding/binary"
	"io"
)

// writer encodes a profile as runtime/pprof does: header, then samples, each after the locations and functions that it
// is the first to use, then mappings, then strings; repeated scalars packed if more than two; gzip at BestSpeed.
type writer struct {
	zipped    *gzip.Writer
	data      []byte
	strings   map[string]int
	ordered   []string
	locations map[int]uint64
	functions map[int]uint64
	build     *build
	bases     []uint64 // of the build's mappings in this process
}

func newWriter(out io.Writer, b *build, bases []uint64) *writer {
	zipped, _ := gzip.NewWriterLevel(out, gzip.BestSpeed)
	w := &writer{zipped: zipped, build: b, bases: bases,
		strings: map[string]int{}, locations: map[int]uint64{}, functions: map[int]uint64{}}
	w.text("")
	return w
}

func (w *writer) text(s string) uint64 {
	index, ok := w.strings[s]
	if !ok {
		index = len(w.ordered)
		w.strings[s] = index
		w.ordered = append(w.ordered, s)
	}
	return uint64(index)
}

func appendVarint(data []byte, number int, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(data, uint64(number)<<3), value)
}

func appendOptional(data []byte, number int, value uint64) []byte {
	if value == 0 {
		return data
	}
	return appendVarint(data, number, value)
}

func appendBytes[T []byte | string](data []byte, number int, value T) []byte {
	data = binary.AppendUvarint(data, uint64(number)<<3|2)
	return append(binary.AppendUvarint(data, uint64(len(value))), value...)
}

func appendRepeated(data []byte, number int, values []uint64) []byte {
	if len(values) <= 2 {
		for _, value := range values {
			data = appendVarint(data, number, value)
		}
		return data
	}
	var packed []byte
	for _, value := range values {
		packed = binary.AppendUvarint(packed, value)
	}
	return appendBytes(data, number, packed)
}

// flush hands the compressor what the runtime would, in pieces as large.
func (w *writer) flush() error {
	const enough = 4096
	if len(w.data) <= enough {
		return nil
	}
	_, err := w.zipped.Write(w.data)
	w.data = w.data[:0]
	return err
}

func (w *writer) valueType(number int, kind, unit string) {
	w.data = appendBytes(w.data, number, appendVarint(appendVarint(nil, 1, w.text(kind)), 2, w.text(unit)))
}

func (w *writer) header(time, duration int64) {
	w.data = appendVarint(w.data, 9, uint64(time))
	w.valueType(1, "samples", "count")
	w.valueType(1, "cpu", "nanoseconds")
	w.data = appendVarint(w.data, 10, uint64(duration))
	w.valueType(11, "cpu", "nanoseconds")
	w.data = appendVarint(w.data, 12, period)
}

func (w *writer) sample(s sample) error {
	stack := make([]uint64, len(s.stack))
	for i, index := range s.stack {
		stack[i] = w.location(index)
	}
	message := appendRepeated(nil, 2, []uint64{uint64(s.count), uint64(s.count) * period})
	message = appendRepeated(message, 1, stack)
	for _, l := range s.labels {
		message = appendBytes(message, 3, appendOptional(appendOptional(nil, 1, w.text(l.key)), 2, w.text(l.value)))
	}
	w.data = appendBytes(w.data, 2, message)
	return w.flush()
}

// location returns the id, and writes the location if this is its first use.
func (w *writer) location(index int) uint64 {
	if id, ok := w.locations[index]; ok {
		return id
	}
	id := uint64(len(w.locations) + 1)
	w.locations[index] = id
	l := w.build.locations[index]
	message := appendVarint(nil, 1, id)
	if l.mapping < 0 {
		message = appendOptional(message, 3, l.address)
	} else {
		message = appendOptional(message, 3, l.address+w.bases[l.mapping])
	}
	var fresh []int
	for _, line := range l.lines {
		function, ok := w.functions[line.function]
		if !ok {
			function = uint64(len(w.functions) + 1)
			w.functions[line.function] = function
			fresh = append(fresh, line.function)
		}
		message = appendBytes(message, 4, appendOptional(appendOptional(nil, 1, function), 2, uint64(line.number)))
	}
	message = appendOptional(message, 2, uint64(l.mapping+1))
	w.data = appendBytes(w.data, 4, message)
	for _, index := range fresh {
		w.function(index)
	}
	return id
}

func (w *writer) function(index int) {
	f := w.build.functions[index]
	message := appendVarint(nil, 1, w.functions[index])
	message = appendOptional(message, 2, w.text(f.name))
	message = appendOptional(message, 3, w.text(f.system))
	message = appendOptional(message, 4, w.text(f.file))
	w.data = appendBytes(w.data, 5, appendOptional(message, 5, uint64(f.start)))
}

func (w *writer) close() error {
	for i, m := range w.build.mappings {
		message := appendVarint(nil, 1, uint64(i+1))
		message = appendOptional(message, 2, w.bases[i])
		message = appendOptional(message, 3, w.bases[i]+m.limit-m.start)
		message = appendOptional(message, 4, m.offset)
		message = appendOptional(message, 5, w.text(m.file))
		message = appendOptional(message, 6, w.text(m.buildID))
		if m.hasFunctions {
			message = appendVarint(message, 7, 1)
		}
		w.data = appendBytes(w.data, 3, message)
	}
	for _, s := range w.ordered {
		w.data = appendBytes(w.data, 6, s)
	}
	if _, err := w.zipped.Write(w.data); err != nil {
		return err
	}
	return w.zipped.Close()
}
