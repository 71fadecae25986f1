// Command shop keeps busy for a CPU profile of the kinds of functions that refactoring renames.
package main

import (
	"log"
	"os"
	"runtime/pprof"
	"syscall"

	money "example.com/shop/money.v1"
)

type pair struct {
	ledger money.Ledger
	count  int
}

//go:noinline
func work() int {
	ledger := money.Open(20)
	total := money.Repeat(ledger, 5) + ledger.Weigh(3)
	total += money.Use(money.Scaled(total))
	total += money.Fold([][]pair{{{*ledger, 1}}, {{*ledger, 2}}}, func(p []pair) int { return p[0].ledger.Weigh(p[0].count) })
	total += money.Fold([]money.Ledger{*ledger}, func(l money.Ledger) int { return l.Weigh(2) })
	total += money.Fill(pair{*ledger, 2}, 10).Visit(func(p pair) int { return p.count })
	weigh := ledger.Weigh
	done := make(chan int)
	go func() { done <- weigh(total) + money.Use(ledger.Weigh) }()
	return total + <-done
}

// However busy the machine is, the profile has its samples.
func cpuSeconds() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Sec
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		log.Fatal(err)
	}
	sum := 0
	for cpuSeconds() < 3 {
		sum += work()
	}
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil || sum == 0 {
		log.Fatal(err)
	}
}
