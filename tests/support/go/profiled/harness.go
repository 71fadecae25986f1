// A program that works until it has used so much CPU time, and writes a profile of itself: one of the files beside this
// one says what work is. To be recorded by perf at the same time.
package main

import (
	"flag"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"
)

func main() {
	output := flag.String("profile", "", "where to write the profile")
	cpu := flag.Duration("cpu", 10*time.Second, "CPU time to use, by all threads together")
	hertz := flag.Int("hertz", 1000, "signals a second of CPU time to ask for; there is at most one a tick of the kernel")
	workers := flag.Int("workers", 2, "goroutines that work")
	flag.Parse()

	file, err := os.Create(*output)
	if err != nil {
		log.Fatal(err)
	}
	// StartCPUProfile then says that it cannot set its own rate, and goes on.
	runtime.SetCPUProfileRate(*hertz)
	if err := pprof.StartCPUProfile(file); err != nil {
		log.Fatal(err)
	}
	var running sync.WaitGroup
	for worker := 0; worker < *workers; worker++ {
		running.Add(1)
		go func(seed int) {
			defer running.Done()
			for ; used() < *cpu; seed++ {
				work(seed)
			}
		}(worker * 1000000)
	}
	running.Wait()
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}

// used is the CPU time of the process.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
