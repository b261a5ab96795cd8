package sse

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// paced writes pieces with a pause before each but the first.
func paced(pieces []string, pause time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i, piece := range pieces {
			if i > 0 {
				time.Sleep(pause)
			}
			streamTo(w, piece)
		}
	}
}

func workflow(elapsedSeconds float64, chunks int) (started, tokens, finished string) {
	started = `data: {"event":"workflow_started","data":{}}` + "\n\n"
	tokens = strings.Repeat(`data: {"event":"text_chunk","data":{"text":"x"}}`+"\n\n", chunks)
	finished = fmt.Sprintf(`data: {"event":"workflow_finished","data":{"status":"succeeded","elapsed_time":%v}}`+"\n\n", elapsedSeconds)
	return started, tokens, finished
}

func chat(usage string, tokens int) string {
	return strings.Repeat(token, tokens) + `data: {"event":"message_end","metadata":{"usage":` + usage + `}}` + "\n\n"
}

// slices of n bytes, as a buffer hands on that is sent when it is full.
func slicesOf(text string, n int) (pieces []string) {
	for at := 0; at < len(text); at += n {
		pieces = append(pieces, text[at:min(at+n, len(text))])
	}
	return pieces
}

func TestAnAnswerThatWasHeldBackIsNamed(t *testing.T) {
	started, chunks, finished := workflow(4.2, 30)
	ping := "event: ping\n\n"
	cases := []struct {
		name    string
		handle  http.HandlerFunc
		outcome string
	}{
		{"a workflow of 4.2 s that came at once", paced([]string{started + chunks + finished}, 0), "buffered"},
		{"the same in several writes of one moment", paced(slicesOf(started+chunks+finished, 300), 0), "buffered"},
		{"a chat whose model took 3.5 s to generate", paced([]string{chat(`{"latency":4.0,"time_to_first_token":0.5,"time_to_generate":3.5}`, 5)}, 0), "buffered"},
		{"a chat of many tokens whose model took 5 s in all", paced([]string{chat(`{"latency":5.0,"time_to_generate":null}`, 200)}, 0), "buffered"},
		{"pings of half a minute that came together", paced([]string{ping + ping + ping + token + end}, 0), "buffered"},
		{
			"a long answer in blocks of 190 bytes, each when it is full",
			paced(slicesOf(strings.Repeat(token, 30)+end, 190), 260*time.Millisecond), "buffered",
		},

		{"a fast mock: a workflow of 20 ms", func(w http.ResponseWriter, _ *http.Request) {
			started, chunks, finished := workflow(0.02, 30)
			streamTo(w, started+chunks+finished)
		}, "ok"},
		{"a short answer of a fast model", paced([]string{chat(`{"latency":0.4,"time_to_generate":0.1}`, 3)}, 0), "ok"},
		{"a model that answers in one piece after 5 s", paced([]string{chat(`{"latency":5.0}`, 1)}, 0), "ok"},
		{"few tokens after 5 s of silence", paced([]string{chat(`{"latency":5.0}`, 12)}, 0), "ok"},
		{
			"a burst that Dify held itself until the conversation had a name",
			paced([]string{chat(`{"latency":1.9}`, 100)}, 0), "ok",
		},
		{
			"a workflow whose model does not stream: its start came when it started",
			func(w http.ResponseWriter, _ *http.Request) {
				started, chunks, finished := workflow(2.1, 30)
				streamTo(w, started)
				time.Sleep(500 * time.Millisecond) // a quarter is enough: the clocks of two machines differ in rate by far less
				streamTo(w, chunks+finished)
			}, "ok",
		},
		{"slow and whole events", paced([]string{token, token, token, token, token + end}, 260*time.Millisecond), "ok"},
		{
			"a lost segment or two: pauses within an event among many between them",
			paced([]string{token, token, token[:20], token[20:], token, token, token[:9], token[9:], token + end}, 255*time.Millisecond), "ok",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := newVU(t).request(serve(t, c.handle), `{ endpoint: 'e', timeout: '20s' }`)
			if got.Outcome != c.outcome || got.EndReason != "finished" {
				t.Errorf("outcome %q, end %q (%s); want %q", got.Outcome, got.EndReason, got.Message, c.outcome)
			}
		})
	}
}
