package socket

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httputil"
	"strings"
	"testing"
	"time"
)

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

// diverted reads a body that comes in the pieces given. pieces of the head and of what a reader had before must be none.
func diverted(pieces ...[]byte) (payload, left []byte, err error) {
	var d diversion
	d.follow()
	d.framing.follow([]byte(head))
	d.sink = func(piece []byte, _ time.Time) error {
		payload = append(payload, piece...)
		return nil
	}
	d.begin()
	for _, piece := range pieces {
		if d.isOver {
			d.left = append(d.left, piece...)
			continue
		}
		d.take(piece, time.Time{})
	}
	if !d.isOver {
		d.fail(io.ErrUnexpectedEOF)
	}
	for err == nil && (d.isOver || len(d.left) > 0) {
		into := make([]byte, 7)
		var n int
		n, err = d.handOver(into)
		left = append(left, into[:n]...)
	}
	return payload, left, err
}

func cutAnywhere(text []byte) (pieces [][]byte) {
	for len(text) > 0 {
		n := 1 + rand.IntN(min(len(text), 9))
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

func TestTakesTheChunksOutAndLeavesTheEnd(t *testing.T) {
	body := "5\r\nhello\r\n1;name=value\r\n \r\n0006  \r\nworld\n\r\nA\r\n0123456789\r\n"
	for _, end := range []string{"0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "000;last\r\n\r\nHTTP/1.1 200 OK\r\n"} {
		for range 50 {
			payload, left, err := diverted(cutAnywhere([]byte(body + end))...)
			if string(payload) != "hello world\n0123456789" || string(left) != end || err != nil {
				t.Fatalf("payload %q, left %q, %v; want the text, %q and no error", payload, left, err, end)
			}
		}
	}
}

func TestSaysWhatIsWrongWithAChunk(t *testing.T) {
	for body, want := range map[string]error{
		"5\r\nhelloX": errChunkEnd, "5\r\nhello\rX": errChunkEnd, "x\r\n": errChunkSize, "\r\n": errChunkSize,
		"5\nhello": errChunkSize, "11111111111111111\r\n": errChunkSize, "5\r\nhel": io.ErrUnexpectedEOF,
		strings.Repeat("0", 5_000): errChunkSize,
	} {
		if _, _, err := diverted(cutAnywhere([]byte(body))...); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", body, err, want)
		}
	}
}

func TestFindsTheEndOfTheHeadHoweverItIsCut(t *testing.T) {
	for _, text := range []string{
		head, strings.ReplaceAll(head, "\r\n", "\n"),
		"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + head,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + head,
	} {
		for range 50 {
			var f framing
			f.begin()
			for _, piece := range cutAnywhere([]byte(text)) {
				if f.isBetweenChunks() {
					t.Fatalf("%q: over too early", text)
				}
				f.follow(piece)
			}
			if !f.isBetweenChunks() {
				t.Fatalf("%q: the end of the head was not seen", text)
			}
			f.follow([]byte("3\r\nab"))
			if f.isBetweenChunks() {
				t.Fatalf("%q: in the middle of a chunk", text)
			}
			f.follow([]byte("c\r\n"))
			if !f.isBetweenChunks() {
				t.Fatalf("%q: a chunk is over", text)
			}
		}
	}
}

func TestAnErrorOfTheSinkEndsTheReading(t *testing.T) {
	stop := errors.New("enough")
	calls := 0
	var d diversion
	d.follow()
	d.framing.follow([]byte(head))
	d.sink = func([]byte, time.Time) error { calls++; return stop }
	d.begin()
	d.take([]byte("1\r\na\r\n1\r\nb\r\n"), time.Time{})
	if _, err := d.handOver(make([]byte, 9)); calls != 1 || err != stop {
		t.Errorf("%d calls and %v, want 1 and the sink's error", calls, err)
	}
}

// What net/http's own reader of chunks makes of a body is what a diversion must make of it, however it is cut.
func FuzzReadsChunksAsGoDoes(f *testing.F) {
	for _, body := range []string{"5\r\nhello\r\n0\r\n\r\n", "2\r\nab\r\n", "1;x\r\na\r\n00\r\n", "zz\r\n", "1\r\nabc", "5 \r\nhello\r\n0\r\n"} {
		f.Add([]byte(body), byte(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, size byte) {
		var pieces [][]byte
		for rest := body; len(rest) > 0; {
			n := min(len(rest), 1+int(size))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		payload, left, err := diverted(pieces...)
		want, wantErr := io.ReadAll(httputil.NewChunkedReader(bufio.NewReader(bytes.NewReader(body))))
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, net/http says %v", body, err, wantErr)
		}
		if err == nil && !bytes.Equal(payload, want) {
			t.Fatalf("%q: %q, net/http reads %q", body, payload, want)
		}
		// What is left, a reader between two chunks takes for the end.
		if err == nil {
			if rest, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(left))); len(rest) > 0 || err != nil {
				t.Fatalf("%q: left is %q", body, left)
			}
		}
	})
}

func BenchmarkTakesAnEvent(b *testing.B) {
	event := []byte(fmt.Sprintf("%x\r\n%s\r\n", 300, strings.Repeat("x", 300)))
	var d diversion
	d.follow()
	d.framing.follow([]byte(head))
	d.sink = func([]byte, time.Time) error { return nil }
	d.begin()
	for b.Loop() {
		d.take(event, time.Time{})
	}
}
