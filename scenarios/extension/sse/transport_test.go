package sse

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"gopkg.in/guregu/null.v3"

	"go.k6.io/k6/v2/metrics"
)

func TestACompressedStreamComesEventByEvent(t *testing.T) {
	type flusher interface {
		Write([]byte) (int, error)
		Flush() error
		Close() error
	}
	for encoding, newWriter := range map[string]func(http.ResponseWriter) flusher{
		"gzip":    func(w http.ResponseWriter) flusher { return gzip.NewWriter(w) },
		"br":      func(w http.ResponseWriter) flusher { return brotli.NewWriter(w) },
		"deflate": func(w http.ResponseWriter) flusher { return zlib.NewWriter(w) },
		"zstd": func(w http.ResponseWriter) flusher {
			writer, _ := zstd.NewWriter(w)
			return writer
		},
	} {
		t.Run(encoding, func(t *testing.T) {
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", encoding)
				w.Header().Set("Content-Type", "text/event-stream")
				compressed := newWriter(w)
				for i, text := range []string{token, token, end} {
					time.Sleep(time.Duration(i) * 150 * time.Millisecond)
					_, _ = compressed.Write([]byte(text))
					_ = compressed.Flush()
					w.(http.Flusher).Flush()
				}
				_ = compressed.Close()
			})
			v := newVU(t)
			got := v.request(address, `{ endpoint: 'e' }`)
			gaps := v.taken()["inter_token_gap_ms{e,}"]
			if got.Outcome != "ok" || got.Tokens != 2 || len(gaps) != 1 || gaps[0] < 100 {
				t.Errorf("outcome %q, %d tokens, gaps %v; want ok, 2 and one gap of some 150 ms", got.Outcome, got.Tokens, gaps)
			}
		})
	}
}

func TestReadsAnEventOfOneMegabyte(t *testing.T) {
	text := strings.Repeat("ä", 1<<19)
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		streamTo(w, token, `data: {"event":"node_finished","text":"`+text+`"}`+"\n\n", end)
	})
	got := newVU(t).request(address, `{ select: ['node_finished'] }`)
	if got.Outcome != "ok" || len(got.Selected["node_finished"]) != 1 || !strings.Contains(got.Selected["node_finished"][0], text) {
		t.Errorf("outcome %q, %d bytes", got.Outcome, got.Bytes)
	}
}

func TestSendsHeadersCookiesAndBody(t *testing.T) {
	requests := make(chan *http.Request, 2)
	bodies := make(chan string, 2)
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		requests <- request
		bodies <- string(body)
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1"})
		streamTo(w, end)
	})
	v := newVU(t)
	params := `{ headers: { Authorization: 'Bearer k', Host: 'dify.example' }, cookies: { a: '1' } }`
	v.request(address, params)
	v.request(address, params)
	<-requests
	seen, body := <-requests, <-bodies
	if seen.Header.Get("Authorization") != "Bearer k" || seen.Host != "dify.example" ||
		seen.Header.Get("User-Agent") != "k6-test" || seen.Header.Get("Accept") != "text/event-stream" {
		t.Errorf("headers %v, host %q", seen.Header, seen.Host)
	}
	if cookies := seen.Header.Get("Cookie"); cookies != "a=1; session=s1" {
		t.Errorf("cookies %q, want the script's and the server's", cookies)
	}
	if body != `{"query":"x"}` {
		t.Errorf("body %q", body)
	}
}

func TestFollowsARedirectWithTheBody(t *testing.T) {
	var arrived atomic.Value
	target := serve(t, func(w http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/" {
			http.Redirect(w, request, "/there", http.StatusTemporaryRedirect)
			return
		}
		arrived.Store(request.Method)
		streamTo(w, end)
	})
	if got := newVU(t).request(target, `{}`); got.Outcome != "ok" || arrived.Load() != "POST" {
		t.Errorf("outcome %q, arrived with %v", got.Outcome, arrived.Load())
	}
	if got := newVU(t).request(target, `{ redirects: 0 }`); got.Status != 307 {
		t.Errorf("status %d with no redirect allowed, want 307", got.Status)
	}
}

func TestReusesTheConnectionOfAStreamThatEnded(t *testing.T) {
	var connections sync.Map
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		connections.Store(request.RemoteAddr, true)
		streamTo(w, token, end)
	})
	v := newVU(t)
	for range 3 {
		v.request(address, `{}`)
	}
	count := 0
	connections.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d connections for 3 streams, want 1", count)
	}
}

func TestReadsAStreamOverHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		streamTo(w, `data: {"event":"message","answer":"`+request.Proto+`"}`+"\n\n", end)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	v := newVU(t)
	v.state.TLSConfig.InsecureSkipVerify = true
	got := v.request(server.URL, `{}`)
	if got.Outcome != "ok" || !strings.Contains(got.FirstEvent, "HTTP/2.0") {
		t.Errorf("outcome %q (%s), first event %q", got.Outcome, got.Message, got.FirstEvent)
	}
}

