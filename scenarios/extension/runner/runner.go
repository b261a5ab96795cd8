// Package runner makes this k6 one of several that run a plan together: it takes its share of the
// arrivals, begins at the moment that all are told, and ends when nobody follows it any more.
//
// It speaks to whoever follows its log by lines of JSON on stdout, between those of `--out buckets=-`.
package runner

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.k6.io/k6/v2/api/v1/client"
)

// address is where `k6 run --address` serves its REST API in a runner's pod; k6-operator fixes the port.
const address = "127.0.0.1:6565"

// Begin does nothing where the environment names no group of runners.
//
// TUNE_RUNNERS and TUNE_RUNNER: how many there are, and which this is, from 0; absent where the
// segment is given by somebody else. TUNE_GATE: folder of the files that the pod's annotations fill.
//
// It returns the arguments that k6 is to be run with.
func Begin(args []string, stdout io.Writer) ([]string, error) {
	args, err := withSegment(args, os.Getenv("TUNE_RUNNERS"), os.Getenv("TUNE_RUNNER"))
	if err != nil {
		return nil, err
	}
	folder := os.Getenv("TUNE_GATE")
	if folder == "" || len(args) < 2 || args[1] != "run" {
		return args, nil
	}
	k6, err := client.New(address)
	if err != nil {
		return nil, err
	}
	gate := &Gate{Folder: folder, Control: &restControl{client: k6}, Output: stdout, Stop: interrupt, Now: time.Now}
	go gate.Run(context.Background())
	return args, nil
}

// withSegment adds k6's own flags: the arrivals are dealt out in turn, so that each runner has the
// plan's shape at a part of its rate.
func withSegment(args []string, runners, runner string) ([]string, error) {
	if runners == "" || runners == "1" || len(args) < 2 || args[1] != "run" {
		return args, nil
	}
	count, err := strconv.Atoi(runners)
	if err != nil || count < 1 {
		return nil, fmt.Errorf("TUNE_RUNNERS is %q; it is the number of runners", runners)
	}
	index, err := strconv.Atoi(runner)
	if err != nil || index < 0 || index >= count {
		return nil, fmt.Errorf("TUNE_RUNNER is %q; it is this one's number, from 0 to %d", runner, count-1)
	}
	bounds := make([]string, count+1)
	for i := range bounds {
		bounds[i] = fmt.Sprintf("%d/%d", i, count)
	}
	bounds[0], bounds[count] = "0", "1"
	return append([]string{args[0], "run",
		"--execution-segment=" + bounds[index] + ":" + bounds[index+1],
		"--execution-segment-sequence=" + strings.Join(bounds, ","),
	}, args[2:]...), nil
}

// interrupt is what a Ctrl-C does: arrivals stop, the output writes what it has.
func interrupt() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
}
