module dify-scale-tuner/scripts/traffic-bench/streams

go 1.25.0
