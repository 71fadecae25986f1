package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// What a captured CPU profile holds, as far as the Go runtime writes it. Ids are resolved to indices.
type profile struct {
	samples   []sample
	locations []location
	functions []function
	mappings  []mapping
}

type sample struct {
	stack  []int // locations, leaf first
	count  int64
	labels []label
}

type label struct{ key, value string }

type location struct {
	mapping int
	address uint64
	lines   []line
}

type line struct {
	function int
	number   int64
}

type function struct {
	name, system, file string
	start              int64
}

type mapping struct {
	start, limit, offset uint64
	file, buildID        string
	hasFunctions         bool
}

// field is one field of a message: a varint, or a length and that many bytes.
type field struct {
	number int
	varint uint64
	bytes  []byte
}

func fields(data []byte) ([]field, error) {
	var all []field
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, fmt.Errorf("bad tag")
		}
		value, m := binary.Uvarint(data[n:])
		if m <= 0 {
			return nil, fmt.Errorf("bad varint")
		}
		data = data[n+m:]
		f := field{number: int(tag >> 3), varint: value}
		switch tag & 7 {
		case 0:
		case 2:
			if value > uint64(len(data)) {
				return nil, fmt.Errorf("truncated field %d", f.number)
			}
			f.bytes, data = data[:value], data[value:]
		default:
			return nil, fmt.Errorf("unexpected wire type %d", tag&7)
		}
		all = append(all, f)
	}
	return all, nil
}

// varints are the values of a repeated scalar, packed or not.
func (f field) varints() []uint64 {
	if f.bytes == nil {
		return []uint64{f.varint}
	}
	var all []uint64
	for data := f.bytes; len(data) > 0; {
		value, n := binary.Uvarint(data)
		if n <= 0 {
			break
		}
		all = append(all, value)
		data = data[n:]
	}
	return all
}

func read(path string) (*profile, error) {
	stored, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	data, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// parser resolves what refers to what: strings come last in a profile, functions after their locations.
type parser struct {
	strings                        []string
	functions, mappings, locations map[uint64]int
	profile                        profile
	err                            error
}

func (p *parser) fields(data []byte) []field {
	all, err := fields(data)
	if err != nil {
		p.err = err
	}
	return all
}

func (p *parser) text(index uint64) string {
	if index >= uint64(len(p.strings)) {
		p.err = fmt.Errorf("no string %d", index)
		return ""
	}
	return p.strings[index]
}

func (p *parser) index(table map[uint64]int, id uint64) int {
	index, ok := table[id]
	if !ok {
		p.err = fmt.Errorf("dangling id %d", id)
	}
	return index
}

func parse(data []byte) (*profile, error) {
	p := parser{functions: map[uint64]int{}, mappings: map[uint64]int{}, locations: map[uint64]int{}}
	top := p.fields(data)
	for _, f := range top {
		if f.number == 6 {
			p.strings = append(p.strings, string(f.bytes))
		}
	}
	p.each(top, 3, p.mapping)
	p.each(top, 5, p.function)
	p.each(top, 4, p.location)
	p.each(top, 2, p.sample)
	return &p.profile, p.err
}

func (p *parser) each(top []field, number int, parseOne func([]field)) {
	for _, f := range top {
		if f.number == number {
			parseOne(p.fields(f.bytes))
		}
	}
}

func (p *parser) mapping(all []field) {
	var m mapping
	for _, f := range all {
		switch f.number {
		case 1:
			p.mappings[f.varint] = len(p.profile.mappings)
		case 2:
			m.start = f.varint
		case 3:
			m.limit = f.varint
		case 4:
			m.offset = f.varint
		case 5:
			m.file = p.text(f.varint)
		case 6:
			m.buildID = p.text(f.varint)
		case 7:
			m.hasFunctions = f.varint != 0
		}
	}
	p.profile.mappings = append(p.profile.mappings, m)
}

func (p *parser) function(all []field) {
	var fn function
	for _, f := range all {
		switch f.number {
		case 1:
			p.functions[f.varint] = len(p.profile.functions)
		case 2:
			fn.name = p.text(f.varint)
		case 3:
			fn.system = p.text(f.varint)
		case 4:
			fn.file = p.text(f.varint)
		case 5:
			fn.start = int64(f.varint)
		}
	}
	p.profile.functions = append(p.profile.functions, fn)
}

func (p *parser) location(all []field) {
	l := location{mapping: -1}
	for _, f := range all {
		switch f.number {
		case 1:
			p.locations[f.varint] = len(p.profile.locations)
		case 2:
			l.mapping = p.index(p.mappings, f.varint)
		case 3:
			l.address = f.varint
		case 4:
			l.lines = append(l.lines, p.line(p.fields(f.bytes)))
		}
	}
	p.profile.locations = append(p.profile.locations, l)
}

func (p *parser) line(all []field) (l line) {
	for _, f := range all {
		switch f.number {
		case 1:
			l.function = p.index(p.functions, f.varint)
		case 2:
			l.number = int64(f.varint)
		}
	}
	return l
}

func (p *parser) sample(all []field) {
	var s sample
	values := 0
	for _, f := range all {
		switch f.number {
		case 1:
			for _, id := range f.varints() {
				s.stack = append(s.stack, p.index(p.locations, id))
			}
		case 2:
			for _, value := range f.varints() {
				if values == 0 {
					s.count = int64(value)
				}
				values++
			}
		case 3:
			s.labels = append(s.labels, p.label(p.fields(f.bytes)))
		}
	}
	p.profile.samples = append(p.profile.samples, s)
}

func (p *parser) label(all []field) (l label) {
	for _, f := range all {
		switch f.number {
		case 1:
			l.key = p.text(f.varint)
		case 2:
			l.value = p.text(f.varint)
		}
	}
	return l
}
