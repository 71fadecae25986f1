// Service prices orders over HTTP and serves its own profiles: something real to collect from.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof" // serves /debug/pprof/ on http.DefaultServeMux
	"time"
)

func main() {
	addr := flag.String("addr", "localhost:6060", "address to listen on; port 0 takes a free one")
	writeTimeout := flag.Duration("write-timeout", 0, "WriteTimeout of the server; 0 is none")
	flag.Parse()

	http.HandleFunc("/price", handlePrice)
	http.HandleFunc("/report", handleReport)
	http.HandleFunc("/orders", handleOrders)

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	server := &http.Server{WriteTimeout: *writeTimeout, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}
