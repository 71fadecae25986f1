module gzipverdict

go 1.19
