package main

import (
	"encoding/binary"
	"hash/maphash"
	"math/rand/v2"
	"os"
)

// process is one of the fleet: what it ran, and what a profile of it would hold.
type process struct {
	random *rand.Rand
	build  *build
	index  int // of the build
	shared float64
	seen   map[uint64]int // distinct stacks with their labels, and how deep they are
}

func newProcess(builds []*build, seed uint64, n int, shared float64) *process {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	index := drawBuild(random, builds)
	return &process{random, builds[index], index, shared, map[uint64]int{}}
}

// drawBuild takes more processes of the builds that more was captured of.
func drawBuild(random *rand.Rand, builds []*build) int {
	captured := 0
	for _, b := range builds {
		captured += len(b.samples)
	}
	drawn, index := random.IntN(captured), 0
	for ; drawn >= len(builds[index].samples); index++ {
		drawn -= len(builds[index].samples)
	}
	return index
}

type counter struct {
	file *os.File
	size int
}

func (c *counter) Write(data []byte) (int, error) {
	c.size += len(data)
	return c.file.Write(data)
}

// write makes up samples until the profile is about as large as drawn between the bounds, or until there are no more. It
// returns the size.
func (p *process) write(path string, smallest, largest int) (int, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	const tail = 28_000 // the strings, and what the compressor has yet to write
	enough := smallest + p.random.IntN(largest-smallest) - tail
	out := &counter{file: file}
	w := newWriter(out, p.build, p.build.bases(p.random))
	w.header(p.times())
	for known := -1; out.size < enough && known < len(p.seen); {
		known = len(p.seen)
		if err := p.run(w); err != nil {
			return 0, err
		}
	}
	if err := w.close(); err != nil {
		return 0, err
	}
	return out.size, file.Close()
}

// times are a start some time of one day, and the duration that a request for 30 s gets.
func (p *process) times() (start, duration int64) {
	const second, day = 1_000_000_000, 86_400_000_000_000
	return 1_790_000_000*second + p.random.Int64N(day), 30*second + p.random.Int64N(second/5)
}

// run adds the samples of a spell of work: captured one after the other, which keeps alike stacks together.
func (p *process) run(w *writer) error {
	samples := p.build.samples
	from := p.random.IntN(len(samples))
	for _, s := range samples[from:min(from+50+p.random.IntN(200), len(samples))] {
		if len(s.stack) == 0 {
			continue
		}
		if p.random.Float64() >= p.shared {
			s.stack = p.build.splice(p.random, s.stack)
		}
		key := p.key(s)
		if _, ok := p.seen[key]; ok {
			continue
		}
		p.seen[key] = len(s.stack)
		s.count = p.count(s.count)
		if err := w.sample(s); err != nil {
			return err
		}
	}
	return nil
}

// count spreads the captured count: most stacks are seen once, few are hot.
func (p *process) count(captured int64) int64 {
	count := 1 + p.random.Int64N(captured)
	for p.random.IntN(5) == 0 {
		count *= 1 + p.random.Int64N(4)
	}
	return count
}

var hashSeed = maphash.MakeSeed()

// key tells stacks with their labels apart, across all builds.
func (p *process) key(s sample) uint64 {
	key := binary.AppendVarint(make([]byte, 0, 256), int64(p.index))
	for _, location := range s.stack {
		key = binary.AppendVarint(key, int64(location))
	}
	for _, l := range s.labels {
		key = append(append(append(key, l.key...), 0), l.value...)
	}
	return maphash.Bytes(hashSeed, key)
}
