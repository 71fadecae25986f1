// Derive makes a large fleet of distinct CPU profiles out of captured ones.
//
//	derive -dir=DIR -count=1000 -seed=1 CAPTURED...
//
// writes DIR/0000.pprof to DIR/0999.pprof, as `/debug/pprof/profile?seconds=30` of as many processes would give them:
// the bytes are laid out as runtime/pprof does, the stacks are those of the captured programs, and each profile has its
// own build, load address, load mix, time and duration. Sizes are spread over -smallest to -largest bytes.
//
// How much the profiles overlap is set by -shared: this part of the samples are captured stacks as they are, which
// profiles of the same build have in common; the others are spliced from several captured stacks at locations that
// these share (build.splice), and hardly ever come twice. The result is the same for the same captures and seed. What
// was made is printed as JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

const period = 10_000_000 // ns, at the 100 Hz of net/http/pprof

func main() {
	dir := flag.String("dir", ".", "where to write")
	count := flag.Int("count", 1000, "how many profiles")
	seed := flag.Uint64("seed", 1, "another seed gives other profiles")
	shared := flag.Float64("shared", 0.05, "part of the samples that are captured stacks as they are")
	smallest := flag.Int("smallest", 105_000, "bytes")
	largest := flag.Int("largest", 227_000, "bytes")
	flag.Parse()

	builds, err := readBuilds(flag.Args())
	if err != nil {
		log.Fatal(err)
	}
	total := newFigures(builds)
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for n := range next {
				process := newProcess(builds, *seed, n, *shared)
				size, err := process.write(filepath.Join(*dir, fmt.Sprintf("%04d.pprof", n)), *smallest, *largest)
				if err != nil {
					log.Fatal(err)
				}
				total.add(process, size)
			}
		}()
	}
	for n := range *count {
		next <- n
	}
	close(next)
	workers.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(total.summary()); err != nil {
		log.Fatal(err)
	}
}

// readBuilds gathers the captured profiles of each executable.
func readBuilds(paths []string) ([]*build, error) {
	var builds []*build
	byName := map[string]*build{}
	for _, path := range paths {
		p, err := read(path)
		if err != nil {
			return nil, err
		}
		b, ok := byName[buildOf(p)]
		if !ok {
			b = newBuild(p)
			byName[buildOf(p)] = b
			builds = append(builds, b)
		}
		if err := b.add(p); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return builds, nil
}
