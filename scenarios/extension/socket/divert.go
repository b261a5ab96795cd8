package socket

import "time"

// Sink takes the payload of chunks, which is valid during the call only, and the moment it came. It must not wait: other
// connections do meanwhile. An error ends the reading, and is what the reader gets.
type Sink func(payload []byte, at time.Time) error

// diversion takes the chunks of a body out of what is read of a connection, and gives them to a sink. To whoever reads
// the connection no chunk seems to come until the last, which is empty: net/http, having read the head of the response,
// waits there without being woken for each event.
type diversion struct {
	framing framing
	sink    Sink // nil: nothing is to be diverted
	isOn    bool
	isOver  bool
	count   int64 // bytes that the reader did not see

	left []byte // for the reader, when it is over
	err  error  // for the reader, behind left
}

// follow begins with a response, of which nothing has come.
func (d *diversion) follow() {
	d.end()
	d.framing.begin()
}

// begin is for the reader between two chunks, who has read everything up to there.
func (d *diversion) begin() {
	d.isOn, d.isOver = d.sink != nil && d.framing.isBetweenChunks(), false
}

func (d *diversion) end() {
	d.sink, d.isOn, d.isOver, d.left, d.err = nil, false, false, nil, nil
	d.framing.state = unknown
}

// take is given all that came at one moment.
func (d *diversion) take(raw []byte, at time.Time) {
	all := int64(len(raw))
	for len(raw) > 0 && !d.isOver {
		payload, rest, isLast, err := d.framing.step(raw)
		if len(payload) > 0 && err == nil {
			err = d.sink(payload, at)
		}
		raw = rest
		if isLast {
			d.left = append(append(d.left, d.framing.line...), raw...)
			all -= int64(len(d.left))
		}
		if isLast || err != nil {
			d.isOver, d.err = true, err
		}
	}
	d.count += all
}

// fail is told of an end of the connection.
func (d *diversion) fail(err error) {
	d.isOver, d.err = true, err
}

// handOver gives the reader what is left; everything else is read as if nothing had been diverted.
func (d *diversion) handOver(into []byte) (int, error) {
	n := copy(into, d.left)
	if d.left = d.left[n:]; len(d.left) > 0 {
		return n, nil
	}
	err := d.err
	if n > 0 && err != nil {
		return n, nil // the error comes with the next read
	}
	d.end()
	return n, err
}
