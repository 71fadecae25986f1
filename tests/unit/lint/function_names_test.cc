#include "pgoprof/lint/function_names.h"

#include <catch2/catch.hpp>

using namespace pgoprof::detail;

TEST_CASE("Symbols of Go functions are told from those of C and of the kernel") {
    for (const char* name : {"main.main", "runtime.mallocgc", "encoding/json.(*encodeState).marshal",
                             "main.(*T).f.func1", "main.(*T).f-fm", "golang.org/x/net/http2.(*Framer).ReadFrame",
                             "main.Map[go.shape.string,go.shape.struct { A/b.C int }]", "type:.eq.main.key",
                             "go:buildid.x", "gopkg.in/yaml%2ev3.parse", "vendor/golang.org/x/crypto.f"}) {
        CAPTURE(name);
        CHECK(is_go_symbol(name));
    }
    for (const char* name : {"", "memcpy", "do_syscall_64", "asm_exc_page_fault", "[unknown]", "__tsan_read",
                             "_ZN6__tsan3fooEv", "std::foo.x", "ksys_read.isra.0", "update_curr.part.0", "f.cold",
                             "g.constprop.0", "aeshashbody", "example.com/nothing", ".plt"}) {
        CAPTURE(name);
        CHECK_FALSE(is_go_symbol(name));
    }
}

TEST_CASE("Calls that sanitizers put in are known, and what is only named alike is not") {
    for (const char* name : {"runtime.racefuncenter", "racecall", "racecalladdr", "__tsan_func_enter", "__asan_load8",
                             "_ZN6__tsan18MemoryAccessRangeTILb1EEEvPNS_11ThreadStateEmmm", "runtime.asanread"}) {
        CAPTURE(name);
        CHECK(is_instrumentation(name));
    }
    for (const char* name : {"main.racecall", "example.com/race.Run", "runtime.rawstring", "trace.Start"}) {
        CAPTURE(name);
        CHECK_FALSE(is_instrumentation(name));
    }
}
