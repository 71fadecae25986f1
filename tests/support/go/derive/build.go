package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
)

// build is one executable: every stack captured from its processes, with addresses relative to their mappings, so that
// a location is one thing wherever a process was loaded.
type build struct {
	samples   []sample
	locations []location
	functions []function
	mappings  []mapping // with the addresses of the first process
	places    [][]place // of a location: where it stands in the captured stacks

	locationIDs map[string]int
	functionIDs map[function]int
}

type place struct{ sample, depth int }

// buildOf names the executable that a profile is of.
func buildOf(p *profile) string {
	if len(p.mappings) == 0 {
		return ""
	}
	return p.mappings[0].file + "\x00" + p.mappings[0].buildID
}

func newBuild(p *profile) *build {
	return &build{mappings: p.mappings, locationIDs: map[string]int{}, functionIDs: map[function]int{}}
}

// add takes the profile's samples in. Its mappings must be those of the build, at whatever addresses.
func (b *build) add(p *profile) error {
	if len(p.mappings) != len(b.mappings) {
		return fmt.Errorf("%q: %d mappings, %d elsewhere", p.mappings[0].file, len(p.mappings), len(b.mappings))
	}
	for i, m := range p.mappings {
		b.mappings[i].hasFunctions = b.mappings[i].hasFunctions || m.hasFunctions
	}
	locations := make([]int, len(p.locations))
	for i, l := range p.locations {
		locations[i] = b.location(p, l)
	}
	for _, s := range p.samples {
		stack := make([]int, len(s.stack))
		for depth, index := range s.stack {
			stack[depth] = locations[index]
			b.places[stack[depth]] = append(b.places[stack[depth]], place{len(b.samples), depth})
		}
		b.samples = append(b.samples, sample{stack, s.count, s.labels})
	}
	return nil
}

func (b *build) location(p *profile, l location) int {
	own := location{mapping: l.mapping, address: l.address}
	if l.mapping >= 0 {
		own.address -= p.mappings[l.mapping].start
	}
	key := binary.AppendVarint(binary.AppendUvarint(nil, own.address), int64(own.mapping))
	for _, ln := range l.lines {
		ln.function = b.function(p.functions[ln.function])
		own.lines = append(own.lines, ln)
		key = binary.AppendVarint(binary.AppendVarint(key, int64(ln.function)), ln.number)
	}
	index, ok := b.locationIDs[string(key)]
	if !ok {
		index = len(b.locations)
		b.locationIDs[string(key)] = index
		b.locations = append(b.locations, own)
		b.places = append(b.places, nil)
	}
	return index
}

func (b *build) function(f function) int {
	index, ok := b.functionIDs[f]
	if !ok {
		index = len(b.functions)
		b.functionIDs[f] = index
		b.functions = append(b.functions, f)
	}
	return index
}

// bases are load addresses as address space randomization draws them: what lies high may lie elsewhere in another
// process (a position-independent executable, the vDSO), neighbours together; other executables and vsyscall stay.
func (b *build) bases(random *rand.Rand) []uint64 {
	const low, high, pages = 1 << 40, 1 << 47, 1 << 22
	shifts := map[uint64]uint64{}
	bases := make([]uint64, len(b.mappings))
	for i, m := range b.mappings {
		bases[i] = m.start
		if m.start < low || m.start >= high {
			continue
		}
		region := m.start >> 44
		if _, ok := shifts[region]; !ok {
			shifts[region] = random.Uint64N(pages) << 12
		}
		bases[i] -= shifts[region]
	}
	return bases
}

// splice continues the leaf part of a stack with the callers of a captured one at a location that both have, and does
// so again with the result: a path through the program whose parts really were taken, though not the whole. It keeps
// about its depth: in recursion, chance would favour the deep ones.
func (b *build) splice(random *rand.Rand, stack []int) []int {
	const splices, tries, deepest = 3, 12, 64 // the runtime records no more
	limit := min(len(stack)+8, deepest)
	for try, done := 0, 0; try < tries && done < splices; try++ {
		depth := random.IntN(len(stack))
		places := b.places[stack[depth]]
		other := places[random.IntN(len(places))]
		callers := b.samples[other.sample].stack[other.depth:]
		if depth+len(callers) <= limit && !slices.Equal(callers, stack[depth:]) {
			stack = append(append([]int(nil), stack[:depth]...), callers...)
			done++
		}
	}
	return stack
}
