package sse

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/lib"
)

// stampedConn remembers when its last bytes came. A response goes through two goroutines of net/http before this
// module sees it, and a busy process lets each of them wait: its own clock reading would be that much too late.
type stampedConn struct {
	net.Conn
	readAt atomic.Int64 // nanoseconds after processStart; 0: nothing came yet
}

// processStart bears the monotonic clock, and so do the moments that are told from it.
var processStart = time.Now()

func (c *stampedConn) Read(buffer []byte) (int, error) {
	n, err := c.Conn.Read(buffer)
	if n > 0 {
		c.readAt.Store(int64(time.Since(processStart)))
	}
	return n, err
}

// arrived is the moment of the last bytes; of a nil connection, now.
func (c *stampedConn) arrived() time.Time {
	if c != nil {
		if at := c.readAt.Load(); at > 0 {
			return processStart.Add(time.Duration(at))
		}
	}
	return time.Now()
}

// stampReads makes the VU's transport stamp what it reads. k6/http shares the transport, and loses nothing.
func stampReads(state *lib.State) {
	transport, ok := state.Transport.(*http.Transport)
	if !ok || transport.DialContext == nil {
		return
	}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &stampedConn{Conn: connection}, nil
	}
}

// watchConnection tells of the connection that a request gets.
func watchConnection(trace *httptrace.ClientTrace, got func(*stampedConn)) *httptrace.ClientTrace {
	inner := trace.GotConn
	trace.GotConn = func(info httptrace.GotConnInfo) {
		connection := info.Conn
		if encrypted, ok := connection.(*tls.Conn); ok {
			connection = encrypted.NetConn()
		}
		stamped, _ := connection.(*stampedConn)
		got(stamped)
		if inner != nil {
			inner(info)
		}
	}
	return trace
}
