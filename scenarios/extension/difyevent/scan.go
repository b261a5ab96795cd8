package difyevent

import "bytes"

var unsure = Look{TextEvent: noText}

// scan walks the top-level fields until name and text are known. It is not sure where a field's name
// or the event's is written with escapes, or where the text ends early.
func (r *Rule) scan(data []byte) (look Look, sure bool) {
	look.TextEvent = noText
	var path []string
	var places [maxHeads]int // of the values a path may begin in, 0 where not met
	isNamed := false
	at, isMember := openObject(data, skipSpace(data, 0))
	for isMember {
		key, value, ok := member(data, at)
		if !ok {
			return unsure, false
		}
		if string(key) == r.NameField {
			name, ok := simpleString(data, value)
			if !ok {
				return unsure, false
			}
			look.Name, isNamed = name, true
			if look.TextEvent = r.index(name); look.TextEvent == noText {
				return look, true
			}
			path = r.texts[look.TextEvent].path
			if place := places[r.head(path[0])]; place > 0 {
				look.IsToken, ok = hasText(data, place, path[1:])
				return look, ok
			}
		} else if head := r.headOf(key); head >= 0 {
			places[head] = value
			if isNamed && path[0] == r.heads[head] {
				look.IsToken, ok = hasText(data, value, path[1:])
				return look, ok
			}
		}
		if at, isMember, ok = nextMember(data, value); !ok {
			return unsure, false
		}
	}
	return look, at > 0
}

func (r *Rule) head(name string) int {
	for i, head := range r.heads {
		if head == name {
			return i
		}
	}
	return 0
}

func (r *Rule) headOf(key []byte) int {
	for i, head := range r.heads {
		if string(key) == head {
			return i
		}
	}
	return -1
}

// hasText follows the path from the value at the place given.
func hasText(data []byte, value int, path []string) (isToken, sure bool) {
	if len(path) == 0 {
		return value+1 < len(data) && data[value] == '"' && data[value+1] != '"', value+1 < len(data)
	}
	at, isMember := openObject(data, value)
	for isMember {
		key, inner, ok := member(data, at)
		if !ok {
			return false, false
		}
		if string(key) == path[0] {
			return hasText(data, inner, path[1:])
		}
		if at, isMember, ok = nextMember(data, inner); !ok {
			return false, false
		}
	}
	return false, true
}

// openObject answers the place of the first field's name, and whether there is one. The place is 0
// where the value is no object.
func openObject(data []byte, at int) (first int, isMember bool) {
	if at >= len(data) || data[at] != '{' {
		return 0, false
	}
	first = skipSpace(data, at+1)
	return first, first < len(data) && data[first] != '}'
}

// member reads a name without escapes and answers the place of its value.
func member(data []byte, at int) (key []byte, value int, ok bool) {
	key, ok = simpleString(data, at)
	if !ok {
		return nil, 0, false
	}
	colon := skipSpace(data, at+len(key)+2)
	if colon >= len(data) || data[colon] != ':' {
		return nil, 0, false
	}
	value = skipSpace(data, colon+1)
	return key, value, value < len(data)
}

// nextMember steps over a value to the next field of the same object.
func nextMember(data []byte, value int) (next int, isMember, ok bool) {
	end := skipValue(data, value)
	if end < 0 {
		return 0, false, false
	}
	next = skipSpace(data, end)
	if next >= len(data) {
		return 0, false, false
	}
	if data[next] == '}' {
		return next, false, true
	}
	return skipSpace(data, next+1), true, data[next] == ','
}

func simpleString(data []byte, at int) (text []byte, ok bool) {
	if at >= len(data) || data[at] != '"' {
		return nil, false
	}
	length := bytes.IndexByte(data[at+1:], '"')
	if length < 0 {
		return nil, false
	}
	text = data[at+1 : at+1+length]
	return text, bytes.IndexByte(text, '\\') < 0
}

func skipSpace(data []byte, at int) int {
	for at < len(data) && (data[at] == ' ' || data[at] == '\t' || data[at] == '\n' || data[at] == '\r') {
		at++
	}
	return at
}

// skipValue answers the place behind a value, or -1 where the data ends before it does.
func skipValue(data []byte, at int) int {
	switch data[at] {
	case '"':
		return skipString(data, at)
	case '{', '[':
		return skipNested(data, at)
	}
	start := at
	for at < len(data) && !isDelimiter(data[at]) {
		at++
	}
	if at == start {
		return -1
	}
	return at
}

func isDelimiter(c byte) bool {
	return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r'
}

func skipNested(data []byte, at int) int {
	for depth := 0; at < len(data); at++ {
		switch data[at] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		case '"':
			end := skipString(data, at)
			if end < 0 {
				return -1
			}
			at = end - 1
		}
	}
	return -1
}

// skipString finds the first quote that no odd number of backslashes stands before.
func skipString(data []byte, at int) int {
	for at++; ; {
		length := bytes.IndexByte(data[at:], '"')
		if length < 0 {
			return -1
		}
		quote := at + length
		backslashes := 0
		for quote-1-backslashes >= at && data[quote-1-backslashes] == '\\' {
			backslashes++
		}
		at = quote + 1
		if backslashes%2 == 0 {
			return at
		}
	}
}
