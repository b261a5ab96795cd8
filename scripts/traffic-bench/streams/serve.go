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
		received := time.Now()
		if _, err := reader.Discard(int(max(0, request.ContentLength))); err != nil {
			return
		}
		if request.URL.Path == "/counts" {
			body := countsText()
			_, err = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		} else {
			name, shape := splitPath(request.URL.Path)
			err = stream(connection, counterOf(name), shapeOf(shape), received)
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

// stream sends each write when it is due by the first one's moment, so that a late one is made up for.
func stream(connection net.Conn, counted *counter, s shape, received time.Time) error {
	counted.Active.Add(1)
	defer counted.Active.Add(-1)
	if s.first > 0 {
		time.Sleep(s.first)
	}
	begin := time.Now()
	batch := []byte(strings.Repeat(token, s.batch))
	for sent := 0; sent < s.tokens; sent += s.batch {
		if sent > 0 && s.gap > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(sent/s.batch) * s.gap)))
		}
		piece := batch
		if sent == 0 {
			piece = append([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"+
				stamped(received)), batch...)
		}
		if _, err := connection.Write(piece); err != nil {
			return err
		}
		counted.Events.Add(int64(s.batch))
	}
	_, err := connection.Write([]byte(end + "0\r\n\r\n"))
	counted.Events.Add(2) // the first, which bears the stamp, and the last
	return err
}

// stamped is the first event: how long after the request's arrival it was sent.
func stamped(received time.Time) string {
	waited := float64(time.Since(received).Nanoseconds()) / 1e6
	return chunk(fmt.Sprintf(`data: {"event":"message","answer":"first","sentAfterMs":%.4f}`, waited) + "\n\n")
}
