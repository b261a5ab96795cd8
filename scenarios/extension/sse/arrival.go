package sse

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/lib/netext"

	"dify-scale-tuner/scenarios/extension/socket"
)

// timedTransport is k6's transport of a VU with connections that tell when bytes came: dialer, DNS, TLS, proxies, HTTP/2,
// byte counts and limits are those of k6/http. It is a copy, for k6/http may be dialing by the original.
func timedTransport(state *lib.State) http.RoundTripper {
	original, ok := state.Transport.(*http.Transport)
	if !ok || original.DialContext == nil {
		return state.Transport
	}
	made := original.Clone()
	made.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := original.DialContext(ctx, network, address)
		if counting, ok := connection.(*netext.Conn); ok && err == nil {
			counting.Conn = socket.Wrap(counting.Conn)
		}
		return connection, err
	}
	return made
}

// endWithIteration closes what the iteration leaves open, where k6 does so with its own.
func endWithIteration(ctx context.Context, state *lib.State, transport http.RoundTripper) {
	if made, ok := transport.(*http.Transport); ok && transport != state.Transport && state.Options.NoVUConnectionReuse.Bool {
		context.AfterFunc(ctx, made.CloseIdleConnections)
	}
}

// watchConnection tells of the connection that a request gets; nil where it is not one of socket's.
func watchConnection(trace *httptrace.ClientTrace, got func(connection socket.Timed, isPlain bool)) *httptrace.ClientTrace {
	inner := trace.GotConn
	trace.GotConn = func(info httptrace.GotConnInfo) {
		connection := info.Conn
		encrypted, isEncrypted := connection.(*tls.Conn)
		if isEncrypted {
			connection = encrypted.NetConn()
		}
		var timed socket.Timed
		if counting, ok := connection.(*netext.Conn); ok {
			timed, _ = counting.Conn.(socket.Timed)
		}
		got(timed, !isEncrypted)
		if inner != nil {
			inner(info)
		}
	}
	return trace
}
