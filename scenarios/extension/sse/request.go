package sse

import (
	"errors"
	"io"
	"mime"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/lib"
)

const (
	defaultTimeout = 60 * time.Second // as k6/http
	// maxBodyBytes of an answer that is no stream; what is beyond is counted, not kept.
	maxBodyBytes = 4 << 20
)

// request sends one request and reads its answer to the end, a stream or not, without calling the
// script. It throws for a mistake of the script: whatever the network or the server did is the result's
// outcome, unless k6's option throw asks for an exception where no response came, as of k6/http.
func (m *module) request(method, url string, body, options sobek.Value) (*Result, error) {
	state := m.vu.State()
	if state == nil {
		return nil, errInitContext
	}
	p := newParams(state, strings.ToUpper(method))
	p.timeout = defaultTimeout
	if !common.IsNullish(body) {
		p.body = body.String()
	}
	if err := p.read(m.vu.Runtime(), options); err != nil {
		return nil, err
	}
	c, err := m.newCall(state, p)
	if err != nil {
		return nil, err
	}
	c.run(url)
	if state.Options.Throw.Bool && c.exchange.err != nil {
		return nil, c.exchange.err
	}
	return c.result(), nil
}

// call is one request with its times. The zero time stands for a moment that did not come.
type call struct {
	module   *module
	exchange *exchange
	params   *params
	emitter  *emitter
	begin    time.Time
	start    func() time.Time // the intended start, or begin
	headers  time.Time
	end      time.Time
	stream   *stream // nil where the answer was no stream
	body     []byte
	ending   ending
}

func (m *module) newCall(state *lib.State, p *params) (*call, error) {
	c := &call{module: m, params: p, begin: time.Now()}
	c.start = func() time.Time { return c.begin }
	scenario := lib.GetScenarioState(m.vu.Context())
	isScheduled := false
	if p.fromIntendedStart && scenario != nil && state.GetScenarioLocalVUIter != nil {
		tracker, err := m.root.tracker(scenario, state.Options)
		if err != nil {
			return nil, err
		}
		if tracker != nil {
			started := tracker.Started(int64(state.GetScenarioLocalVUIter()), c.begin)
			c.start, isScheduled = started.Intended, true
		}
	}
	c.emitter = m.newEmitter(state, p, scenario, isScheduled)
	return c, nil
}

func (c *call) run(url string) {
	c.emitter.began(c.begin, !c.params.expectJSON)
	c.exchange = c.module.newExchange(c.params)
	if c.params.stopAfter > 0 {
		defer time.AfterFunc(c.params.stopAfter, c.exchange.hangUp).Stop()
	}
	c.exchange.send(url)
	if c.exchange.response != nil {
		c.headers = c.exchange.arrived()
	}
	var readError error
	if c.exchange.err == nil {
		readError = c.read()
	}
	c.end = c.endedAt(readError)
	c.ending = c.judge(readError)
	if c.ending.isFailure() {
		c.exchange.finish(c.ending.outcome)
	} else {
		c.exchange.finish("")
	}
	c.emitter.ended(c)
}

func (c *call) read() error {
	if !c.params.expectJSON && c.exchange.status() < 400 && isEventStream(c.exchange) {
		c.stream = newStream(c.params, newPace(c.emitter))
		endGathering := c.exchange.gather(c.stream.take)
		c.stream.read(c.exchange.body, c.module.buffer(), c.exchange.arrived)
		endGathering()
		c.stream.pace.finish(c.stream.end)
		return c.stream.readError
	}
	body, err := io.ReadAll(io.LimitReader(c.exchange.body, maxBodyBytes))
	c.body = body
	if err == nil {
		// To the end, so that the connection can be used again.
		_, err = io.Copy(io.Discard, c.exchange.body)
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

// endedAt is when the last bytes of the answer came, or when it was given up.
func (c *call) endedAt(readError error) time.Time {
	switch {
	case c.stream != nil:
		return c.stream.end
	case errors.Is(readError, io.EOF):
		return c.exchange.arrived()
	}
	return time.Now()
}

func isEventStream(e *exchange) bool {
	// A malformed parameter behind the type is no reason: the standard says UTF-8, whatever charset is named.
	media, _, _ := mime.ParseMediaType(e.response.Header.Get("Content-Type"))
	return media == "text/event-stream"
}
