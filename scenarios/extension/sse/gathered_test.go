package sse

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.k6.io/k6/v2/lib/netext"
	"go.k6.io/k6/v2/metrics"
)

const chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// serveBytes answers each request with what is written to its connection, and keeps that open when answer says so.
func serveBytes(t *testing.T, answer func(net.Conn) bool) (address string, connections *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connections = &atomic.Int64{}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer connection.Close()
				reader := bufio.NewReader(connection)
				for isKept := true; isKept; {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, request.Body)
					isKept = answer(connection)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String(), connections
}

func TestReadsAStreamWhereverItsBytesAreCut(t *testing.T) {
	const tokens = 60
	body := strings.Repeat(chunk(token), tokens/2) + chunk(strings.Repeat(token, tokens/2)+end)
	whole := chunkedHead + body + "0\r\nTrailer: x\r\n\r\n"
	sent := atomic.Int64{}
	address, connections := serveBytes(t, func(connection net.Conn) bool {
		for rest := whole; rest != ""; {
			n := min(len(rest), 1+rand.IntN(150))
			_, _ = connection.Write([]byte(rest[:n]))
			sent.Add(int64(n))
			if rest = rest[n:]; rand.IntN(3) == 0 {
				time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond)
			}
		}
		return true
	})
	v := newVU(t)
	for range 8 {
		got := v.request(address, `{}`)
		if got.Outcome != "ok" || got.Tokens != tokens || got.Bytes != tokens*len(token)+len(end) {
			t.Fatalf("outcome %q (%s), %d tokens, %d bytes", got.Outcome, got.Message, got.Tokens, got.Bytes)
		}
	}
	if connections.Load() != 1 {
		t.Errorf("%d connections for streams that ended in order, want 1", connections.Load())
	}
	if counted := atomic.LoadInt64(&v.state.Dialer.(*netext.Dialer).BytesRead); counted != sent.Load() {
		t.Errorf("data_received would be %d bytes, and %d were sent", counted, sent.Load())
	}
}

func TestAStreamThatBreaksHasItsClassHoweverItIsRead(t *testing.T) {
	cases := []struct {
		name, last      string
		breaks          func(net.Conn)
		params          string
		outcome, reason string
	}{
		{"in a chunk", "40\r\ndata: {", func(net.Conn) {}, `{}`, "cut", "cut"},
		{"between chunks", "", func(net.Conn) {}, `{}`, "cut", "cut"},
		{"in the size of a chunk", "4", func(net.Conn) {}, `{}`, "cut", "cut"},
		{"no chunk", "what?\r\n", func(net.Conn) { time.Sleep(200 * time.Millisecond) }, `{}`, "cut", "cut"},
		{"reset", "", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, `{}`, "reset", "cut"},
		{"silence", "", func(net.Conn) { time.Sleep(400 * time.Millisecond) }, `{ timeout: '200ms' }`, "timed_out", "timed_out"},
		{"hung up", "", func(net.Conn) { time.Sleep(400 * time.Millisecond) }, `{ stopAfter: '200ms' }`, "stopped", "stopped"},
		{"stopped", chunk(token), func(net.Conn) { time.Sleep(200 * time.Millisecond) }, `{ stopAfterTokens: 3 }`, "stopped", "stopped"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			address, _ := serveBytes(t, func(connection net.Conn) bool {
				for _, text := range []string{chunkedHead + chunk(token), chunk(token), each.last} {
					_, _ = connection.Write([]byte(text))
					time.Sleep(20 * time.Millisecond)
				}
				each.breaks(connection)
				return false
			})
			got := newVU(t).request(address, each.params)
			if got.Outcome != each.outcome || got.EndReason != each.reason || got.Tokens < 2 {
				t.Errorf("outcome %q, reason %q (%s), %d tokens; want %q, %q", got.Outcome, got.EndReason, got.Message, got.Tokens, each.outcome, each.reason)
			}
		})
	}
}

// k6 may be behind with its samples; the goroutine that reads all streams must not wait for that.
func TestKeepsWhatK6HasNoRoomFor(t *testing.T) {
	const tokens = 5
	address, _ := serveBytes(t, func(connection net.Conn) bool {
		_, _ = connection.Write([]byte(chunkedHead))
		for range tokens {
			_, _ = connection.Write([]byte(chunk(token)))
			time.Sleep(300 * time.Millisecond)
		}
		_, _ = connection.Write([]byte(chunk(end) + "0\r\n\r\n"))
		return true
	})
	v := newVU(t)
	full := v.state.Samples
	none := make(chan metrics.SampleContainer)
	v.state.Samples = none
	taken := make(chan int)
	go func() {
		// As many as the request's beginning needs, then nothing while the stream runs.
		<-none
		time.Sleep(1_400 * time.Millisecond)
		count := 1
		for container := range none {
			full <- container
			count++
		}
		taken <- count
	}()
	got := v.request(address, `{ endpoint: 'e' }`)
	close(none)
	<-taken
	if got.Outcome != "ok" || len(v.taken()["tokens{e,}"]) != tokens {
		t.Errorf("outcome %q, and not all of %d tokens reached k6", got.Outcome, tokens)
	}
}

// By the server's own clock, which is ours: however the events get here, and through however many goroutines.
func TestTimesTokensByTheirArrival(t *testing.T) {
	var sent [3]atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		for i := range sent {
			time.Sleep(40 * time.Millisecond)
			sent[i].Store(time.Now().UnixNano())
			streamTo(w, token)
		}
		streamTo(w, end)
	})
	for _, way := range []string{"plain", "TLS", "HTTP/2"} {
		t.Run(way, func(t *testing.T) {
			server := httptest.NewUnstartedServer(handler)
			server.EnableHTTP2 = way == "HTTP/2"
			if way == "plain" {
				server.Start()
			} else {
				server.StartTLS()
			}
			t.Cleanup(server.Close)
			v := newVU(t)
			v.state.TLSConfig.InsecureSkipVerify = true
			for range 3 {
				got := v.request(server.URL, `{ endpoint: 'e' }`)
				if got.Outcome != "ok" || got.Times.FirstTokenMs == nil {
					t.Fatalf("outcome %q (%s)", got.Outcome, got.Message)
				}
				first := *got.Times.StartAtMs + *got.Times.FirstTokenMs - float64(sent[0].Load())/1e6
				gaps := v.taken()["inter_token_gap_ms{e,}"]
				if first < -1 || first > 25 || len(gaps) != 2 {
					t.Fatalf("the first token came %.3f ms after it was sent, gaps %v", first, gaps)
				}
				for i, gap := range gaps {
					if want := float64(sent[i+1].Load()-sent[i].Load()) / 1e6; gap < want-25 || gap > want+25 {
						t.Errorf("gap of %.3f ms, and %.3f ms when they were sent", gap, want)
					}
				}
			}
		})
	}
}
