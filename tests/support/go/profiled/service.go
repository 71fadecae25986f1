package main

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
)

// work asks the handlers of examples/service for orders, prices them, and has them reported.
func work(seed int) {
	orders := answer(handleOrders, httptest.NewRequest("GET", fmt.Sprintf("/orders?count=100&seed=%d", seed), nil))
	answer(handlePrice, httptest.NewRequest("POST", "/price", bytes.NewReader(orders)))
	answer(handleReport, httptest.NewRequest("GET", fmt.Sprintf("/report?count=100&seed=%d", seed), nil))
}

func answer(handle http.HandlerFunc, request *http.Request) []byte {
	response := httptest.NewRecorder()
	handle(response, request)
	if response.Code != http.StatusOK {
		log.Fatalf("%s: %d %s", request.URL, response.Code, response.Body)
	}
	return response.Body.Bytes()
}
