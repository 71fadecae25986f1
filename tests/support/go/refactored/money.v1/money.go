// Package money is renamed, moved and refactored by tests/oracle/test_rename.py. Its functions take their time
// themselves, so that they are where samples end, and are of all costs that inlining tells apart.
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

func mix(x int) int {
	x = x*1103515245 + 12345
	return x ^ x>>7
}

// Beyond the usual budget for inlining, and within that of what is hot.
func tally(entries []Entry, weigh func(int) int) int {
	total := 0
	for i := range entries {
		if entries[i].Amount > 3 {
			total += weigh(entries[i].Amount) + mix(total)
		} else if entries[i].Amount > 1 {
			total -= weigh(entries[i].Amount) + mix(total-1)
		}
		for range 200 {
			total = mix(total) + mix(i)
		}
	}
	return total
}

func (l *Ledger) Apply() int {
	total := tally(l.entries, func(x int) int {
		for range 200 {
			x = mix(x) + l.factor
		}
		return x
	})
	for range 2000 {
		total = mix(total) - mix(l.factor)*mix(total+1)
	}
	return total
}

func (l Ledger) Weigh(by int) int {
	total := 0
	for _, entry := range l.entries {
		for range 100 {
			if entry.Amount > by {
				total += mix(entry.Amount) + mix(by)
			} else {
				total -= mix(entry.Amount*2) - mix(by*2)
			}
			total ^= mix(total+1) + mix(total+2)
		}
	}
	return total
}

//go:noinline
func run(f func(int) int, x int) int { return f(x) + f(x+1) }

// Inlined elsewhere, where its closure gets a name of its own.
func Scaled(by int) func(int) int {
	return func(x int) int {
		for range 500 {
			x = mix(x) * by
		}
		return x
	}
}

func Use(f func(int) int) int {
	total := 0
	for i := range 10 {
		total += run(f, i)
	}
	return total
}

func Fold[E any](all []E, weigh func(E) int) int {
	total := 0
	for i, each := range all {
		if i%3 == 0 {
			total += weigh(each) + mix(total)
		} else {
			total ^= weigh(each) + mix(total+2) + mix(total+3)
		}
		for range 2000 {
			total = mix(total) + mix(i)
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

func (b *Box[E]) Visit(weigh func(E) int) int {
	total := 0
	for _, item := range b.items {
		total += weigh(item)
		for range 500 {
			total = mix(total) - mix(total+1)
		}
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
