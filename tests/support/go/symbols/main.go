// A program that knows itself: `symbols walk` prints the frames of every address of its code, `symbols profile FILE`
// writes a CPU profile of a second's work to FILE.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"regexp"
	"runtime/pprof"
	"sort"
	"strings"
	"time"

	"example.com/symbols/walk"
)

var twice = func(n int) int { return n + n }

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return product(s.side, s.side) }

type named struct {
	square // so that (*named).area and named.area are wrappers
	name   string
}

func product(a, b float64) float64 { return scaled(a) * b }

func scaled(a float64) float64 { return a * float64(len(os.Args)) }

type number interface{ ~int | ~int64 | ~float64 }

func sum[T number](values []T, weigh func(T) T) (total T) {
	for _, value := range values {
		total += weigh(value)
	}
	return total
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(item T) { s.items = append(s.items, item) }

func (s *stack[T]) pop() (item T) {
	item, s.items = s.items[len(s.items)-1], s.items[:len(s.items)-1]
	return item
}

func guarded(shapes []shape, index int) (area float64) {
	defer func() {
		if recover() != nil {
			area = -1
		}
	}()
	return shapes[index].area()
}

func work() string {
	shapes := []shape{square{2}, &named{square{3}, "three"}, named{square{4}, "four"}}
	var areas []float64
	for i := 0; i < 2000; i++ {
		areas = append(areas, guarded(shapes, i%4))
	}
	sort.Slice(areas, func(i, j int) bool { return areas[i] < areas[j] })
	total := sum(areas, func(a float64) float64 { return scaled(a) })
	numbers := &stack[int]{}
	for i := 0; i < 1000; i++ {
		numbers.push(twice(i))
	}
	text := fmt.Sprint(total, numbers.pop(), sum(numbers.items, func(n int) int { return n % 7 }))
	encoded, _ := json.Marshal(map[string]any{"areas": areas, "text": text})
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(encoded)
	_ = writer.Close()
	found := regexp.MustCompile(`[0-9]+\.[0-9]*`).FindAllString(string(encoded), -1)
	return strings.Join(found, ",") + fmt.Sprint(packed.Len())
}

func profile(path string) {
	file, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		log.Fatal(err)
	}
	length := 0
	for start := time.Now(); time.Since(start) < time.Second; {
		length += len(work())
	}
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(length > 0)
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "walk":
		walk.Text(os.Stdout)
	case len(os.Args) == 3 && os.Args[1] == "profile":
		profile(os.Args[2])
	default:
		log.Fatal("usage: symbols walk | symbols profile FILE")
	}
}
