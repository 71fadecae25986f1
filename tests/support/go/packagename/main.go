// Reads linker names of functions from stdin, one a line, and prints the package that debug/gosym finds in each.
package main

import (
	"bufio"
	"debug/gosym"
	"fmt"
	"log"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		symbol := gosym.Sym{Name: lines.Text()}
		fmt.Println(symbol.PackageName())
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}
