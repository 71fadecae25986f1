// Pprofserver serves net/http/pprof in the ways that servers are protected, and prints what it is asked: one line of JSON
// a request, after a first line with the address.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync"
	"time"
)

var (
	network    = flag.String("network", "tcp", "tcp or unix")
	addr       = flag.String("addr", "127.0.0.1:0", "address to listen on")
	cert       = flag.String("cert", "", "certificate; with it, serves TLS")
	key        = flag.String("key", "", "its key")
	clientCA   = flag.String("client-ca", "", "demand a client certificate of this authority")
	user       = flag.String("user", "", "demand this user")
	password   = flag.String("password", "", "and this password")
	bearer     = flag.String("bearer", "", "demand this token")
	redirectTo = flag.String("redirect-to", "", "redirect what does not ask for a profile to this URL")
)

type asked struct {
	Proto, Host, URI, Authorization, Certificate, Server string
}

var printing sync.Mutex

func report(request *http.Request) {
	line := asked{Proto: request.Proto, Host: request.Host, URI: request.RequestURI,
		Authorization: request.Header.Get("Authorization")}
	if request.TLS != nil {
		line.Server = request.TLS.ServerName
		if len(request.TLS.PeerCertificates) > 0 {
			line.Certificate = request.TLS.PeerCertificates[0].Subject.CommonName
		}
	}
	printing.Lock()
	defer printing.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		log.Fatal(err)
	}
}

func admitted(request *http.Request) bool {
	if *bearer != "" {
		return request.Header.Get("Authorization") == "Bearer "+*bearer
	}
	name, secret, _ := request.BasicAuth()
	return *user == "" || (name == *user && secret == *password)
}

func handle(writer http.ResponseWriter, request *http.Request) {
	report(request)
	switch {
	case !admitted(request):
		writer.Header().Set("WWW-Authenticate", "Basic")
		http.Error(writer, "who are you?", http.StatusUnauthorized)
	case *redirectTo != "" && request.URL.Path == "/away":
		http.Redirect(writer, request, *redirectTo, http.StatusFound)
	default:
		if request.URL.Path == "/debug/pprof/profile" {
			go work()
		}
		http.DefaultServeMux.ServeHTTP(writer, request)
	}
}

// Work gives the profile that is being taken some samples.
func work() {
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
	}
}

func serveTLS(listener net.Listener) error {
	server := &http.Server{Handler: http.HandlerFunc(handle), TLSConfig: &tls.Config{}}
	if *clientCA != "" {
		pem, err := os.ReadFile(*clientCA)
		if err != nil {
			return err
		}
		server.TLSConfig.ClientCAs = x509.NewCertPool()
		server.TLSConfig.ClientCAs.AppendCertsFromPEM(pem)
		server.TLSConfig.ClientAuth = tls.VerifyClientCertIfGiven
		if *redirectTo == "" {
			server.TLSConfig.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	return server.ServeTLS(listener, *cert, *key)
}

func main() {
	flag.Parse()
	listener, err := net.Listen(*network, *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	if *cert != "" {
		log.Fatal(serveTLS(listener))
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(handle)))
}
