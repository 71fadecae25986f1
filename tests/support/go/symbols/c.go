//go:build cgo

package main

// static int twice(int n) { volatile int sum = n; sum += n; return sum; }
import "C"

func init() { twice = func(n int) int { return int(C.twice(C.int(n))) } }
