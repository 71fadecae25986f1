module pgoprof.test/capture

go 1.19
