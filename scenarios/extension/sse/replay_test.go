package sse

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recording is one response of a real Dify: testdata/README.md says where it comes from.
type recording struct {
	status  int
	headers [][2]string
	lines   []recordedLine
}

type recordedLine struct {
	at   time.Duration
	text string
}

func readRecording(t testing.TB, name string) recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, response, found := strings.Cut(string(text), "### RESPONSE")
	if !found {
		t.Fatalf("%s has no response", name)
	}
	var made recording
	isBody := false
	for _, raw := range strings.Split(response, "\n")[1:] {
		stamp, line, isLine := strings.Cut(raw, " | ")
		seconds, err := strconv.ParseFloat(strings.TrimSpace(stamp), 64)
		if !isLine || err != nil {
			continue
		}
		switch {
		case isBody:
			made.lines = append(made.lines, recordedLine{time.Duration(seconds * float64(time.Second)), line})
		case strings.HasPrefix(line, "HTTP/"):
			made.status, _ = strconv.Atoi(strings.Fields(line)[1])
		case line == "":
			isBody = true
		default:
			name, value, _ := strings.Cut(line, ": ")
			made.headers = append(made.headers, [2]string{name, value})
		}
	}
	if made.status == 0 || len(made.lines) == 0 {
		t.Fatalf("%s could not be read", name)
	}
	return made
}

// serve answers every request with the recording, at its own pace divided by speed, or byte by byte
// without any pause.
func (r recording) serve(t testing.TB, speed float64, isByteByByte bool) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		begin := time.Now()
		for _, header := range r.headers {
			if name := header[0]; name != "Transfer-Encoding" && name != "Connection" && name != "Content-Length" {
				w.Header().Set(name, header[1])
			}
		}
		for i, line := range r.lines {
			if speed > 0 {
				time.Sleep(time.Until(begin.Add(time.Duration(float64(line.at) / speed))))
			}
			if i == 0 {
				w.WriteHeader(r.status)
			}
			r.write(w, line.text+"\n", isByteByByte)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func (r recording) write(w http.ResponseWriter, text string, isByteByByte bool) {
	pieces := []string{text}
	if isByteByByte {
		pieces = strings.Split(text, "")
	}
	for _, piece := range pieces {
		_, _ = w.Write([]byte(piece))
		w.(http.Flusher).Flush()
	}
}
