// Gzipverdict prints what Go's compress/gzip makes of many inputs; tests/programs/gzip_verdict.cc does the same for ours
// and describes the format.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

func verdict(input []byte) string {
	reader, err := gzip.NewReader(bytes.NewReader(input))
	if err != nil {
		return fmt.Sprintf("refuse %v", err)
	}
	inflated, err := io.ReadAll(reader)
	if err != nil {
		return fmt.Sprintf("refuse %v", err)
	}
	hash := fnv.New64a()
	hash.Write(inflated)
	return fmt.Sprintf("accept %d %016x", len(inflated), hash.Sum64())
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var length uint32
		if binary.Read(in, binary.LittleEndian, &length) != nil {
			return
		}
		input := make([]byte, length)
		if _, err := io.ReadFull(in, input); err != nil {
			return
		}
		fmt.Fprintln(out, verdict(input))
	}
}
