package main

import (
	"fmt"
	"math/rand"
	"regexp"
)

type Item struct {
	SKU      string `json:"sku"`
	Category string `json:"category"`
	Quantity int    `json:"quantity"`
	Cents    int64  `json:"cents"`
}

type Order struct {
	ID       int    `json:"id"`
	Customer string `json:"customer"`
	Email    string `json:"email"`
	Country  string `json:"country"`
	Items    []Item `json:"items"`
	Cents    int64  `json:"cents"` // the total, once priced
	Tags     string `json:"tags,omitempty"`
}

var (
	categories = []string{"books", "garden", "music", "tools", "toys"}
	countries  = []string{"AT", "CH", "DE", "FR", "IT", "NL"}
	emailForm  = regexp.MustCompile(`^[a-z0-9._]+@[a-z0-9.-]+\.[a-z]{2,}$`)
)

// makeOrders gives the same orders for the same seed.
func makeOrders(count int, seed int64) []Order {
	random := rand.New(rand.NewSource(seed))
	orders := make([]Order, count)
	for i := range orders {
		name := fmt.Sprintf("customer%04d", random.Intn(10000))
		orders[i] = Order{
			ID:       i + 1,
			Customer: name,
			Email:    name + "@shop.example",
			Country:  countries[random.Intn(len(countries))],
			Items:    makeItems(random),
		}
	}
	return orders
}

func makeItems(random *rand.Rand) []Item {
	items := make([]Item, 1+random.Intn(8))
	for i := range items {
		items[i] = Item{
			SKU:      fmt.Sprintf("%c%c-%05d", 'A'+random.Intn(26), 'A'+random.Intn(26), random.Intn(100000)),
			Category: categories[random.Intn(len(categories))],
			Quantity: 1 + random.Intn(5),
			Cents:    int64(100 + random.Intn(20000)),
		}
	}
	return items
}

func validate(order *Order) error {
	if !emailForm.MatchString(order.Email) {
		return fmt.Errorf("order %d: malformed email", order.ID)
	}
	for _, item := range order.Items {
		if item.Quantity <= 0 || item.Cents < 0 {
			return fmt.Errorf("order %d: item %s makes no sense", order.ID, item.SKU)
		}
	}
	return nil
}
