// Package socket reads TCP connections of many streams at little cost, and tells when their bytes came.
//
// What an event of a stream costs is mostly its wake-up: an interrupt for another core, a thread that starts and goes to
// sleep again. On Linux the kernel notes when bytes arrive, so that nobody need be awake to see it: connections whose
// events are timed by that are looked at together, once a millisecond, and a thread wakes for all that came meanwhile.
package socket

import (
	"net"
	"sync/atomic"
	"time"
)

// Timed is a connection that knows when its last bytes came.
type Timed interface {
	net.Conn
	// Arrived is when what was read last had come to this machine; where the kernel does not say, when it was read.
	// An end that bears no bytes came when it was seen. The zero time: nothing was read yet.
	Arrived() time.Time
	// Gather says that nobody waits for the next bytes within a millisecond, until it is called with false. Safe beside
	// reads that wait. Without effect where the kernel has not told when the last bytes came: they must be seen to be timed.
	Gather(bool)
	// Follow says that a response of HTTP/1.1 comes next. It is called before the request is written, and nobody else may
	// read in between.
	Follow()
	// Divert gives the payload of all further chunks of the response's body to a sink, by the goroutine that looks at
	// gathered connections. The reader must go on to read: it gets what comes first and last, and the sink's error. The sink
	// is not called any more when that has come, or any other error. Without effect where Gather is.
	Divert(Sink)
	// EndDiversion is for whoever has stopped to read the body. It tells how many bytes the readers have not seen.
	EndDiversion() int64
}

// Wrap takes a connection over, which must not be used afterwards: by a poller of our own where the system allows it.
func Wrap(connection net.Conn) Timed {
	if tcp, ok := connection.(*net.TCPConn); ok {
		if taken := take(tcp); taken != nil {
			return taken
		}
	}
	return &stamped{Conn: connection}
}

// stamped notes when bytes are read.
type stamped struct {
	net.Conn
	arrival
}

func (c *stamped) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if n > 0 || err != nil {
		c.set(time.Now())
	}
	return n, err
}

func (c *stamped) Gather(bool)         {}
func (c *stamped) Follow()             {}
func (c *stamped) Divert(Sink)         {}
func (c *stamped) EndDiversion() int64 { return 0 }

// processStart bears the monotonic clock, and so do the moments that are told from it.
var processStart = time.Now()

// arrival is a moment that one goroutine notes and another asks for.
type arrival struct{ nanos atomic.Int64 }

func (a *arrival) set(at time.Time) {
	a.nanos.Store(int64(at.Sub(processStart)))
}

// Arrived implements Timed.
func (a *arrival) Arrived() time.Time {
	nanos := a.nanos.Load()
	if nanos == 0 {
		return time.Time{}
	}
	return processStart.Add(time.Duration(nanos))
}
