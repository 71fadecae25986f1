// Fleet captures many short CPU profiles of its own work, each of another mix.
//
//	fleet -dir=DIR -first=0 -count=10 -millis=60 -rate=500
//
// writes DIR/0.pprof to DIR/9.pprof. Which functions call which is drawn from the number of the profile, so that a fleet
// of processes yields profiles that share functions, but few stacks. Every other profile has labels. With the build tag
// `large` the program is one of thousands of functions, as services are (large.go).
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"sort"
	"strconv"
	"strings"
	"time"
)

func main() {
	dir := flag.String("dir", ".", "where to write")
	first := flag.Int("first", 0, "number of the first profile")
	count := flag.Int("count", 1, "how many profiles")
	millis := flag.Int("millis", 60, "work in each profile")
	rate := flag.Int("rate", 500, "samples a second")
	depth := flag.Int("depth", 24, "most calls on a path")
	routes := flag.Int("routes", 0, "take so many paths only, some far more often, as a service does; 0: ever new ones")
	flag.Parse()
	for n := *first; n < *first+*count; n++ {
		path := filepath.Join(*dir, strconv.Itoa(n)+".pprof")
		if err := capture(path, n, time.Duration(*millis)*time.Millisecond, *rate, paths(*routes, *depth)); err != nil {
			log.Fatal(err)
		}
	}
}

func capture(path string, n int, d time.Duration, rate int, next func(*rand.Rand) []byte) error {
	var profile bytes.Buffer
	// The rate set first stays; the profiler then says on stderr that it could not set its own.
	runtime.SetCPUProfileRate(rate)
	if err := pprof.StartCPUProfile(&profile); err != nil {
		return err
	}
	work(n, time.Now().Add(d), next)
	pprof.StopCPUProfile()
	return os.WriteFile(path, profile.Bytes(), 0o644)
}

// sink keeps results alive, so that no work is optimized away.
var sink int

func newPath(random *rand.Rand, depth int) []byte {
	path := make([]byte, 3+random.Intn(depth))
	random.Read(path)
	return path
}

// paths returns what draws the next path. Routes are the same in all processes; only where they end differs.
func paths(routes, depth int) func(*rand.Rand) []byte {
	if routes == 0 {
		return func(random *rand.Rand) []byte { return newPath(random, depth) }
	}
	fixed := make([][]byte, routes)
	source := rand.New(rand.NewSource(1))
	for i := range fixed {
		fixed[i] = newPath(source, depth)
	}
	return func(random *rand.Rand) []byte {
		path := append([]byte(nil), fixed[int(float64(routes)*random.Float64()*random.Float64())]...)
		path[len(path)-1] = byte(random.Intn(256))
		return path
	}
}

func work(n int, deadline time.Time, next func(*rand.Rand) []byte) {
	random := rand.New(rand.NewSource(int64(n)))
	for i := 0; time.Now().Before(deadline); i++ {
		path := next(random)
		if n%2 == 0 {
			sink += walk(path)
			continue
		}
		labels := pprof.Labels("route", fmt.Sprintf("/route/%d", i%3), "profile", strconv.Itoa(n))
		pprof.Do(context.Background(), labels, func(context.Context) { sink += walk(path) })
	}
}

// walk calls the step that the path's first byte names; steps call walk with the rest.
func walk(path []byte) int {
	if len(path) == 1 {
		return leaves[int(path[0])%len(leaves)](int(path[0]))
	}
	return steps[int(path[0])%len(steps)](path[1:])
}

var (
	steps  []func([]byte) int
	leaves = []func(int) int{hash, sorted, encoded, matched, joined, mapped, fibonacci18}
)

func init() {
	steps = []func([]byte) int{north, south, east, west, up, down, viaInterface, viaGeneric[int], viaGeneric[string], viaDefer}
}

//go:noinline
func north(path []byte) int { return walk(path) + 1 }

//go:noinline
func south(path []byte) int {
	total := 0
	for i := 0; i < 2; i++ {
		total += walk(path[len(path)-1:])
	}
	return total + walk(path)
}

//go:noinline
func east(path []byte) int { return inlined(path) + inlined(path[len(path)-1:]) }

func inlined(path []byte) int { return innermost(path) + 1 }

func innermost(path []byte) int { return walk(path) }

//go:noinline
func west(path []byte) int {
	if path[0]%2 == 0 {
		return walk(path)
	}
	return north(path)
}

//go:noinline
func up(path []byte) int { return func() int { return walk(path) }() }

//go:noinline
func down(path []byte) int { return walk(append([]byte(nil), path...)) }

type walker interface{ step([]byte) int }
type plain struct{}
type counting struct{ calls int }

func (plain) step(path []byte) int { return walk(path) }
func (c *counting) step(path []byte) int {
	c.calls++
	return walk(path)
}

//go:noinline
func viaInterface(path []byte) int {
	var w walker = plain{}
	if path[0]%3 == 0 {
		w = &counting{}
	}
	return w.step(path)
}

//go:noinline
func viaGeneric[T any](path []byte) int {
	var values []T
	values = append(values, *new(T))
	return walk(path) + len(values)
}

//go:noinline
func viaDefer(path []byte) (total int) {
	defer func() { total += walk(path) }()
	return 0
}

func hash(n int) int {
	sum := sha256.Sum256(make([]byte, 4096+n))
	return int(sum[0])
}

func sorted(n int) int {
	values := rand.New(rand.NewSource(int64(n))).Perm(400)
	sort.Ints(values)
	return values[0]
}

func encoded(n int) int {
	data, err := json.Marshal(map[string]any{"n": n, "list": make([]int, 100), "text": strings.Repeat("x", 200)})
	if err != nil {
		log.Fatal(err)
	}
	return len(data)
}

var pattern = regexp.MustCompile(`(a+b)*c|x+y`)

func matched(n int) int {
	return len(pattern.FindString(strings.Repeat("aab", 100+n)))
}

func joined(n int) int { return len(strings.Join(strings.Fields(strings.Repeat("w ", 200+n)), "-")) }

func mapped(n int) int {
	m := map[int]string{}
	for i := 0; i < 200+n; i++ {
		m[i*7919] = "v"
	}
	return len(m)
}

func fibonacci18(n int) int { return fibonacci(18) + n }

func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) + fibonacci(n-2)
}
