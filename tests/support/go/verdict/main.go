// Verdict prints what `go tool preprofile` makes of many inputs, in one process: see lint_verdicts.cc for the format of
// stdin. stdout: for each input a line: "refuses MESSAGE", "crashes MESSAGE", or "ignores HASH", "uses HASH", "misreads
// HASH", where HASH (FNV-1a) is of what preprofile would write. misreads: the compiler would not read back what was
// meant.
//
// The packages that do the work are the toolchain's own: go.build_verdict copies them beside this file.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"reflect"
	"strings"

	"verdict/pgo"
)

const header = "GO PREPROFILE V1\n"

func verdict(input []byte) (result string) {
	defer func() {
		if p := recover(); p != nil {
			result = fmt.Sprintf("crashes %v", p)
		}
	}()
	profile, err := pgo.FromPProf(bytes.NewReader(input))
	if err != nil {
		return fmt.Sprintf("refuses %v", err)
	}
	var written bytes.Buffer
	if _, err := profile.WriteTo(&written); err != nil {
		return fmt.Sprintf("refuses %v", err)
	}
	hash := fnv.New64a()
	hash.Write(written.Bytes())
	name := "uses"
	if written.String() == header {
		name = "ignores"
	} else if read, err := pgo.FromSerialized(&written); err != nil || !reflect.DeepEqual(read, profile) {
		name = "misreads"
	}
	return fmt.Sprintf("%s %016x", name, hash.Sum64())
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
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
		fmt.Fprintln(out, strings.ToValidUTF8(strings.ReplaceAll(verdict(input), "\n", " "), "?"))
	}
}
