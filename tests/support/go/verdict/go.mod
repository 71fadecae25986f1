module verdict

go 1.23
