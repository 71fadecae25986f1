package main

import (
	"slices"
	"sync"
)

// figures say how large the fleet is, and how little its profiles overlap.
type figures struct {
	lock     sync.Mutex
	builds   []*build
	sizes    []int
	samples  []int
	depths   int
	distinct map[uint64]struct{}
	frames   int // of the distinct stacks
}

type summary struct {
	Profiles        int     `json:"profiles"`
	Builds          int     `json:"builds"`
	CapturedStacks  int     `json:"captured_stacks"`
	Bytes           int     `json:"bytes"`
	SmallestBytes   int     `json:"smallest_bytes"`
	LargestBytes    int     `json:"largest_bytes"`
	FewestSamples   int     `json:"fewest_samples"`
	MostSamples     int     `json:"most_samples"`
	Samples         int     `json:"samples"`
	DistinctSamples int     `json:"distinct_samples"`
	DistinctFrames  int     `json:"distinct_frames"`
	DistinctPart    float64 `json:"distinct_part"`
	MeanDepth       float64 `json:"mean_depth"`
}

func newFigures(builds []*build) *figures {
	return &figures{builds: builds, distinct: map[uint64]struct{}{}}
}

func (f *figures) add(p *process, size int) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.sizes = append(f.sizes, size)
	f.samples = append(f.samples, len(p.seen))
	for key, depth := range p.seen {
		f.depths += depth
		if _, ok := f.distinct[key]; !ok {
			f.distinct[key] = struct{}{}
			f.frames += depth
		}
	}
}

func (f *figures) summary() summary {
	s := summary{Profiles: len(f.sizes), Builds: len(f.builds), Bytes: sum(f.sizes),
		SmallestBytes: slices.Min(f.sizes), LargestBytes: slices.Max(f.sizes),
		FewestSamples: slices.Min(f.samples), MostSamples: slices.Max(f.samples), Samples: sum(f.samples),
		DistinctSamples: len(f.distinct), DistinctFrames: f.frames}
	for _, b := range f.builds {
		s.CapturedStacks += len(b.samples)
	}
	s.DistinctPart = float64(s.DistinctSamples) / float64(s.Samples)
	s.MeanDepth = float64(f.depths) / float64(s.Samples)
	return s
}

func sum(values []int) (total int) {
	for _, value := range values {
		total += value
	}
	return total
}
