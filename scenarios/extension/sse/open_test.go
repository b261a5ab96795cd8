package sse

import (
	"net/http"
	"strings"
	"testing"
)

const collect = `
var seen = []; var errors = 0; var opened = 0;
var response = sse.open(url, { method: 'POST', body: '{}', headers: { A: 'b' }, tags: { t: '1' } }, (client) => {
  client.on('open', () => opened++);
  client.on('event', (e) => { seen.push([e.id, e.name, e.data, e.comment].join('|')); if (e.data === 'stop') client.close(); });
  client.on('error', () => errors++);
});
JSON.stringify([response.status, response.url === url, response.error, opened, errors, seen])`

func (v *vu) open(address string) string {
	v.t.Helper()
	_ = v.runtime.VU.Runtime().Set("url", address)
	return v.run(collect).String()
}

func TestOpenCallsTheScriptForEachEvent(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, ": hello\n\n", "id: 7\nevent: a\ndata: "+request.Method+request.Header.Get("A")+"\ndata: 2\n\n", "event: ping\n\n")
	})
	v := newVU(t)
	want := `[200,true,"",1,0,["|||hello","7|a|POSTb\n2|","7|ping||"]]`
	if got := v.open(address); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if taken := v.taken(); len(taken["sse_event{,}"]) != 1 || taken["sse_event{,}"][0] != 3 {
		t.Errorf("samples %v, want sse_event 3", taken)
	}
}

func TestOpenEndsWhenTheScriptClosesTheClient(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, "data: 1\n\ndata: stop\n\ndata: 2\n\n")
		<-request.Context().Done()
	})
	if got := newVU(t).open(address); got != `[200,true,"",1,0,["|||1|","||stop|"]]` && !strings.Contains(got, `"||stop|"]]`) {
		t.Errorf("got %s", got)
	}
}

func TestOpenReportsABreakToTheErrorHandler(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		streamTo(w, "data: 1\n\n")
		_ = hijack(w).Close()
	})
	if got := newVU(t).open(address); got != `[200,true,"",1,1,["||1|"]]` {
		t.Errorf("got %s, want one event and one error", got)
	}
}

func TestOpenAnswersWithTheErrorWhereNobodyListens(t *testing.T) {
	if got := newVU(t).open("http://127.0.0.1:1"); !strings.Contains(got, "connection refused") {
		t.Errorf("got %s", got)
	}
}

func TestOpenTakesTheFunctionAlone(t *testing.T) {
	v := newVU(t)
	_ = v.runtime.VU.Runtime().Set("url", serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, "data: "+request.Method+"\n\n")
	}))
	if got := v.run(`var d; sse.open(url, (client) => client.on('event', (e) => { d = e.data })); d`).String(); got != "GET" {
		t.Errorf("got %q", got)
	}
	if _, err := v.runtime.VU.Runtime().RunString(`sse.open(url, {})`); err == nil {
		t.Error("a call without a function was taken")
	}
}

func TestAnExceptionInAHandlerIsTheScripts(t *testing.T) {
	v := newVU(t)
	_ = v.runtime.VU.Runtime().Set("url", serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, "data: 1\n\n") }))
	_, err := v.runtime.VU.Runtime().RunString(`sse.open(url, (c) => c.on('event', () => { throw new Error('mine') }))`)
	if err == nil || !strings.Contains(err.Error(), "mine") {
		t.Errorf("got %v", err)
	}
}
