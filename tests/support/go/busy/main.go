// A program that keeps a CPU busy in many ways for about a second and writes a profile of itself. It counts its work, not the
// time, so that a slow machine takes no fewer samples.
package main

import (
	"encoding/json"
	"log"
	"os"
	"runtime/pprof"
	"sort"
	"strings"
)

type shape interface{ area() float64 }
type square struct{ side float64 }
type circle struct{ radius float64 }

func (s square) area() float64 { return s.side * s.side }
func (c circle) area() float64 { return 3.14159 * c.radius * c.radius }

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func mapAll[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func sumAreas(shapes []shape) (sum float64) {
	for _, s := range shapes {
		sum += s.area()
	}
	return sum
}

func work() int {
	shapes := make([]shape, 0, 1000)
	for i := 0; i < 1000; i++ {
		if i%10 == 0 {
			shapes = append(shapes, circle{float64(i)})
		} else {
			shapes = append(shapes, square{float64(i)})
		}
	}
	total := fib(20) + int(sumAreas(shapes))
	words := mapAll(strings.Fields(strings.Repeat("the quick brown fox ", 50)), strings.ToUpper)
	sort.Strings(words)
	data, err := json.Marshal(map[string]any{"words": words, "total": total})
	if err != nil {
		log.Fatal(err)
	}
	return len(data)
}

func main() {
	f, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		log.Fatal(err)
	}
	sum := 0
	for i := 0; i < 8000; i++ {
		sum += work()
	}
	pprof.StopCPUProfile()
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
	if sum == 0 {
		log.Fatal("no work done")
	}
}
