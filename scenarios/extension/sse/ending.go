package sse

import (
	"errors"
	"io"

	"dify-scale-tuner/scenarios/extension/difyevent"
	"dify-scale-tuner/scenarios/extension/eventstream"
)

// ending says how a request ended: the reason is the connection's story, the outcome the class it
// counts under.
type ending struct {
	reason  string
	outcome string
	message string
}

// Reasons of an end.
const (
	finished    = "finished"
	stopped     = "stopped"     // by the script
	interrupted = "interrupted" // the iteration's or the run's time was up
	timedOut    = "timed_out"
	broken      = "cut" // also a reset
	errorEvent  = "error_event"
	incomplete  = "incomplete" // a proper end without the event that ends an answer
	refused     = "refused"    // an HTTP status of 400 and up, or no stream where one was asked for
	unreached   = "unreached"  // no response at all
)

// isFailure is false for an end that came from this side on purpose.
func (e ending) isFailure() bool {
	return e.outcome != difyevent.OK && e.outcome != stopped
}

// judge asks in the order of certainty: what the server said, then what the connection did.
func (c *call) judge(readError error) ending {
	e := c.exchange
	switch {
	case e.err != nil:
		return c.judgeBroken(e.err)
	case e.status() >= 400:
		outcome, message := difyevent.OfStatus(e.status(), e.response.Header, c.body)
		return ending{refused, outcome, message}
	case c.stream != nil:
		return c.judgeStream()
	case !errors.Is(readError, io.EOF):
		return c.judgeBroken(readError)
	case !c.params.expectJSON:
		return ending{refused, "not_a_stream", "Content-Type " + e.response.Header.Get("Content-Type")}
	}
	if run, ok := difyevent.ReadRun(c.body); ok && run.Outcome() != difyevent.OK {
		return ending{finished, run.Outcome(), run.Error}
	}
	return ending{finished, difyevent.OK, ""}
}

// judgeStream: an answer that is complete stays so when the connection breaks behind it.
func (c *call) judgeStream() ending {
	s := c.stream
	switch {
	case s.errorOutcome == stopped:
		return ending{stopped, stopped, s.errorMessage}
	case s.errorOutcome != "":
		return ending{errorEvent, s.errorOutcome, s.errorMessage}
	case s.isComplete:
		if held := s.delivery.held(s.tokens); held != "" {
			return ending{finished, buffered, held}
		}
		return ending{finished, difyevent.OK, ""}
	case s.isStopped:
		return ending{stopped, stopped, ""}
	case errors.Is(s.readError, eventstream.ErrEventTooLarge):
		return ending{broken, "stream_error:event_too_large", s.readError.Error()}
	case s.readError == io.EOF:
		return ending{incomplete, incomplete, "the stream ended before the event that ends an answer"}
	}
	return c.judgeBroken(s.readError)
}

func (c *call) judgeBroken(err error) ending {
	reason, class := broken, classOf(err)
	if c.headers.IsZero() {
		reason = unreached
	}
	switch {
	case c.exchange.isHungUp.Load():
		return ending{stopped, stopped, ""}
	case c.exchange.isInterrupted():
		return ending{interrupted, stopped, "the iteration was interrupted"}
	case c.exchange.isTimedOut() && c.headers.IsZero():
		return ending{timedOut, "no_response", "nothing came within the request's timeout"}
	case c.exchange.isTimedOut():
		return ending{timedOut, timedOut, "the request's timeout"}
	}
	return ending{reason, class, err.Error()}
}
