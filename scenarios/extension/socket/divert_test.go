package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"testing"
	"time"
)

// A body that net/http reads, most of which goes to a sink, and whose connection is used again.
func TestGivesChunksToASinkBesideTheReaderOfTheBody(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing is diverted")
	}
	for name, isGathered := range map[string]bool{"prompt": false, "gathered": true} {
		t.Run(name, func(t *testing.T) {
			const chunks = 40
			address := serveChunks(t, chunks)
			var ours Timed
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				dialed, err := (&net.Dialer{}).DialContext(ctx, network, address)
				if err == nil {
					ours = Wrap(dialed)
				}
				return ours, err
			}}
			t.Cleanup(transport.CloseIdleConnections)
			trace := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { ours.Follow() }})
			first := ours
			// The kernel may not stamp yet what comes first.
			for round := range 4 {
				request, _ := http.NewRequestWithContext(trace, "GET", address, nil)
				response, err := transport.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				sunk, latest := 0, time.Time{}
				ours.Divert(func(piece []byte, at time.Time) error {
					if sunk += len(piece); at.Before(latest) {
						t.Error("later bytes came earlier")
					}
					latest = at
					return nil
				})
				ours.Gather(isGathered)
				read, err := io.Copy(io.Discard, response.Body)
				ours.Gather(false)
				unseen := ours.EndDiversion()
				if total := sunk + int(read); total != chunks*len(chunkText) || err != nil {
					t.Fatalf("round %d: %d bytes to the sink and %d to the reader (%v), want %d", round, sunk, read, err, chunks*len(chunkText))
				}
				if round > 0 && (sunk < chunks/2*len(chunkText) || unseen < int64(sunk)) {
					t.Errorf("round %d: %d bytes went to the sink, the connection tells of %d; most should", round, sunk, unseen)
				}
				if round == 0 {
					first = ours
				} else if ours != first {
					t.Errorf("round %d: another connection", round)
				}
			}
		})
	}
}

const chunkText = "data: {}\n\n"

func serveChunks(t *testing.T, chunks int) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				reader := bufio.NewReader(connection)
				for {
					if _, err := http.ReadRequest(reader); err != nil {
						return
					}
					_, _ = io.WriteString(connection, head)
					for range chunks {
						_, _ = fmt.Fprintf(connection, "%x\r\n%s\r\n", len(chunkText), chunkText)
						time.Sleep(time.Millisecond)
					}
					_, _ = io.WriteString(connection, "0\r\n\r\n")
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}
