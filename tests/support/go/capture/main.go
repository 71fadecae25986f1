// Capture profiles a small load of its own and writes one profile file.
//
//	capture -kind=cpu|heap|mutex|block -load=mixed|labels|idle -seconds=2 -o FILE
//
// The load has what makes profiles differ: direct and mutual recursion, inlined calls, interface calls, closures,
// generic functions, goroutines, and string labels. It builds with Go 1.19 and newer, from the standard library alone.
package main

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"io"
	"log"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

func main() {
	kind := flag.String("kind", "cpu", "cpu, heap, mutex or block")
	load := flag.String("load", "mixed", "mixed, labels or idle")
	seconds := flag.Int("seconds", 2, "how long to run")
	output := flag.String("o", "", "file to write")
	flag.Parse()

	var profile bytes.Buffer
	if err := capture(&profile, *kind, *load, time.Duration(*seconds)*time.Second); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*output, profile.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

func capture(w io.Writer, kind, load string, d time.Duration) error {
	run, ok := map[string]func(time.Time){"mixed": mixed, "labels": labelled, "idle": idle}[load]
	if !ok {
		log.Fatalf("unknown load %q", load)
	}
	deadline := time.Now().Add(d)
	switch kind {
	case "cpu":
		if err := pprof.StartCPUProfile(w); err != nil {
			return err
		}
		run(deadline)
		pprof.StopCPUProfile()
		return nil
	case "mutex":
		runtime.SetMutexProfileFraction(1)
	case "block":
		runtime.SetBlockProfileRate(1)
	case "heap":
		runtime.MemProfileRate = 64 << 10
	default:
		log.Fatalf("unknown kind %q", kind)
	}
	run(deadline)
	return pprof.Lookup(kind).WriteTo(w, 0)
}

// sink keeps results alive, so that no work is optimized away.
var sink float64

func idle(deadline time.Time) { time.Sleep(time.Until(deadline)) }

// mixed takes turns at every kind of work, on two goroutines that contend for a lock.
func mixed(deadline time.Time) {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		total float64
	)
	for n := 0; n < 2; n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(deadline) {
				mu.Lock()
				for _, task := range tasks {
					total += task()
				}
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	sink += total
}

// labelled does the same under labels, as servers mark their requests; the values are made up.
func labelled(deadline time.Time) {
	routes := []string{"/api/orders", "/api/users", "/größe", "quote\"newline\n"}
	for i := 0; time.Now().Before(deadline); i++ {
		labels := pprof.Labels("route", routes[i%len(routes)], "tenant", "tenant-"+string(rune('a'+i%3)))
		pprof.Do(context.Background(), labels, func(context.Context) {
			sink += tasks[i%len(tasks)]()
		})
	}
}

var tasks = []func() float64{
	func() float64 { return float64(fibonacci(22)) },
	func() float64 { return float64(boolToInt(even(40_000))) },
	func() float64 { return areas(shapes, 10_000) },
	func() float64 {
		return integrate(func(x float64) float64 { return square(x) * math.Sin(x) }, 0, 10, 40_000)
	},
	func() float64 { return float64(sumOf(mapSlice(numbers, func(n int) int { return n*n + 1 }))) },
	func() float64 { return float64(sumOf(mapSlice(fractions, half))) },
	hashing,
	encoding,
	sorting,
	building,
}

// fibonacci recurses directly, from two call sites.
func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) +
		fibonacci(n-2)
}

// even and odd recurse mutually.
//
//go:noinline
func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

//go:noinline
func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Interface calls, with one implementation hotter than the others.
type shape interface{ area() float64 }

type (
	circle    struct{ radius float64 }
	rectangle struct{ width, height float64 }
	polygon   struct{ corners []float64 }
)

//go:noinline
func (c circle) area() float64 { return math.Pi * square(c.radius) }

//go:noinline
func (r *rectangle) area() float64 { return math.Sqrt(square(r.width) * square(r.height)) }

func (p polygon) area() float64 {
	sum := 0.0
	for i, x := range p.corners {
		sum += weigh(x, i)
	}
	return sum
}

var shapes = []shape{circle{1}, circle{2}, circle{3}, &rectangle{2, 3}, polygon{[]float64{1, 2, 3, 4, 5, 6, 7, 8}}}

func areas(all []shape, rounds int) float64 {
	sum := 0.0
	for i := 0; i < rounds; i++ {
		for _, s := range all {
			sum += s.area()
		}
	}
	return sum
}

// Small leaves, inlined two deep.
func square(x float64) float64 { return x * x }

func weigh(x float64, i int) float64 { return cube(x) / float64(i+1) }

func cube(x float64) float64 { return square(x) * x }

func integrate(f func(float64) float64, from, to float64, steps int) float64 {
	width := (to - from) / float64(steps)
	sum := 0.0
	for i := 0; i < steps; i++ {
		sum += f(from+width*(float64(i)+0.5)) * width
	}
	return sum
}

// Generic functions of two shapes.
var (
	numbers   = makeSlice(20_000, func(i int) int { return i * 7919 % 10007 })
	fractions = makeSlice(20_000, func(i int) float64 { return float64(i) / 3 })
)

func half(f float64) float64 { return f / 2 }

func makeSlice[T any](n int, at func(int) T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = at(i)
	}
	return all
}

func mapSlice[T, U any](all []T, f func(T) U) []U {
	mapped := make([]U, 0, len(all))
	for _, v := range all {
		mapped = append(mapped, f(v))
	}
	return mapped
}

func sumOf[T int | float64](all []T) T {
	var sum T
	for _, v := range all {
		sum += v
	}
	return sum
}

var text = []byte(strings.Repeat("the quick brown fox jumps over the lazy dog; ", 200))

func hashing() float64 {
	sum := sha256.Sum256(text)
	for i := 0; i < 20; i++ {
		sum = sha256.Sum256(sum[:])
	}
	return float64(sum[0])
}

func encoding() float64 {
	packed, err := json.Marshal(numbers[:2000])
	if err != nil {
		log.Fatal(err)
	}
	var compressed bytes.Buffer
	writer, err := flate.NewWriter(&compressed, flate.DefaultCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := writer.Write(packed); err != nil {
		log.Fatal(err)
	}
	writer.Close()
	return float64(compressed.Len())
}

func sorting() float64 {
	shuffled := append([]int(nil), numbers[:4000]...)
	sort.Slice(shuffled, func(i, j int) bool { return shuffled[i] < shuffled[j] })
	return float64(shuffled[len(shuffled)/2])
}

func building() float64 {
	words := map[string]int{}
	for _, word := range strings.Fields(string(text)) {
		words[strings.ToUpper(word)] += len(word)
	}
	return float64(words["FOX"])
}
