//go:build go1.20

package walk

import (
	"runtime"
	_ "unsafe" // for go:linkname
)

//go:linkname startLine runtime/pprof.runtime_FrameStartLine
func startLine(frame *runtime.Frame) int
