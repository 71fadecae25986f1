package main

import (
	"compress/gzip"
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"strconv"
)

const maxOrders = 10000

// handleOrders makes orders: GET /orders?count=100&seed=1.
func handleOrders(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, makeOrders(countAndSeed(r)))
}

// handlePrice takes orders as JSON and gives them back priced, the dearest first.
func handlePrice(w http.ResponseWriter, r *http.Request) {
	var orders []Order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<20)).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := priceAll(orders); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	writeJSON(w, orders)
}

var reportPage = template.Must(template.New("report").Parse(`<!doctype html>
<title>Orders</title>
<table>
{{range .}}<tr><td>{{.ID}}<td>{{.Customer}}<td>{{.Country}}<td>{{len .Items}}<td>{{.Cents}}
{{end}}</table>
`))

// handleReport makes, prices and shows orders, compressed: GET /report?count=100&seed=1.
func handleReport(w http.ResponseWriter, r *http.Request) {
	orders := makeOrders(countAndSeed(r))
	if err := priceAll(orders); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	compressed := gzip.NewWriter(w)
	if err := reportPage.Execute(compressed, orders); err != nil {
		log.Print(err)
	}
	if err := compressed.Close(); err != nil {
		log.Print(err)
	}
}

func countAndSeed(r *http.Request) (int, int64) {
	count, err := strconv.Atoi(r.FormValue("count"))
	if err != nil || count < 1 || count > maxOrders {
		count = 100
	}
	seed, _ := strconv.ParseInt(r.FormValue("seed"), 10, 64)
	return count, seed
}

func writeJSON(w http.ResponseWriter, orders []Order) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(orders); err != nil {
		log.Print(err)
	}
}
