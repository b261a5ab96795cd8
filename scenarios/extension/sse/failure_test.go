package sse

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const token = `data: {"event":"message","answer":"x"}` + "\n\n"
const end = `data: {"event":"message_end"}` + "\n\n"

// serve reads the body first: until it is read, net/http does not notice that the client hangs up.
func serve(t testing.TB, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		handle(w, request)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func streamTo(w http.ResponseWriter, texts ...string) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for _, text := range texts {
		_, _ = w.Write([]byte(text))
		w.(http.Flusher).Flush()
	}
}

// hijack takes the connection away from net/http, to treat it as no handler can.
func hijack(w http.ResponseWriter) *net.TCPConn {
	connection, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = buffered.Flush()
	return connection.(*net.TCPConn)
}

func TestEachFailureHasItsClass(t *testing.T) {
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + refusing.Addr().String()
	_ = refusing.Close()
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tlsServer.Close)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })

	cases := []struct {
		name, url       string
		outcome, reason string
		tokens          int
	}{
		{"a name that does not exist", "http://no-such-host.invalid", "dns_error", "unreached", 0},
		{"nobody listening", nobody, "connect_error", "unreached", 0},
		{"a certificate that nobody signed", tlsServer.URL, "tls_error", "unreached", 0},
		{"HTTP behind https", strings.Replace(serve(t, http.NotFound), "http:", "https:", 1), "tls_error", "unreached", 0},
		{
			"a connection closed without an answer",
			serve(t, func(w http.ResponseWriter, _ *http.Request) { _ = hijack(w).Close() }), "cut", "unreached", 0,
		},
		{
			"a connection reset without an answer",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				connection := hijack(w)
				_ = connection.SetLinger(0)
				_ = connection.Close()
			}), "reset", "unreached", 0,
		},
		{
			"a server that never answers",
			serve(t, func(_ http.ResponseWriter, request *http.Request) {
				select {
				case <-request.Context().Done():
				case <-hang:
				}
			}), "no_response", "timed_out", 0,
		},
		{
			"a stream that falls silent",
			serve(t, func(w http.ResponseWriter, request *http.Request) {
				streamTo(w, token, token)
				<-request.Context().Done()
			}), "timed_out", "timed_out", 2,
		},
		{
			"a stream cut within a chunk",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				streamTo(w, token)
				connection := hijack(w)
				_ = connection.Close()
			}), "cut", "cut", 1,
		},
		{
			"a stream that is reset",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				streamTo(w, token)
				time.Sleep(100 * time.Millisecond) // a reset throws away what was not read yet
				connection := hijack(w)
				_ = connection.SetLinger(0)
				_ = connection.Close()
			}), "reset", "cut", 1,
		},
		{
			"a stream that ends in order without the end of an answer",
			serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, token, token) }), "incomplete", "incomplete", 2,
		},
		{
			"a connection cut behind the end of an answer",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				streamTo(w, token, end)
				_ = hijack(w).Close()
			}), "ok", "finished", 1,
		},
		{
			"an error of no known form",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				streamTo(w, `data: {"event":"error","code":"<script>"}`+"\n\n")
			}), "stream_error:other", "error_event", 0,
		},
		{
			"compression that is broken",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				streamTo(w, token)
			}), "bad_encoding", "cut", 0,
		},
		{
			"compression of an unknown kind",
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "rot13")
				streamTo(w, token)
			}), "bad_encoding", "cut", 0,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := newVU(t)
			got := v.request(c.url, `{ endpoint: 'e', timeout: '600ms' }`)
			if got.Outcome != c.outcome || got.EndReason != c.reason || got.Tokens != c.tokens {
				t.Errorf("outcome %q, end %q, %d tokens; want %q, %q, %d (%s)",
					got.Outcome, got.EndReason, got.Tokens, c.outcome, c.reason, c.tokens, got.Message)
			}
			if len(v.taken()["requests{e,"+c.outcome+"}"]) != 1 {
				t.Error("the request is not counted")
			}
		})
	}
}

func TestEachStatusHasItsClass(t *testing.T) {
	cases := []struct {
		status          int
		header, body    string
		expectedOutcome string
	}{
		{429, "", `{"code":"too_many_requests"}`, "http_429"},
		{429, "3", "slow down", "http_429:retry_after"},
		{500, "", `{"code":"internal_server_error","message":"x"}`, "http_500"},
		{502, "", "<html>", "http_502"},
		{503, "1", "", "http_503"},
		{400, "", `{"code":"app_unavailable","message":"App unavailable"}`, "http_400:app_unavailable"},
		{400, "", `{"code":"invalid_param","message":"question is required in input form"}`, "http_400"},
		{404, "", `{"code":"not_found"}`, "http_404"},
		{403, "", `{"code":"forbidden"}`, "http_403"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.expectedOutcome), func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			if got := newVU(t).request(url, `{}`); got.Outcome != c.expectedOutcome || got.EndReason != "refused" {
				t.Errorf("outcome %q, end %q; want %q", got.Outcome, got.EndReason, c.expectedOutcome)
			}
		})
	}
}

func TestAStreamEndsWithItsIteration(t *testing.T) {
	v := newVU(t)
	gone := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, token)
		v.runtime.CancelContext()
		<-request.Context().Done()
		close(gone)
	})
	got := v.request(url, `{ endpoint: 'e', timeout: '20s' }`)
	if got.Outcome != "stopped" || got.EndReason != "interrupted" {
		t.Errorf("outcome %q, end %q; want stopped, interrupted", got.Outcome, got.EndReason)
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the server still has its client")
	}
	if taken := v.taken(); len(taken["requests{e,stopped}"]) != 1 {
		t.Errorf("the interrupted request is lost: %v", taken)
	}
}
