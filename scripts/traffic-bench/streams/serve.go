package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// counter is what one client has been sent; clients that run side by side are told apart by a name in the path.
type counter struct{ Events, Active atomic.Int64 }

var counters sync.Map // name → *counter

// serve listens on a free port of the loopback, prints its address, and ends with its standard input.
//
// It speaks HTTP/1.1 by hand: net/http would spend more on a stream than the readers that are measured.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go answerAll(connection)
	}
}

func answerAll(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 2048)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := reader.Discard(int(max(0, request.ContentLength))); err != nil {
			return
		}
		if request.URL.Path == "/counts" {
			body := countsText()
			_, err = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		} else {
			name, shape := splitPath(request.URL.Path)
			err = stream(connection, counterOf(name), shapeOf(shape))
		}
		if err != nil {
			return
		}
	}
}

func countsText() string {
	var parts []string
	counters.Range(func(name, value any) bool {
		c := value.(*counter)
		parts = append(parts, fmt.Sprintf(`%q:{"events":%d,"active":%d}`, name, c.Events.Load(), c.Active.Load()))
		return true
	})
	return "{" + strings.Join(parts, ",") + "}"
}

func counterOf(name string) *counter {
	found, _ := counters.LoadOrStore(name, &counter{})
	return found.(*counter)
}

// splitPath takes /NAME/SHAPE/v1/chat-messages apart; the shape stands there because scenarios add the rest themselves.
func splitPath(path string) (name, shape string) {
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 3)
	if len(parts) < 3 {
		return "", ""
	}
	return parts[0], parts[1]
}

// shape of one stream: tokens, the pause before the first and between two, and events in one write.
type shape struct {
	tokens, batch int
	first, gap    time.Duration
}

func shapeOf(text string) shape {
	query, _ := url.ParseQuery(text)
	number := func(name string, otherwise int) int {
		if value, err := strconv.Atoi(query.Get(name)); err == nil {
			return value
		}
		return otherwise
	}
	return shape{
		tokens: number("tokens", 500), batch: number("batch", 1),
		first: time.Duration(number("firstMs", 0)) * time.Millisecond, gap: time.Duration(number("gapMs", 20)) * time.Millisecond,
	}
}

const id = "6486d331-40ab-4b7d-aa3f-4fe3abcd7ec3"

// A token of a real Dify has some 300 bytes: four identifiers and a word.
var token = chunk(`data: {"event":"message","conversation_id":"` + id + `","message_id":"` + id +
	`","created_at":1795371289,"task_id":"` + id + `","id":"` + id + `","answer":" quick","from_variable_selector":null}` + "\n\n")

var end = chunk(`data: {"event":"message_end","conversation_id":"` + id + `","message_id":"` + id +
	`","task_id":"` + id + `","id":"` + id + `","metadata":{"usage":{"completion_tokens":500}}}` + "\n\n")

func chunk(text string) string {
	return fmt.Sprintf("%x\r\n%s\r\n", len(text), text)
}

// paced is turned by every stream that has pauses.
var paced = newWheel()

// stream sends one answer; a stream without pauses is written as fast as the connection takes it.
func stream(connection net.Conn, counted *counter, s shape) error {
	counted.Active.Add(1)
	defer counted.Active.Add(-1)
	one := &pacedStream{connection: connection, counted: counted, shape: s}
	if s.gap > 0 {
		return paced.run(one)
	}
	for {
		if isOver, err := one.send(); isOver || err != nil {
			return err
		}
	}
}

// send writes what is due at one moment.
func (s *pacedStream) send() (isOver bool, err error) {
	piece := batchOf(s.shape.batch)
	if s.sent == 0 {
		piece = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n" +
			stamped() + string(piece))
	}
	s.sent += s.shape.batch
	isOver = s.sent >= s.shape.tokens
	events := int64(s.shape.batch)
	if isOver {
		piece = append(append([]byte{}, piece...), end+"0\r\n\r\n"...)
		events += 2 // the last, and the first, which bears the stamp
	}
	if _, err = s.connection.Write(piece); err == nil {
		s.counted.Events.Add(events)
	}
	return isOver, err
}

var oneToken = []byte(token)

func batchOf(events int) []byte {
	if events == 1 {
		return oneToken
	}
	made, ok := batches.Load(events)
	if !ok {
		made, _ = batches.LoadOrStore(events, []byte(strings.Repeat(token, events)))
	}
	return made.([]byte)
}

var batches sync.Map // events → bytes

// stamped is the first event: when it was sent, in milliseconds since the epoch.
func stamped() string {
	return chunk(fmt.Sprintf(`data: {"event":"message","answer":"first","sentAtMs":%.4f}`, float64(time.Now().UnixNano())/1e6) + "\n\n")
}
