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

// Text prints, for each range of addresses with the same frames, "begin end frame;frame;..." to w. Addresses count from
// the first function; a frame is "name start-line file:line", the innermost first. The last address of each function is
// left out: it cannot be asked for, since the runtime is given return addresses and that one belongs to the next function.
func Text(w io.Writer) {
	out := bufio.NewWriterSize(w, 1<<20)
	defer out.Flush()
	first, end := bounds()
	begin, last := first, ""
	for pc := first; pc <= end; pc++ {
		frames := ""
		if pc < end && !endsFunction(pc) {
			frames = describe(pc)
		}
		if pc > first && frames == last {
			continue
		}
		if last != "" {
			fmt.Fprintf(out, "%x %x %s\n", begin-first, pc-first, last)
		}
		begin, last = pc, frames
	}
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

func describe(pc uintptr) string {
	stack := expandFinalInlineFrame([]uintptr{pc + 1})
	var text strings.Builder
	for _, address := range stack {
		frames := runtime.CallersFrames([]uintptr{address})
		frame, _ := frames.Next()
		// What was inlined has been expanded, and wrappers left out of it; a function that is a wrapper itself has not.
		if len(stack) == 1 && isWrapper(frame.Func) {
			return "-"
		}
		if text.Len() > 0 {
			text.WriteByte(';')
		}
		fmt.Fprintf(&text, "%s %d %s:%d", symbolName(&frame), startLine(&frame), frame.File, frame.Line)
	}
	return text.String()
}

// isWrapper reads funcID out of runtime._func.
func isWrapper(function *runtime.Func) bool {
	if function == nil {
		return false
	}
	return *(*uint8)(unsafe.Add(unsafe.Pointer(function), funcIDOffset())) == wrapperID()
}

func funcIDOffset() int {
	if minorVersion() < 20 {
		return 36
	}
	return 40
}

func wrapperID() uint8 {
	switch minor := minorVersion(); {
	case minor <= 21:
		return 21
	case minor <= 24:
		return 22
	default:
		return 23
	}
}

func minorVersion() int {
	var minor int
	if _, err := fmt.Sscanf(runtime.Version(), "go1.%d", &minor); err != nil {
		panic("Go of unknown version " + runtime.Version())
	}
	return minor
}
