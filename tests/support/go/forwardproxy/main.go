// Forwardproxy is an HTTP proxy: it forwards requests for http URLs, and connects for others. It prints its address, and
// then one line a request.
package main

import (
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
)

var user = flag.String("user", "", "demand this USER:PASSWORD")

func admitted(request *http.Request) bool {
	given := request.Header.Get("Proxy-Authorization")
	return *user == "" || given == "Basic "+base64.StdEncoding.EncodeToString([]byte(*user))
}

func connect(writer http.ResponseWriter, request *http.Request) {
	server, err := net.Dial("tcp", request.Host)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadGateway)
		return
	}
	client, buffered, err := writer.(http.Hijacker).Hijack()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		log.Print(err)
	}
	go func() {
		_, _ = io.Copy(server, buffered)
		server.Close()
	}()
	_, _ = io.Copy(client, server)
	client.Close()
}

func main() {
	flag.Parse()
	forward := &httputil.ReverseProxy{Director: func(*http.Request) {}, Transport: &http.Transport{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		fmt.Println(request.Method, request.Host, request.Header.Get("Authorization"))
		switch {
		case !admitted(request):
			writer.Header().Set("Proxy-Authenticate", "Basic")
			writer.WriteHeader(http.StatusProxyAuthRequired)
		case request.Method == http.MethodConnect:
			connect(writer, request)
		default:
			forward.ServeHTTP(writer, request)
		}
	})))
}