func TestGoesThroughTheProxyOfTheTransport(t *testing.T) {
	var asked atomic.Value
	proxy := serve(t, func(w http.ResponseWriter, request *http.Request) {
		asked.Store(request.URL.String())
		streamTo(w, end)
	})
	v := newVU(t)
	proxyURL, _ := url.Parse(proxy)
	v.state.Transport.(*http.Transport).Proxy = http.ProxyURL(proxyURL)
	if got := v.request("http://dify.example/v1/chat-messages", `{}`); got.Outcome != "ok" || asked.Load() != "http://dify.example/v1/chat-messages" {
		t.Errorf("outcome %q, the proxy was asked for %v", got.Outcome, asked.Load())
	}
}

func TestEmitsKsixsOwnHTTPMetrics(t *testing.T) {
	v := newVU(t)
	v.request(serve(t, func(w http.ResponseWriter, _ *http.Request) { streamTo(w, token, end) }), `{ tags: { name: 'chat' } }`)
	seen := map[string]float64{}
	for range len(v.samples) {
		for _, sample := range (<-v.samples).GetSamples() {
			name, _ := sample.Tags.Get("name")
			status, _ := sample.Tags.Get("status")
			seen[sample.Metric.Name+" "+name+" "+status] = sample.Value
		}
	}
	if seen["http_reqs chat 200"] != 1 || seen["http_req_duration chat 200"] <= 0 {
		t.Errorf("got %v", seen)
	}
	if failed, ok := seen["http_req_failed chat 200"]; !ok || failed != 0 {
		t.Errorf("http_req_failed is %v", failed)
	}
}

func TestUsesUTF8WhateverTheContentTypeSays(t *testing.T) {
	for _, contentType := range []string{
		"text/event-stream", "text/event-stream; charset=iso-8859-1", "Text/Event-Stream;charset=UTF-8", "text/event-stream; charset",
	} {
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte("\ufeff" + `data: {"event":"message","answer":"größer 漢"}` + "\r\n\r\n" + "data: bad \xff byte\r\r" + end))
		})
		got := newVU(t).request(address, `{ select: ['message'] }`)
		if got.Outcome != "ok" || got.Tokens != 1 || !strings.Contains(got.FirstEvent, "größer 漢") {
			t.Errorf("%s: outcome %q, %d tokens, first event %q", contentType, got.Outcome, got.Tokens, got.FirstEvent)
		}
	}
}

func TestTellsK6OfFailuresInItsOwnTags(t *testing.T) {
	refused := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	for url, want := range map[string][3]string{
		refused:                       {"http_503", "1503", "503"},
		"http://127.0.0.1:1":          {"connect_error", "1210", "0"},
		"http://no-such-host.invalid": {"dns_error", "1100", "0"},
	} {
		v := newVU(t)
		v.request(url, `{ timeout: '2s' }`)
		found := false
		for range len(v.samples) {
			for _, sample := range (<-v.samples).GetSamples() {
				if sample.Metric.Name != "http_req_failed" {
					continue
				}
				found = true
				for i, name := range []string{"error", "error_code", "status"} {
					if got, _ := sample.Tags.Get(name); got != want[i] {
						t.Errorf("%s: tag %s is %q, want %q", url, name, got, want[i])
					}
				}
			}
		}
		if !found {
			t.Errorf("%s: no http_req_failed", url)
		}
	}
}

func TestTagsTheTLSVersionWhereAsked(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { streamTo(w, end) }))
	t.Cleanup(server.Close)
	v := newVU(t)
	v.state.TLSConfig.InsecureSkipVerify = true
	tags := *v.state.Options.SystemTags | metrics.SystemTagSet(metrics.TagTLSVersion)
	v.state.Options.SystemTags = &tags
	v.request(server.URL, `{}`)
	for range len(v.samples) {
		for _, sample := range (<-v.samples).GetSamples() {
			if version, _ := sample.Tags.Get("tls_version"); sample.Metric.Name == "http_reqs" && version != "tls1.3" {
				t.Errorf("tls_version is %q", version)
			}
		}
	}
}

func TestHandsNoBodyToTheScriptWhereK6DiscardsThem(t *testing.T) {
	v := newVU(t)
	v.state.Options.DiscardResponseBodies = null.BoolFrom(true)
	got := v.request(serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte(`{"code":"invalid_param","message":"Workflow not published"}`))
	}), `{ expect: 'json' }`)
	if got.Body != "" || got.Outcome != "app_unpublished" {
		t.Errorf("body %q, outcome %q: the class must be known all the same", got.Body, got.Outcome)
	}
}
