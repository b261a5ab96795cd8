module standinserver

go 1.26
