package conformance

import (
	"time"

	"golang.org/x/sys/unix"
)

// realTime is not the bubble's.
func realTime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return time.Duration(now.Nano())
}
