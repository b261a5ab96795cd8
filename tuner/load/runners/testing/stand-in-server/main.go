// Command standinserver answers as a Dify with one chat app does, token by token at a fixed pace, and
// counts: small enough for a FROM scratch image in a test's cluster, exact enough to compare with.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const (
	tokens = 10
	pace   = 20 * time.Millisecond
)

var begun, ended, refused atomic.Int64

func main() {
	http.HandleFunc("GET /v1/info", authorized(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"name":"load","mode":"chat"}`)
	}))
	http.HandleFunc("GET /v1/parameters", authorized(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{}`)
	}))
	http.HandleFunc("POST /v1/chat-messages", authorized(chat))
	http.HandleFunc("GET /count", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]int64{
			"begun": begun.Load(), "ended": ended.Load(), "refused": refused.Load(),
		})
	})
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func authorized(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+os.Getenv("APP_KEY") {
			refused.Add(1)
			http.Error(w, `{"code":"unauthorized"}`, http.StatusUnauthorized)
			return
		}
		handle(w, r)
	}
}

func chat(w http.ResponseWriter, _ *http.Request) {
	begun.Add(1)
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	for range tokens {
		time.Sleep(pace)
		fmt.Fprint(w, "data: {\"event\":\"message\",\"answer\":\"x\"}\n\n")
		if flush() != nil {
			return
		}
	}
	fmt.Fprint(w, "data: {\"event\":\"message_end\"}\n\n")
	ended.Add(1)
}
