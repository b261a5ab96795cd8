// Command k6 is k6 with this project's stream client, bucketed output and executor built in.
package main

import (
	"go.k6.io/k6/v2/cmd"

	_ "dify-scale-tuner/scenarios/extension/buckets"
	_ "dify-scale-tuner/scenarios/extension/growing"
	_ "dify-scale-tuner/scenarios/extension/sse"
)

func main() {
	cmd.Execute()
}
