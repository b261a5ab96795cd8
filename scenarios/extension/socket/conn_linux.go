//go:build amd64 || arm64

package socket

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// conn is a TCP connection outside of Go's poller.
//
// Go's own asks the kernel twice for what came once: a read that succeeds forgets what the poller said, so the next one
// must try before it waits. Here what the poller says is kept until it was acted on.
type conn struct {
	arrival
	reading, writing sync.Mutex // held while one waits
	// fd is used under open's read lock: a number that was closed may be another's already.
	open     sync.RWMutex
	fd       int
	isClosed bool
	slot     slot
	gathered bool

	readable, writable waiter
	isEnding           atomic.Bool // the other side has ended, or an error waits: no further notice comes
	isFull             atomic.Bool // a writer waits

	receiving sync.Mutex // of what follows; never held while one waits
	isDrained bool       // the last read left nothing, and no notice came since
	isStamped bool       // the kernel said when the last bytes came
	received  message
	diversion diversion

	local, remote net.Addr
}

// take returns nil where the kernel does not tell when bytes came.
func take(tcp *net.TCPConn) Timed {
	c := &conn{fd: -1, local: tcp.LocalAddr(), remote: tcp.RemoteAddr(), readable: newWaiter(), writable: newWaiter()}
	p := sharedPoller()
	raw, err := tcp.SyscallConn()
	if p == nil || err != nil {
		return nil
	}
	// A copy, because closing the original is the way out of Go's poller.
	if raw.Control(func(fd uintptr) { c.fd = duplicate(int(fd)) }) != nil || c.fd < 0 {
		return nil
	}
	if stampArrivals(c.fd) != nil || p.add(c) != nil {
		_ = syscall.Close(c.fd)
		return nil
	}
	_ = tcp.Close()
	return c
}

func duplicate(fd int) int {
	copied, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return -1
	}
	return int(copied)
}

func (c *conn) Write(from []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	written := 0
	for {
		if err := c.writable.failure(); err != nil {
			return written, c.fail("write", err)
		}
		n, err := c.send(from[written:])
		written += n
		if err == syscall.EAGAIN {
			c.writable.wait()
		} else if err != nil || written == len(from) {
			return written, err
		}
	}
}

func (c *conn) send(from []byte) (int, error) {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.isClosed {
		return 0, c.fail("write", net.ErrClosed)
	}
	if len(from) == 0 {
		return 0, nil
	}
	c.isFull.Store(true) // before the attempt, for the notice may come right behind it
	n, errno := sendSome(c.fd, from)
	if errno == syscall.EAGAIN {
		return 0, errno
	}
	c.isFull.Store(false)
	if errno != 0 {
		return 0, c.fail("write", os.NewSyscallError("sendto", errno))
	}
	return n, nil
}

func (c *conn) Gather(isGathered bool) {
	if isGathered && !c.canBeGathered() {
		return
	}
	if err := c.move(isGathered); err != nil {
		// Out of memory, or of watches: let the reader find out, instead of waiting for ever.
		c.hear(syscall.EPOLLERR, nil)
	}
}

func (c *conn) canBeGathered() bool {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	return c.isStamped
}

func (c *conn) move(isGathered bool) error {
	c.open.Lock()
	defer c.open.Unlock()
	if c.isClosed || c.gathered == isGathered {
		return nil
	}
	c.gathered = isGathered
	return sharedPoller().move(c)
}

func (c *conn) Close() error {
	c.open.Lock()
	if c.isClosed {
		c.open.Unlock()
		return c.fail("close", net.ErrClosed)
	}
	c.isClosed = true
	sharedPoller().remove(c)
	err := os.NewSyscallError("close", syscall.Close(c.fd))
	c.open.Unlock()
	c.readable.close()
	c.writable.close()
	return err
}

// hear is the poller's notice. It answers whether there may be more of which no notice comes.
func (c *conn) hear(events uint32, buffer []byte) (isMore bool) {
	const ended = syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR
	if events&ended != 0 {
		c.isEnding.Store(true)
	}
	if events&(syscall.EPOLLOUT|syscall.EPOLLHUP|syscall.EPOLLERR) != 0 && c.isFull.Load() {
		c.writable.wake()
	}
	if events&(syscall.EPOLLIN|ended) == 0 {
		return false
	}
	c.receiving.Lock()
	c.isDrained = false
	isForReader := true
	if c.diversion.isOn && len(buffer) > 0 {
		isMore = !c.diversion.isOver && c.drain(buffer)
		isForReader = c.diversion.isOver
	}
	c.receiving.Unlock()
	if isForReader {
		c.readable.wake()
	}
	return isMore
}

func (c *conn) fail(operation string, err error) error {
	return &net.OpError{Op: operation, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetReadDeadline(at time.Time) error  { return c.setDeadline(at, &c.readable) }
func (c *conn) SetWriteDeadline(at time.Time) error { return c.setDeadline(at, &c.writable) }
func (c *conn) SetDeadline(at time.Time) error      { return c.setDeadline(at, &c.readable, &c.writable) }

func (c *conn) setDeadline(at time.Time, waiters ...*waiter) error {
	for _, each := range waiters {
		if !each.setDeadline(at) {
			return c.fail("set", net.ErrClosed)
		}
	}
	return nil
}
