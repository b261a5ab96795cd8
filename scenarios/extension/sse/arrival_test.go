package sse

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

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
