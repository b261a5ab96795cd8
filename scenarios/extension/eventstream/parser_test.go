package eventstream

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

type seen struct{ Name, Data, ID, Comment string }

func parse(t testing.TB, pieces ...string) []seen {
	t.Helper()
	var parser Parser
	var events []seen
	for _, piece := range pieces {
		// A reader's buffer is overwritten by the next read; the parser must not look at the old one.
		buffer := []byte(piece)
		err := parser.Feed(buffer, func(event Event) error {
			events = append(events, seen{string(event.Name), string(event.Data), string(event.ID), string(event.Comment)})
			return nil
		})
		if err != nil {
			t.Fatalf("Feed: %v", err)
		}
		for i := range buffer {
			buffer[i] = 'x'
		}
	}
	return events
}

var cases = []struct {
	name, stream string
	want         []seen
}{
	// The first four are the examples of the HTML standard, section 9.2.6.
	{"joins data lines with a line feed", "data: YHOO\ndata: +2\ndata: 10\n\n", []seen{{Data: "YHOO\n+2\n10"}}},
	{
		"reads comment, id and an id that is reset",
		": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
		[]seen{
			{Comment: "test stream"},
			{Data: "first event", ID: "1"},
			{Data: "second event"},
			{Data: " third event"},
		},
	},
	{
		"dispatches empty data and drops an event that is not ended",
		"data\n\ndata\ndata\n\ndata:", []seen{{}, {Data: "\n"}},
	},
	{"takes data with and without a space alike", "data:test\n\ndata: test\n\n", []seen{{Data: "test"}, {Data: "test"}}},
	{"ends lines at CR, LF and CRLF in any mix", "data: a\r\ndata: b\rdata: c\n\r\n", []seen{{Data: "a\nb\nc"}}},
	{"ends events at CR alone", "data: a\r\rdata: b\r\r", []seen{{Data: "a"}, {Data: "b"}}},
	{"strips one byte order mark at the start only", "\ufeffdata: a\n\n\ufeffdata: b\n\n", []seen{{Data: "a"}}},
	{"hands on a name without data, as Dify's ping is", "event: ping\n\n", []seen{{Name: "ping"}}},
	{"names the event and forgets the name after it", "event: a\ndata: 1\n\ndata: 2\n\n", []seen{{Name: "a", Data: "1"}, {Data: "2"}}},
	{"ignores unknown fields and retry", "retry: 100\nfoo: bar\nfoo\ndata: a\n\n", []seen{{Data: "a"}}},
	{"ignores an id with a NUL", "id: 1\n\nid: 2\x00\ndata: a\n\n", []seen{{Data: "a", ID: "1"}}},
	{"keeps colons of the value", "data: {\"a\": \"b:c\"}\n\n", []seen{{Data: `{"a": "b:c"}`}}},
	{"has nothing to say of empty lines", "\n\n\r\n\r\r", nil},
	{"is case-sensitive in field names", "Data: a\nDATA: b\n\n", nil},
}

func TestParserFollowsTheStandard(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := parse(t, c.stream); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParserReadsTheSameHoweverTheBytesArrive(t *testing.T) {
	for _, c := range cases {
		for at := range len(c.stream) {
			if got := parse(t, c.stream[:at], c.stream[at:]); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s, split at %d: got %q, want %q", c.name, at, got, c.want)
			}
		}
		if got := parse(t, strings.Split(c.stream, "")...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s, byte by byte: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestParserReadsAnEventOfOneMegabyteInSmallPieces(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 1<<16)
	stream := "data: " + text + "\ndata: end\n\n"
	var pieces []string
	for at := 0; at < len(stream); at += 4096 {
		pieces = append(pieces, stream[at:min(at+4096, len(stream))])
	}
	got := parse(t, pieces...)
	if len(got) != 1 || got[0].Data != text+"\nend" {
		t.Fatalf("got %d events, the first with %d bytes", len(got), len(got[0].Data))
	}
}

func TestParserRefusesAnEventLargerThanAllowed(t *testing.T) {
	parser := Parser{MaxEventBytes: 100}
	ignore := func(Event) error { return nil }
	for _, piece := range []string{strings.Repeat("data: abc\n", 60), "data: " + strings.Repeat("x", 200)} {
		fresh := parser
		if err := fresh.Feed([]byte(piece), ignore); !errors.Is(err, ErrEventTooLarge) {
			t.Errorf("got %v for %d bytes, want ErrEventTooLarge", err, len(piece))
		}
	}
}

func TestParserStopsWhenTheVisitorSaysSo(t *testing.T) {
	var parser Parser
	stop := errors.New("enough")
	visits := 0
	err := parser.Feed([]byte("data: 1\n\ndata: 2\n\n"), func(Event) error { visits++; return stop })
	if !errors.Is(err, stop) || visits != 1 {
		t.Errorf("got %v after %d visits, want the visitor's error after 1", err, visits)
	}
}
