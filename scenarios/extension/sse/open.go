package sse

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"go.k6.io/k6/v2/metrics"

	"dify-scale-tuner/scenarios/extension/eventstream"
)

// Response is what open() returns.
type Response struct {
	URL     string            `js:"url"`
	Status  int               `js:"status"`
	Headers map[string]string `js:"headers"`
	Error   string            `js:"error"`
}

// Event is what the script's `event` handler gets.
type Event struct {
	ID      string `js:"id"`
	Comment string `js:"comment"`
	Name    string `js:"name"`
	Data    string `js:"data"`
}

// Client is handed to the script's set-up function.
type Client struct {
	runtime  *sobek.Runtime
	handlers map[string][]sobek.Callable
	isClosed bool
	cancel   func()
}

// On adds a handler of "open", "event" or "error".
func (c *Client) On(event string, handler sobek.Value) {
	if call, ok := sobek.AssertFunction(handler); ok {
		c.handlers[event] = append(c.handlers[event], call)
	}
}

// Close ends the stream; no event is handed on after it.
func (c *Client) Close() {
	c.isClosed = true
	c.cancel()
}

func (c *Client) handle(event string, args ...sobek.Value) error {
	for _, handler := range c.handlers[event] {
		if _, err := handler(sobek.Undefined(), args...); err != nil {
			return err
		}
	}
	return nil
}

// open calls the script for each event: open(url, [params], setUp), as the community extension. It
// blocks the VU until the stream ends. A timeout is the script's to set; there is none by default.
func (m *module) open(url string, args ...sobek.Value) (*Response, error) {
	state, rt := m.vu.State(), m.vu.Runtime()
	if state == nil {
		return nil, errInitContext
	}
	options, setUp, err := openArguments(args)
	if err != nil {
		return nil, err
	}
	p := newParams(state, "GET")
	p.ignoresUnknown = true
	if err := p.read(rt, options); err != nil {
		return nil, err
	}
	e := m.newExchange(p)
	e.send(url)
	defer func() { e.finish(e.failureClass()) }()
	if e.err != nil {
		if state.Options.Throw.Bool {
			return nil, e.err
		}
		return &Response{URL: url, Error: e.err.Error(), Headers: map[string]string{}}, nil
	}
	client := &Client{runtime: rt, handlers: map[string][]sobek.Callable{}, cancel: e.cancel}
	if _, err := setUp(sobek.Undefined(), rt.ToValue(client)); err != nil {
		return nil, err
	}
	return openResponse(url, e), m.callBack(client, e)
}

func openArguments(args []sobek.Value) (options sobek.Value, setUp sobek.Callable, err error) {
	if len(args) == 0 || len(args) > 2 {
		return nil, nil, errors.New("sse.open takes a URL, params that may be left out, and a function")
	}
	setUp, isFunction := sobek.AssertFunction(args[len(args)-1])
	if !isFunction {
		return nil, nil, errors.New("the last argument of sse.open must be a function")
	}
	if len(args) == 2 {
		options = args[0]
	}
	return options, setUp, nil
}

// callBack reads in the VU's own goroutine: the script is called where it runs anyway.
func (m *module) callBack(client *Client, e *exchange) error {
	if err := client.handle("open"); err != nil {
		return err
	}
	var parser eventstream.Parser
	events := 0
	tags := e.tags(nil)
	visit := func(event eventstream.Event) error {
		if client.isClosed {
			return nil
		}
		events++
		return client.handle("event", client.runtime.ToValue(Event{
			ID: string(event.ID), Comment: string(event.Comment), Name: string(event.Name), Data: string(event.Data),
		}))
	}
	buffer := m.buffer()
	for {
		n, err := e.body.Read(buffer)
		failure := parser.Feed(buffer[:n], visit)
		if events > 0 {
			m.pushEventCount(e, tags, events)
			events = 0
		}
		if failure != nil {
			return failure
		}
		if err == io.EOF || client.isClosed || e.isInterrupted() {
			return nil
		}
		if err != nil {
			return client.handle("error", client.runtime.ToValue(err))
		}
	}
}

// pushEventCount: one sample for the events of a read; a counter adds them up.
func (m *module) pushEventCount(e *exchange, tags metrics.TagsAndMeta, events int) {
	metrics.PushIfNotDone(e.parent, e.state.Samples, metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: m.instruments.sseEvent, Tags: tags.Tags},
		Time:       time.Now(), Metadata: tags.Metadata, Value: float64(events),
	})
}

func openResponse(url string, e *exchange) *Response {
	headers := make(map[string]string, len(e.response.Header))
	for name, values := range e.response.Header {
		headers[name] = strings.Join(values, ", ")
	}
	return &Response{URL: url, Status: e.status(), Headers: headers}
}
