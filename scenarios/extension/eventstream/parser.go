// Package eventstream reads Server-Sent Events as bytes arrive, by the HTML standard
// (section 9.2.6, "Interpreting an event stream"), with two additions a load generator needs:
// an event that has a name and no data is handed on (Dify's `event: ping` is one; a browser drops
// it), and so is a comment.
package eventstream

import (
	"bytes"
	"errors"
)

// DefaultMaxEventBytes bounds the memory of one stream against a server that never ends a line.
const DefaultMaxEventBytes = 16 << 20

// ErrEventTooLarge ends a stream whose event is longer than allowed.
var ErrEventTooLarge = errors.New("event larger than allowed")

// Event is what stood between two empty lines. Its slices are valid during the visit only.
type Event struct {
	Name    []byte
	Data    []byte
	ID      []byte
	Comment []byte
	// HasData is false where no data line came, in which case the standard dispatches nothing.
	HasData bool
}

// Parser takes the bytes of one stream in pieces of any size. The zero value is ready.
type Parser struct {
	// MaxEventBytes is DefaultMaxEventBytes when 0.
	MaxEventBytes int

	partial    []byte // a line whose end has not come
	data       []byte // of the event so far; a view into the piece being read unless isDataOwned
	dataBuffer []byte
	name       []byte
	id         []byte
	comment    []byte

	hasData, isDataOwned, hasComment bool
	sawLine                          bool // a byte order mark may stand before the first line only
	skipLineFeed                     bool // the last piece ended in CR; LF belongs to it
}

// Feed reads one piece and calls visit for each event that it completes. It stops at the first
// error of visit and returns it; the rest of the piece is lost then.
func (p *Parser) Feed(piece []byte, visit func(Event) error) error {
	if p.skipLineFeed && len(piece) > 0 {
		p.skipLineFeed = false
		if piece[0] == '\n' {
			piece = piece[1:]
		}
	}
	nextLineFeed := -1
	for start := 0; start < len(piece); {
		if nextLineFeed < start {
			nextLineFeed = indexFrom(piece, start, '\n')
		}
		end := lineEnd(piece, start, nextLineFeed)
		if end < 0 {
			p.partial = append(p.partial, piece[start:]...)
			break
		}
		if err := p.endLine(piece[start:end], visit); err != nil {
			return err
		}
		start = p.afterLineEnd(piece, end)
	}
	return p.keep()
}

// IsMidEvent: bytes of an event came whose end did not.
func (p *Parser) IsMidEvent() bool {
	return len(p.partial) > 0 || p.hasData || len(p.name) > 0
}

// indexFrom returns len(piece) where there is none, so that it is not looked for again.
func indexFrom(piece []byte, start int, wanted byte) int {
	if at := bytes.IndexByte(piece[start:], wanted); at >= 0 {
		return start + at
	}
	return len(piece)
}

// lineEnd is the position of the first CR or LF from start on, or -1.
func lineEnd(piece []byte, start, nextLineFeed int) int {
	if at := bytes.IndexByte(piece[start:nextLineFeed], '\r'); at >= 0 {
		return start + at
	}
	if nextLineFeed < len(piece) {
		return nextLineFeed
	}
	return -1
}

func (p *Parser) afterLineEnd(piece []byte, end int) int {
	if piece[end] == '\n' {
		return end + 1
	}
	if end+1 == len(piece) {
		p.skipLineFeed = true
		return end + 1
	}
	if piece[end+1] == '\n' {
		return end + 2
	}
	return end + 1
}

func (p *Parser) endLine(line []byte, visit func(Event) error) error {
	isView := len(p.partial) == 0
	if !isView {
		p.partial = append(p.partial, line...)
		line = p.partial
		defer func() { p.partial = p.partial[:0] }()
	}
	if !p.sawLine {
		p.sawLine = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if len(line) == 0 {
		return p.dispatch(visit)
	}
	p.addField(line)
	if !isView {
		p.ownData()
	}
	return nil
}

func (p *Parser) addField(line []byte) {
	name, value, _ := bytes.Cut(line, []byte{':'})
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	switch string(name) {
	case "data":
		p.addData(value)
	case "event":
		p.name = append(p.name[:0], value...)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.id = append(p.id[:0], value...)
		}
	case "":
		p.comment, p.hasComment = append(p.comment[:0], value...), true
	}
}

// addData leaves the one data line of an ordinary event where it is.
func (p *Parser) addData(value []byte) {
	if !p.hasData {
		p.data, p.hasData, p.isDataOwned = value, true, false
		return
	}
	p.ownData()
	p.dataBuffer = append(append(p.dataBuffer, '\n'), value...)
	p.data = p.dataBuffer
}

func (p *Parser) ownData() {
	if p.hasData && !p.isDataOwned {
		p.dataBuffer = append(p.dataBuffer[:0], p.data...)
		p.data, p.isDataOwned = p.dataBuffer, true
	}
}

func (p *Parser) dispatch(visit func(Event) error) error {
	if !p.hasData && len(p.name) == 0 && !p.hasComment {
		return nil
	}
	event := Event{Name: p.name, Data: p.data, ID: p.id, HasData: p.hasData}
	if p.hasComment {
		event.Comment = p.comment
	}
	err := visit(event)
	p.data, p.name = nil, p.name[:0]
	p.hasData, p.isDataOwned, p.hasComment = false, false, false
	return err
}

// keep saves what the next piece will overwrite, and gives large buffers back.
func (p *Parser) keep() error {
	p.ownData()
	limit := p.MaxEventBytes
	if limit == 0 {
		limit = DefaultMaxEventBytes
	}
	if len(p.partial)+len(p.data) > limit {
		return ErrEventTooLarge
	}
	const smallBuffer = 64 << 10
	if len(p.partial) == 0 && cap(p.partial) > smallBuffer {
		p.partial = nil
	}
	if !p.hasData && cap(p.dataBuffer) > smallBuffer {
		p.dataBuffer = nil
	}
	return nil
}
