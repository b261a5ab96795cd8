package eventstream

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzParserAgreesWithTheWholeText compares the incremental parser, fed in two splits of any bytes,
// with the standard's rules applied to the whole text at once.
func FuzzParserAgreesWithTheWholeText(f *testing.F) {
	for i, c := range cases {
		f.Add(c.stream, i, 2*i)
	}
	f.Fuzz(func(t *testing.T, stream string, first, second int) {
		first, second = within(first, len(stream)), within(second, len(stream))
		first, second = min(first, second), max(first, second)
		got := parse(t, stream[:first], stream[first:second], stream[second:])
		if want := readWhole(stream); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func within(at, length int) int {
	if at < 0 {
		at = -(at + 1)
	}
	return at % (length + 1)
}

func readWhole(stream string) (events []seen) {
	stream = strings.TrimPrefix(stream, "\ufeff")
	stream = strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(stream, "\n")
	var current seen
	var data []string
	hasComment := false
	id := ""
	for _, line := range lines[:len(lines)-1] {
		if line == "" {
			if data != nil || current.Name != "" || hasComment {
				current.Data, current.ID = strings.Join(data, "\n"), id
				events = append(events, current)
			}
			current, data, hasComment = seen{}, nil, false
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			data = append(data, value)
		case "event":
			current.Name = value
		case "id":
			if !strings.Contains(value, "\x00") {
				id = value
			}
		case "":
			current.Comment, hasComment = value, true
		}
	}
	return events
}
