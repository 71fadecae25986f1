//go:build go1.21

package walk

import (
	"runtime"
	_ "unsafe" // for go:linkname
)

// Names with their type arguments, where Frame.Function has "[...]".
//
//go:linkname symbolName runtime/pprof.runtime_FrameSymbolName
func symbolName(frame *runtime.Frame) string
