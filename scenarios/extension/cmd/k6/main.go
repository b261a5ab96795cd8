// Command k6 is k6 with this project's stream client, bucketed output and executor built in. In a
// group of runners (package runner) it takes its share of the plan and waits for the others.
package main

import (
	"fmt"
	"os"

	"go.k6.io/k6/v2/cmd"

	_ "dify-scale-tuner/scenarios/extension/buckets"
	_ "dify-scale-tuner/scenarios/extension/growing"
	"dify-scale-tuner/scenarios/extension/heap"
	"dify-scale-tuner/scenarios/extension/runner"
	_ "dify-scale-tuner/scenarios/extension/sse"
)

func main() {
	heap.Watch()
	args, err := runner.Begin(os.Args, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Args = args
	cmd.Execute()
}
