// Package walk prints what this program's own runtime says of every address of its code.
package walk

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"strings"
	"unsafe"
)

//go:linkname expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func expandFinalInlineFrame(stack []uintptr) []uintptr

// frame is what a CPU profile has of a frame.
type frame struct {
	name      string
	startLine int
	file      string
	line      int
}

// Text prints a line to w for each range of addresses with the same frames: where it begins and ends, counted from the
// first function, and of each frame, the innermost first, name, start line, file and line. Tabs separate them, and "-"
// stands for no frame at all. The last address of each function is left out: it cannot be asked for, since the runtime is
// given return addresses and that one belongs to the next function.
func Text(w io.Writer) {
	out := bufio.NewWriterSize(w, 1<<20)
	defer out.Flush()
	first, end := bounds()
	begin, last, next := first, []frame(nil), []frame(nil)
	known := false
	for pc := first; pc <= end; pc++ {
		asked := pc < end && !endsFunction(pc)
		if asked {
			next = describe(next[:0], pc)
		}
		if asked == known && (!asked || slicesEqual(last, next)) {
			continue
		}
		if known {
			fmt.Fprintf(out, "%x\t%x\t%s\n", begin-first, pc-first, join(last))
		}
		begin, last, next, known = pc, next, last, asked
	}
}

func join(frames []frame) string {
	if len(frames) == 0 {
		return "-"
	}
	var text strings.Builder
	for i, f := range frames {
		if i > 0 {
			text.WriteByte('\t')
		}
		fmt.Fprintf(&text, "%s\t%d\t%s\t%d", f.name, f.startLine, f.file, f.line)
	}
	return text.String()
}

func slicesEqual(a, b []frame) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// bounds are where FuncForPC knows a function, which it does without gaps.
func bounds() (first, end uintptr) {
	known := reflectedPC()
	first = search(0, known, func(pc uintptr) bool { return runtime.FuncForPC(pc) != nil })
	end = search(known, known+1<<32, func(pc uintptr) bool { return runtime.FuncForPC(pc) == nil })
	return first, end
}

// search finds the lowest of [low, high] for which is holds, as it does from there on.
func search(low, high uintptr, is func(uintptr) bool) uintptr {
	for low < high {
		if middle := low + (high-low)/2; is(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

func reflectedPC() uintptr {
	pc, _, _, _ := runtime.Caller(0)
	return pc
}

func endsFunction(pc uintptr) bool {
	here, next := runtime.FuncForPC(pc), runtime.FuncForPC(pc+1)
	return next == nil || here.Entry() != next.Entry()
}

func describe(frames []frame, pc uintptr) []frame {
	var buffer [16]uintptr
	stack := expandFinalInlineFrame(append(buffer[:0], pc+1))
	for _, address := range stack {
		callers := runtime.CallersFrames([]uintptr{address})
		f, _ := callers.Next()
		// What was inlined has been expanded, and wrappers left out of it; the function itself was kept whatever it is,
		// if nothing was inlined or Go is older than 1.21. Tracebacks leave it out, too.
		if isWrapper(f.Func) {
			break
		}
		frames = append(frames, frame{symbolName(&f), startLine(&f), f.File, f.Line})
	}
	return frames
}

// isWrapper reads funcID out of runtime._func.
func isWrapper(function *runtime.Func) bool {
	if function == nil {
		return false
	}
	return *(*uint8)(unsafe.Add(unsafe.Pointer(function), funcIDOffset)) == wrapperID
}

// Where _func has funcID, and what that is for wrappers.
var funcIDOffset, wrapperID = func() (int, uint8) {
	switch minor := minorVersion(); {
	case minor < 20:
		return 36, 21
	case minor < 22:
		return 40, 21
	case minor < 25:
		return 40, 22
	default:
		return 40, 23
	}
}()

func minorVersion() int {
	var minor int
	if _, err := fmt.Sscanf(runtime.Version(), "go1.%d", &minor); err != nil {
		panic("Go of unknown version " + runtime.Version())
	}
	return minor
}
