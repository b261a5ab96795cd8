//go:build amd64 || arm64

package socket

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

func (c *conn) Read(into []byte) (int, error) {
	if len(into) == 0 {
		return 0, nil
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	for {
		if err := c.readable.failure(); err != nil {
			c.stopDiversion()
			return 0, c.fail("read", err)
		}
		n, err := c.attempt(into)
		if err != syscall.EAGAIN {
			return n, err
		}
		c.readable.wait()
	}
}

// attempt reads what there is for the reader; EAGAIN where there is nothing yet.
func (c *conn) attempt(into []byte) (int, error) {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	d := &c.diversion
	if d.sink != nil && !d.isOn {
		d.begin()
	}
	if d.isOn {
		for !d.isOver && c.drain(into) {
		}
		if d.isOver {
			return d.handOver(into)
		}
		return 0, syscall.EAGAIN
	}
	n, err := c.receive(into)
	d.framing.follow(into[:n])
	return n, err
}

// mostReads at once for a sink: a connection that never ends to bring must let the others have their turn.
const mostReads = 16

// drain gives what there is to the sink, and answers whether there may be more.
func (c *conn) drain(buffer []byte) bool {
	for range mostReads {
		n, err := c.receive(buffer)
		switch {
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			c.diversion.fail(err)
			return false
		}
		if c.diversion.take(buffer[:n], c.Arrived()); c.diversion.isOver {
			return false
		}
	}
	return true
}

// receive reads once; EAGAIN where there is nothing.
func (c *conn) receive(into []byte) (int, error) {
	if c.isDrained && !c.isEnding.Load() {
		return 0, syscall.EAGAIN
	}
	c.open.RLock()
	if c.isClosed {
		c.open.RUnlock()
		return 0, c.fail("read", net.ErrClosed)
	}
	n, errno := c.received.receive(c.fd, into)
	c.open.RUnlock()
	c.isDrained = n < len(into)
	switch {
	case errno == syscall.EAGAIN:
		return 0, errno
	case errno != 0:
		c.set(time.Now())
		return 0, c.fail("read", os.NewSyscallError("recvmsg", errno))
	case n == 0:
		c.set(time.Now())
		return 0, io.EOF
	}
	stampNanos := c.received.stampNanos()
	c.isStamped = stampNanos > 0
	c.note(stampNanos)
	return n, nil
}

// note takes the kernel's stamp to the monotonic clock by how long ago it is. Bytes come in their order, whatever is done to
// the clock of the wall meanwhile.
func (c *conn) note(stampNanos int64) {
	now := time.Now()
	at := now
	if stampNanos > 0 {
		at = now.Add(-max(0, time.Duration(now.UnixNano()-stampNanos)))
	}
	if last := c.Arrived(); at.Before(last) {
		at = last
	}
	c.set(at)
}

func (c *conn) Follow() {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	c.diversion.follow()
}

func (c *conn) Divert(sink Sink) {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	if c.isStamped {
		c.diversion.sink = sink
	}
}

func (c *conn) EndDiversion() int64 {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	c.diversion.end()
	count := c.diversion.count
	c.diversion.count = 0
	return count
}

// stopDiversion keeps what was counted.
func (c *conn) stopDiversion() {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	c.diversion.end()
}
