// A program for perf to record: it counts its work, not the time. `perfload -rounds=N [-children=M]` runs itself M times
// in processes of their own, and works besides.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"sort"
)

type tree struct {
	left, right *tree
	value       int
}

func (t *tree) insert(value int) *tree {
	if t == nil {
		return &tree{value: value}
	}
	if value < t.value {
		t.left = t.left.insert(value)
	} else {
		t.right = t.right.insert(value)
	}
	return t
}

func round(seed uint32) int {
	var root *tree
	var values []int
	for i := 0; i < 2000; i++ {
		seed = seed*1664525 + 1013904223
		root = root.insert(int(seed >> 8))
		values = append(values, int(seed>>8))
	}
	sort.Ints(values)
	return values[0] + root.value
}

func main() {
	rounds := flag.Int("rounds", 100, "how much work")
	children := flag.Int("children", 0, "processes to run besides")
	flag.Parse()
	var running []*exec.Cmd
	for i := 0; i < *children; i++ {
		child := exec.Command(os.Args[0], fmt.Sprintf("-rounds=%d", *rounds))
		if err := child.Start(); err != nil {
			log.Fatal(err)
		}
		running = append(running, child)
	}
	total := 0
	for i := 0; i < *rounds; i++ {
		total += round(uint32(i))
	}
	for _, child := range running {
		if err := child.Wait(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(total)
}
