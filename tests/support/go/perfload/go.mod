module example.com/perfload

go 1.19
