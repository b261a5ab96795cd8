package sse

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gopkg.in/guregu/null.v3"
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
	events := 0.0
	for _, count := range v.taken()["sse_event{,}"] {
		events += count
	}
	if events != 3 {
		t.Errorf("sse_event adds up to %v, want 3", events)
	}
}

func TestOpenCountsEventsWhenTheyComeWithTheTagsOfTheRequest(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		streamTo(w, "data: 1\n\n")
		time.Sleep(150 * time.Millisecond)
		streamTo(w, "data: 2\n\n")
	})
	v := newVU(t)
	v.open(address)
	var moments []time.Time
	for range len(v.samples) {
		for _, sample := range (<-v.samples).GetSamples() {
			if sample.Metric.Name != "sse_event" {
				continue
			}
			moments = append(moments, sample.Time)
			for name, want := range map[string]string{"url": address, "status": "200", "t": "1"} {
				if got, _ := sample.Tags.Get(name); got != want {
					t.Errorf("tag %s is %q, want %q", name, got, want)
				}
			}
		}
	}
	if len(moments) != 2 || moments[1].Sub(moments[0]) < 100*time.Millisecond {
		t.Errorf("counted at %v, want two moments 150 ms apart", moments)
	}
}

// What scripts for the community extension rely on: it takes params it does not know, a timeout with a unit, and
// hands a response of any status to the script; an error has the method error().
func TestOpenTakesTheCallsOfTheCommunityExtension(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/refused" {
			w.WriteHeader(401)
			_, _ = w.Write([]byte(`{"code":"unauthorized"}`))
			return
		}
		streamTo(w, "id: 1\ndata: 1\n\ndata: 2\n\n")
		<-request.Context().Done()
	})
	v := newVU(t)
	_ = v.runtime.VU.Runtime().Set("url", address)
	refused := v.run(`
		var events = 0;
		var r = sse.open(url + '/refused', { method: 'GET', compression: 'gzip' }, (c) => c.on('event', () => events++));
		[r.status, r.headers['Content-Length'], events].join()`).String()
	if refused != "401,23,0" {
		t.Errorf("a refusal gives %s, want 401, its headers and no event", refused)
	}
	timedOut := v.run(`
		var seen = '', failure = '';
		sse.open(url, { timeout: '300ms', tags: null, headers: undefined }, (c) => {
			c.on('event', (e) => { seen += e.id + e.data });
			c.on('error', (e) => { failure = e.error() });
		});
		seen + '|' + failure`).String()
	if !strings.HasPrefix(timedOut, "1112|") && !strings.HasPrefix(timedOut, "1112") || !strings.Contains(timedOut, "deadline") {
		t.Errorf("got %q, want both events and a deadline", timedOut)
	}
}

func TestOpenThrowsWhereK6IsToldTo(t *testing.T) {
	v := newVU(t)
	v.state.Options.Throw = null.BoolFrom(true)
	for _, call := range []string{`sse.open('http://127.0.0.1:1', (c) => {})`, `sse.request('POST', 'http://127.0.0.1:1', '', {})`} {
		if _, err := v.runtime.VU.Runtime().RunString(call); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: got %v, want an exception", call, err)
		}
	}
}

func TestOpenEndsWithItsIteration(t *testing.T) {
	v := newVU(t)
	gone := make(chan struct{})
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, "data: 1\n\n")
		v.runtime.CancelContext()
		<-request.Context().Done()
		close(gone)
	})
	begin := time.Now()
	v.open(address)
	if waited := time.Since(begin); waited > 2*time.Second {
		t.Errorf("the script was held for %v", waited)
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the server still has its client")
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
