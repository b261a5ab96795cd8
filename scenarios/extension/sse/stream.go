package sse

import (
	"errors"
	"io"
	"time"

	"dify-scale-tuner/scenarios/extension/difyevent"
	"dify-scale-tuner/scenarios/extension/eventstream"
)

// stream is what is known of one event stream while it is read. What each token touches stands together: a
// stream that wakes finds nothing of its own in the processor's caches, and that is most of what it costs.
type stream struct {
	now           time.Time // of the read whose events are being visited
	tokens, bytes int64
	stopAfter     int64 // tokens; 0: never
	isSelecting   bool
	rule          *difyevent.Rule
	counts        []eventCount // first the rule's events, in its order
	last          int          // index in counts of the name seen last
	pace          pace
	delivery      delivery
	parser        eventstream.Parser

	params                                       *params
	first                                        string
	firstEvent, firstToken, workflowStarted, end time.Time

	selected     map[string][]string
	isComplete   bool // a terminal event came
	isStopped    bool
	errorOutcome string
	errorMessage string
	readError    error
	takeError    error // of an event, and no fault of the connection
}

// eventCount is a list's item and no map's: there are few names, and mostly the last one comes again.
type eventCount struct {
	name  string
	count int64
}

var errStopped = errors.New("stopped by the script")

// maxSelected bounds what one stream hands to the script under one name.
const maxSelected = 16

// mostNames bounds what a server can make up; events of further names count as "other".
const mostNames = 64

// A silentEvent keeps a connection open; it comes before, and says nothing of, the first real event.
const silentEvent = "ping"

func newStream(p *params, pace pace) *stream {
	s := &stream{
		params: p, rule: p.rule, pace: pace, stopAfter: p.stopAfterTokens, isSelecting: len(p.selected) > 0,
		selected: map[string][]string{},
	}
	for _, name := range p.rule.Events() {
		s.counts = append(s.counts, eventCount{name: name})
	}
	return s
}

// read goes on until the stream ends; arrived says when came what was read last. Where the connection gives events to
// take by itself, only the first and the end come from the body.
func (s *stream) read(body io.Reader, buffer []byte, arrived func() time.Time) {
	for s.readError == nil {
		n, err := body.Read(buffer)
		switch {
		case err == nil || err == io.EOF:
			s.now = arrived()
		case s.takeError == nil:
			s.now = time.Now() // from this side, or of a connection that broke
		}
		if n > 0 {
			s.readError = s.take(buffer[:n], s.now)
		}
		if s.readError == nil {
			s.readError = err
		}
	}
	if s.takeError != nil {
		s.readError = s.takeError
	}
	s.end = s.now
	s.isStopped = errors.Is(s.readError, errStopped)
}

// take is given what came at one moment, as far as this side can tell. It does not wait for anything.
func (s *stream) take(piece []byte, at time.Time) error {
	s.now = at
	s.bytes += int64(len(piece))
	s.delivery.read(at, s.parser.IsMidEvent())
	s.takeError = s.parser.Feed(piece, s.visit)
	s.pace.read(at, int64(len(piece)))
	return s.takeError
}

func (s *stream) visit(event eventstream.Event) error {
	if !event.HasData && len(event.Name) == 0 {
		return nil // a comment
	}
	look := s.rule.Look(event.Data)
	name := event.Name
	if len(name) == 0 {
		name = look.Name
	}
	if len(name) == 0 {
		name = []byte("message") // the standard's name of an event without one
	}
	if len(event.Name) == 0 && look.TextEvent >= 0 {
		s.counts[look.TextEvent].count++
	} else {
		s.count(name)
	}
	if string(name) == silentEvent {
		s.delivery.ping(s.now)
	} else if event.HasData {
		s.mark(name, event.Data, look)
	}
	if look.IsToken && s.tokens == s.stopAfter {
		return errStopped
	}
	return nil
}

func (s *stream) count(name []byte) {
	if s.last >= len(s.counts) || s.counts[s.last].name != string(name) {
		s.last = s.indexOf(string(name))
	}
	s.counts[s.last].count++
}

func (s *stream) indexOf(name string) int {
	for i := range s.counts {
		if s.counts[i].name == name {
			return i
		}
	}
	if len(s.counts) >= mostNames && name != "other" {
		return s.indexOf("other")
	}
	s.counts = append(s.counts, eventCount{name: name})
	return len(s.counts) - 1
}

func (s *stream) mark(name, data []byte, look difyevent.Look) {
	if s.firstEvent.IsZero() {
		s.firstEvent, s.first = s.now, string(data)
	}
	if look.IsToken {
		s.token()
		if !s.isSelecting {
			return
		}
	}
	switch string(name) {
	case "workflow_started":
		if s.workflowStarted.IsZero() {
			s.workflowStarted = s.now
		}
	case "workflow_finished":
		s.runFinished(data)
	case "message_end":
		s.delivery.messageEnd(data, s.now.Sub(s.firstToken))
	case "error":
		s.errorOutcome, s.errorMessage = difyevent.OfErrorEvent(data)
	}
	s.isComplete = s.isComplete || s.params.terminal[string(name)]
	if s.params.selected[string(name)] && len(s.selected[string(name)]) < maxSelected {
		s.selected[string(name)] = append(s.selected[string(name)], string(data))
	}
}

func (s *stream) runFinished(data []byte) {
	run, ok := difyevent.ReadRun(data)
	if !ok {
		return
	}
	if s.errorOutcome == "" && run.Outcome() != difyevent.OK {
		s.errorOutcome, s.errorMessage = run.Outcome(), run.Error
	}
	if !s.workflowStarted.IsZero() {
		s.delivery.workflowFinished(run, s.now.Sub(s.workflowStarted))
	}
}

func (s *stream) token() {
	if s.tokens++; s.tokens == 1 {
		s.firstToken = s.now
	}
	s.pace.token(s.now)
}
