// A program with calls of every kind: through values, interfaces, generics, closures and iterators, and in init.
package main

import (
	"iter"
	"log"
	"os"
	"runtime/pprof"
	"sync"
)

// Inlined into what calls it, which then is too costly for that, but not for a hot call. The edges of a profile are those to
// the leaf-most two locations: of this and its caller, and of the caller and the call of interest.
func spin(n int) int {
	x := uint32(n) | 1
	for i := 0; i < 300; i++ {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		if x%7 == 3 {
			x += uint32(i) * 3
		} else if x%11 == 5 {
			x ^= uint32(n) + uint32(i)*5
		} else if x%13 == 7 {
			x -= uint32(i) ^ 77
		}
	}
	return int(x & 1)
}

func plain(n int) int   { return spin(n) + 1 }
func other(n int) int   { return spin(n) + 2 }
func deferred(n int)    { sink += spin(n) }
func started(n int)     { spin(n); wait.Done() }
func initial(n int) int { return spin(n) }

var (
	sink    int
	wait    sync.WaitGroup
	rounds  = begin()
	global  = many(func(n int) int { return spin(n) })
	literal = func(n int) int { return spin(n) + 5 }
	named   = plain
)

func begin() int {
	f, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		log.Fatal(err)
	}
	return 80000
}

func many(f func(int) int) int {
	sum := 0
	for i := 0; i < rounds; i++ {
		sum += f(i)
	}
	return sum
}

func init() {
	for i := 0; i < 5*rounds; i++ { // among the hottest
		sink += initial(i)
	}
}

func init() {
	f := other
	if len(os.Args) > 5 {
		f = plain
	}
	for i := 0; i < rounds; i++ {
		sink += f(i)
	}
}

// Interfaces.

type shape interface{ area(n int) int }
type square struct{ side int }
type circle struct{ radius int }
type box[T any] struct{ content T }
type outer struct{ square }

func (s square) area(n int) int  { return spin(n + s.side) }
func (c *circle) area(n int) int { return spin(n + c.radius) }
func (b box[T]) area(n int) int  { return spin(n + 3) }

//go:noinline
func overInterface(shapes []shape) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += shapes[i%len(shapes)].area(i)
	}
	return sum
}

//go:noinline
func overGenericReceivers(shapes []shape) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += shapes[i%len(shapes)].area(i)
	}
	return sum
}

//go:noinline
func overPromoted(shapes []shape) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += shapes[i%len(shapes)].area(i)
	}
	return sum
}

//go:noinline
func deferInterface(s shape, n int) {
	defer s.area(n)
	sink++
}

// Values.

//go:noinline
func overValue(f func(int) int) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += f(i)
	}
	return sum
}

//go:noinline
func overLiteral(f func(int) int) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += f(i)
	}
	return sum
}

//go:noinline
func overLiteralFirst(f, g func(int) int) (sum int) {
	for i := 0; i < rounds; i++ {
		h := f
		if i%4 == 0 {
			h = g
		}
		sum += h(i)
	}
	return sum
}

//go:noinline
func overMethodValue(f func(int) int) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += f(i)
	}
	return sum
}

//go:noinline
func overMethodExpression(f func(square, int) int) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += f(square{1}, i)
	}
	return sum
}

//go:noinline
func overGlobals() (sum int) {
	for i := 0; i < rounds; i++ {
		sum += named(i)
		sum += literal(i)
	}
	return sum
}

//go:noinline
func deferValue(f func(int), n int) {
	defer f(n)
	sink++
}

//go:noinline
func goValue(f func(int)) {
	for i := 0; i < rounds/100; i++ {
		wait.Add(100)
		for j := 0; j < 100; j++ {
			go f(j)
		}
		wait.Wait()
	}
}

//go:noinline
func goLiteral() {
	for i := 0; i < rounds/100; i++ {
		wait.Add(100)
		for j := 0; j < 100; j++ {
			go func() {
				spin(j)
				wait.Done()
			}()
		}
		wait.Wait()
	}
}

//go:noinline
func deferLiteral(n int) {
	defer func() {
		sink += spin(n)
	}()
	sink++
}

// Generics.

type number interface{ ~int | ~int64 | ~uint8 }
type weight int

func first[T number](n T) int  { return spin(int(n)) }
func second[T number](n T) int { return spin(int(n) + 1) }

//go:noinline
func apply[T number](f func(T) int) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += f(T(i))
		sum += first(T(i))
	}
	return sum
}

//go:noinline
func areas[S shape](s S) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += s.area(i)
	}
	return sum
}

// Inlined.

func small(s shape, n int) int { return s.area(n) + 1 }
func smallDirect(n int) int    { return plain(n) + 1 }

//go:noinline
func overInlined(s shape) (sum int) {
	for i := 0; i < rounds; i++ {
		sum += small(s, i)
		sum += smallDirect(i)
	}
	return sum
}

// Iterators.

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

//go:noinline
func each(n int, yield func(int) bool) {
	for i := 0; i < n; i++ {
		if !yield(i) {
			return
		}
	}
}

//go:noinline
func pairs(yield func(int, int) bool) {
	for i := 0; i < rounds; i++ {
		if !yield(i, i+1) {
			return
		}
	}
}

//go:noinline
func overIterators(seq iter.Seq2[int, int]) (sum int) {
	for i := range count(rounds) {
		sum += spin(i)
	}
	for i := range func(yield func(int) bool) { each(rounds, yield) } {
		sum += plain(i)
	}
	for i, j := range seq {
		if i == j {
			return
		}
		sum += other(i)
	}
	return sum
}

type tree struct{}

//go:noinline
func (tree) all(yield func(int) bool) { each(rounds, yield) }

//go:noinline
func (tree) sum() (sum int) {
	for i := range (tree{}).all {
		sum += spin(i)
		for j := range (tree{}).few {
			sum += spin(j)
		}
	}
	return sum
}

//go:noinline
func (tree) few(yield func(int) bool) { each(2, yield) }

func main() {
	sq, ci := square{1}, &circle{2}
	sink += overInterface([]shape{sq, sq, sq, ci})
	sink += overGenericReceivers([]shape{box[int]{}, box[int]{}, box[string]{}, sq})
	sink += overPromoted([]shape{outer{sq}, &outer{sq}, ci})
	sink += overValue(plain) + overValue(plain) + overValue(other)
	k := sink
	sink += overLiteral(func(n int) int { return spin(n + k) })
	sink += overLiteralFirst(func(n int) int { return spin(n + k) }, plain)
	sink += overMethodValue(sq.area)
	sink += overMethodExpression(square.area)
	sink += overGlobals()
	for i := 0; i < rounds; i++ {
		deferInterface(sq, i)
		deferValue(deferred, i)
		deferLiteral(i)
	}
	goValue(started)
	goLiteral()
	sink += apply(first[int]) + apply(second[uint8]) + apply(first[weight]) + apply(func(n int64) int { return spin(int(n)) })
	sink += areas(sq) + areas(ci) + areas(box[int]{}) + areas[shape](sq)
	sink += overInlined(sq)
	sink += overIterators(pairs) + tree{}.sum()
	pprof.StopCPUProfile()
	if sink == 0 {
		log.Fatal("no work done")
	}
}
