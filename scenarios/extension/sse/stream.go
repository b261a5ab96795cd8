package sse

import (
	"errors"
	"io"
	"time"

	"dify-scale-tuner/scenarios/extension/difyevent"
	"dify-scale-tuner/scenarios/extension/eventstream"
)

// stream is what is known of one event stream while it is read.
type stream struct {
	params *params
	parser eventstream.Parser
	pace   *pace
	now    time.Time // of the read whose events are being visited

	counts   map[string]*int64
	selected map[string][]string
	first    string

	firstEvent, firstToken, lastToken, workflowStarted, end time.Time

	tokens, bytes int64
	delivery      delivery
	isComplete    bool // a terminal event came
	errorOutcome  string
	errorMessage  string
	isStopped     bool
	readError     error
}

var errStopped = errors.New("stopped by the script")

// maxSelected bounds what one stream hands to the script under one name.
const maxSelected = 16

// A silentEvent keeps a connection open; it comes before, and says nothing of, the first real event.
const silentEvent = "ping"

func newStream(p *params, pace *pace) *stream {
	return &stream{params: p, pace: pace, counts: map[string]*int64{}, selected: map[string][]string{}}
}

// read goes on until the stream ends. All events of one read arrived at the same moment, as far as
// this side can tell.
func (s *stream) read(body io.Reader, buffer []byte) {
	for s.readError == nil {
		n, err := body.Read(buffer)
		s.now = time.Now()
		if n > 0 {
			s.bytes += int64(n)
			tokensBefore := s.tokens
			s.delivery.read(s.now, s.parser.IsMidEvent())
			s.readError = s.parser.Feed(buffer[:n], s.visit)
			s.pace.read(s.now, int64(n), s.tokens-tokensBefore)
		}
		if s.readError == nil {
			s.readError = err
		}
	}
	s.end = s.now
	s.isStopped = errors.Is(s.readError, errStopped)
}

func (s *stream) visit(event eventstream.Event) error {
	if !event.HasData && len(event.Name) == 0 {
		return nil // a comment
	}
	look := s.params.rule.Look(event.Data)
	name := event.Name
	if len(name) == 0 {
		name = look.Name
	}
	if len(name) == 0 {
		name = []byte("message") // the standard's name of an event without one
	}
	s.count(name)
	if string(name) == silentEvent {
		s.delivery.ping(s.now)
	} else if event.HasData {
		s.mark(name, event.Data, look)
	}
	if look.IsToken && s.tokens == s.params.stopAfterTokens {
		return errStopped
	}
	return nil
}

func (s *stream) count(name []byte) {
	counted := s.counts[string(name)]
	if counted == nil {
		counted = new(int64)
		s.counts[string(name)] = counted
	}
	*counted++
}

func (s *stream) mark(name, data []byte, look difyevent.Look) {
	if s.firstEvent.IsZero() {
		s.firstEvent, s.first = s.now, string(data)
	}
	if look.IsToken {
		s.token()
		if len(s.params.selected) == 0 {
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
	} else {
		s.pace.gap(s.now, s.now.Sub(s.lastToken))
	}
	s.lastToken = s.now
}
