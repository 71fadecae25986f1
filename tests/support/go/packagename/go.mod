module pgoprof.test/packagename

go 1.19
