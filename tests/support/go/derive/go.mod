module example.com/derive

go 1.23
