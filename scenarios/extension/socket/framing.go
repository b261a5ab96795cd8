package socket

import (
	"bytes"
	"errors"
)

// framing follows a response of HTTP/1.1 through its head and the chunks of its body, as net/http reads them.
type framing struct {
	state framingState
	// line is what came of a line that is not whole: of the head its first bytes, of a chunk's size all of it.
	line       []byte
	lineLength int  // of the head, without the line end
	isFirst    bool // the line tells the status
	isInterim  bool // status 1xx: another head follows
	left       uint64
}

type framingState int8

const (
	unknown framingState = iota // nothing can be said of what comes
	inHead
	inSize
	inData
	afterData
)

var (
	errChunkSize = errors.New("malformed chunked encoding: no size of a chunk")
	errChunkEnd  = errors.New("malformed chunked encoding: no line end behind a chunk")
)

const (
	longestSizeLine = 4096 // as of net/http
	mostSizeDigits  = 16
	statusAt        = len("HTTP/1.1 ")
)

// begin expects a response.
func (f *framing) begin() {
	*f = framing{state: inHead, line: f.line[:0], isFirst: true}
}

// isBetweenChunks: whoever has read everything up to here expects the size of a chunk.
func (f *framing) isBetweenChunks() bool {
	return f.state == inSize && len(f.line) == 0
}

// follow takes bytes that somebody else reads, too, who will find what is wrong with them.
func (f *framing) follow(raw []byte) {
	for len(raw) > 0 && f.state != unknown {
		_, rest, isLast, err := f.step(raw)
		if isLast || err != nil {
			f.state = unknown
		}
		raw = rest
	}
}

// step takes as much as belongs together. The size of the last chunk, which is 0, is left in line.
func (f *framing) step(raw []byte) (payload, rest []byte, isLast bool, err error) {
	switch f.state {
	case inHead:
		return nil, f.head(raw), false, nil
	case inSize:
		rest, isLast, err = f.size(raw)
		return nil, rest, isLast, err
	case inData:
		n := min(uint64(len(raw)), f.left)
		if f.left -= n; f.left == 0 {
			f.state = afterData
		}
		return raw[:n], raw[n:], false, nil
	}
	if raw[0] != "\r\n"[len(f.line)] {
		return nil, raw, false, errChunkEnd
	}
	if f.line = append(f.line, raw[0]); len(f.line) == len("\r\n") {
		f.state, f.line = inSize, f.line[:0]
	}
	return nil, raw[1:], false, nil
}

// head goes on to the end of a line.
func (f *framing) head(raw []byte) (rest []byte) {
	end := bytes.IndexByte(raw, '\n')
	line := raw
	if end >= 0 {
		line, rest = raw[:end], raw[end+1:]
	}
	if room := statusAt + 1 - len(f.line); room > 0 {
		f.line = append(f.line, line[:min(room, len(line))]...)
	}
	f.lineLength += len(line) - bytes.Count(line, []byte{'\r'})
	if end < 0 {
		return nil
	}
	if f.isFirst {
		f.isInterim = len(f.line) > statusAt && f.line[statusAt] == '1'
		f.isFirst = false
	} else if f.lineLength == 0 {
		isInterim := f.isInterim
		f.begin()
		if !isInterim {
			f.state = inSize
		}
	}
	f.line, f.lineLength = f.line[:0], 0
	return rest
}

func (f *framing) size(raw []byte) (rest []byte, isLast bool, err error) {
	end := bytes.IndexByte(raw, '\n')
	if end < 0 {
		f.line = append(f.line, raw...)
		if len(f.line) >= longestSizeLine {
			return nil, false, errChunkSize
		}
		return nil, false, nil
	}
	line, rest := raw[:end+1], raw[end+1:]
	if len(f.line) > 0 {
		f.line = append(f.line, line...)
		line = f.line
	}
	size, ok := sizeOf(line)
	if !ok {
		return rest, false, errChunkSize
	}
	if size == 0 {
		f.line = append(f.line[:0], line...)
		return rest, true, nil
	}
	f.state, f.left, f.line = inData, size, f.line[:0]
	return rest, false, nil
}

// sizeOf is as strict as net/http; extensions behind the size are nobody's concern.
func sizeOf(line []byte) (size uint64, ok bool) {
	if len(line) >= longestSizeLine || bytes.IndexByte(line, '\r') != len(line)-2 {
		return 0, false
	}
	digits, _, _ := bytes.Cut(bytes.TrimRight(line, " \t\r\n"), []byte{';'})
	if len(digits) == 0 || len(digits) > mostSizeDigits {
		return 0, false
	}
	for _, digit := range digits {
		switch {
		case '0' <= digit && digit <= '9':
			digit -= '0'
		case 'a' <= digit|0x20 && digit|0x20 <= 'f':
			digit = digit | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		size = size<<4 | uint64(digit)
	}
	return size, true
}
