module loadgen

go 1.25.0
