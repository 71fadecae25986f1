// Many servers in one process: answers recorded profiles, as net/http/pprof would after the seconds that are asked for, but
// any number at a time (a Go process profiles once at a time, whatever the port).
//
//	standin -ports N FILE...
//
// Prints a URL a line, and "listening" when all are served. The durations in the profiles are those asked for.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// Recording is an inflated profile, and what it is with other durations.
type recording struct {
	inflated []byte
	mutex    sync.Mutex
	gzipped  map[int][]byte
}

func load(path string) *recording {
	stored, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		log.Fatal(err)
	}
	inflated, err := io.ReadAll(reader)
	if err != nil {
		log.Fatal(err)
	}
	return &recording{inflated: inflated, gzipped: map[int][]byte{}}
}

// Of gives the recording with a duration: of a protobuf field that comes twice, the last counts.
func (r *recording) of(seconds int) []byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if body, ok := r.gzipped[seconds]; ok {
		return body
	}
	const durationNanos = 10 << 3
	field := binary.AppendUvarint([]byte{durationNanos}, uint64(seconds)*1e9)
	var body bytes.Buffer
	writer := gzip.NewWriter(&body)
	writer.Write(r.inflated)
	writer.Write(field)
	writer.Close()
	r.gzipped[seconds] = body.Bytes()
	return body.Bytes()
}

func serve(w http.ResponseWriter, request *http.Request, recorded *recording) {
	seconds, err := strconv.Atoi(request.FormValue("seconds"))
	if err != nil || seconds <= 0 {
		seconds = 30
	}
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
	case <-request.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(recorded.of(seconds))
}

func main() {
	ports := flag.Int("ports", 1, "how many to listen on")
	flag.Parse()
	var recordings []*recording
	for _, path := range flag.Args() {
		recordings = append(recordings, load(path))
	}
	if len(recordings) == 0 {
		log.Fatal("no recordings")
	}
	for i := 0; i < *ports; i++ {
		recorded := recordings[i%len(recordings)]
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("http://%s/debug/pprof/profile\n", listener.Addr())
		handler := func(w http.ResponseWriter, request *http.Request) { serve(w, request, recorded) }
		go http.Serve(listener, http.HandlerFunc(handler))
	}
	fmt.Println("listening")
	io.Copy(io.Discard, os.Stdin) // until whoever started it is gone
}
