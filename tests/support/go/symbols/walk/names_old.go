//go:build !go1.21

package walk

import "runtime"

func symbolName(frame *runtime.Frame) string { return frame.Function }
