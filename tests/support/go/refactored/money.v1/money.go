// Package money is renamed, moved and refactored by tests/oracle/test_rename.py.
package money

type Entry struct {
	Amount int
	note   string
}

type Ledger struct {
	entries []Entry
	factor  int
}

func Open(size int) *Ledger {
	entries := make([]Entry, size)
	for i := range entries {
		entries[i].Amount = i%7 + 1
	}
	return &Ledger{entries: entries, factor: 3}
}

//go:noinline
func grind(x int) int {
	for i := 0; i < 400; i++ {
		x = x*1103515245 + 12345
		x ^= x >> 7
	}
	return x
}

// Beyond the usual budget for inlining, and within that of what is hot.
func tally(entries []Entry, weigh func(int) int) int {
	total := 0
	for i := range entries {
		if entries[i].Amount > 3 {
			total += weigh(entries[i].Amount) + grind(total)
		} else if entries[i].Amount > 1 {
			total -= weigh(entries[i].Amount) + grind(total-1)
		} else {
			total ^= weigh(entries[i].Amount+1) + grind(total-2)
		}
		if len(entries[i].note) > 3 {
			total += grind(len(entries[i].note))
		}
	}
	return total
}

func (l *Ledger) Apply() int {
	return tally(l.entries, func(x int) int { return grind(x) + l.factor })
}

func (l Ledger) Weigh(by int) int {
	total := 0
	for _, entry := range l.entries {
		if entry.Amount > by {
			total += grind(entry.Amount) + grind(by)
		} else {
			total -= grind(entry.Amount*2) - grind(by*2)
		}
		total ^= grind(total+1) + grind(total+2)
	}
	return total
}

//go:noinline
func run(f func(int) int, x int) int { return f(x) + f(x+1) }

// Inlined elsewhere, where its closure gets a name of its own.
func Scaled(by int) func(int) int {
	return func(x int) int { return grind(x)*by + grind(x+by) + grind(x-by) }
}

func Use(f func(int) int) int {
	total := 0
	for i := range 50 {
		total += run(f, i)
	}
	return total
}

func Fold[E any](all []E, weigh func(E) int) int {
	total := 0
	for i, each := range all {
		if i%3 == 0 {
			total += weigh(each) + grind(total)
		} else if i%3 == 1 {
			total -= weigh(each) + grind(total+1)
		} else {
			total ^= weigh(each) + grind(total+2) + grind(total+3)
		}
	}
	return total
}

type Box[E any] struct {
	items []E
}

func Fill[E any](item E, count int) *Box[E] {
	box := &Box[E]{}
	for range count {
		box.items = append(box.items, item)
	}
	return box
}

//go:noinline
func (b *Box[E]) Visit(weigh func(E) int) int {
	total := 0
	for _, item := range b.items {
		total += weigh(item) + grind(total)
	}
	return total
}

type Applier interface{ Apply() int }

//go:noinline
func Repeat(a Applier, times int) int {
	total := 0
	for range times {
		total += a.Apply()
	}
	return total
}
