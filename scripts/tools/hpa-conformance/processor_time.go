package conformance

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this process has used, of all cores. Unlike the clock of a bubble it is real, and unlike
// the clock on the wall it does not count what others on the machine do.
func processorTime() time.Duration {
	var used unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Nano())
}
