// Load keeps examples/service busy for a while.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

var client = &http.Client{
	Timeout:   30 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 64},
}

func main() {
	url := flag.String("url", "http://localhost:6060", "the service")
	duration := flag.Duration("duration", 30*time.Second, "how long")
	workers := flag.Int("workers", 2, "requests at a time")
	flag.Parse()

	orders, err := read(client.Get(*url + "/orders?count=200&seed=1"))
	if err != nil {
		log.Fatal(err)
	}
	var requests int64
	var running sync.WaitGroup
	end := time.Now().Add(*duration)
	for worker := 0; worker < *workers; worker++ {
		running.Add(1)
		go func(seed int) {
			defer running.Done()
			for ; time.Now().Before(end); seed++ {
				if err := visit(*url, orders, seed); err != nil {
					log.Print(err)
					return
				}
				atomic.AddInt64(&requests, 2)
			}
		}(worker * 1000)
	}
	running.Wait()
	fmt.Printf("%d requests in %s\n", requests, *duration)
}

func visit(url string, orders []byte, seed int) error {
	if _, err := read(client.Post(url+"/price", "application/json", bytes.NewReader(orders))); err != nil {
		return err
	}
	_, err := read(client.Get(fmt.Sprintf("%s/report?count=200&seed=%d", url, seed)))
	return err
}

func read(response *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Request.URL, response.Status)
	}
	return io.ReadAll(response.Body)
}
