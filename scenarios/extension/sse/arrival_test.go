package sse

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestTellsWhenBytesCameAndNotWhenTheyWereLookedAt(t *testing.T) {
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	connection := &stampedConn{Conn: near}
	go func() { _, _ = far.Write([]byte("x")) }()
	before := time.Now()
	if _, err := connection.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	read := time.Now()
	time.Sleep(20 * time.Millisecond)
	if at := connection.arrived(); at.Before(before) || at.After(read) {
		t.Errorf("arrived at %v, want between %v and %v", at, before, read)
	}
}

func TestWithoutAStampItIsNow(t *testing.T) {
	for name, connection := range map[string]*stampedConn{"no connection": nil, "nothing read": {}} {
		before := time.Now()
		if at := connection.arrived(); at.Before(before) || at.After(time.Now()) {
			t.Errorf("%s: arrived at %v, want now", name, at)
		}
	}
}

// By the clock, the headers of an answer that comes in one piece would be told some microseconds before its first event.
func TestHeadersAndEventsOfOnePieceCameAtOneMoment(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(token + end))
	})
	servers := map[string]*httptest.Server{"plain": httptest.NewServer(handler), "TLS": httptest.NewTLSServer(handler)}
	for name, server := range servers {
		t.Cleanup(server.Close)
		v := newVU(t)
		v.state.TLSConfig.InsecureSkipVerify = true
		for _, connection := range []string{"new", "used"} {
			times := v.request(server.URL, `{}`).Times
			if times.HeadersMs == nil || times.FirstTokenMs == nil || *times.HeadersMs != *times.FirstTokenMs {
				t.Errorf("%s, %s connection: headers and first token at %v", name, connection, times)
			}
		}
	}
}
