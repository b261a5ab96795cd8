package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// read keeps a number of streams open and counts their events, until its standard input ends. It looks at each
// byte once, for the empty line behind an event: less is no reading.
func read(args []string) {
	flags := flag.NewFlagSet("read", flag.ExitOnError)
	url := flags.String("url", "", "where the streams are")
	streams := flags.Int("streams", 1, "how many at a time")
	_ = flags.Parse(args)
	client := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *streams, DisableCompression: true}}
	var counted atomic.Int64
	for range *streams {
		go func() {
			buffer := make([]byte, 8<<10)
			for {
				if err := readOne(&client, *url, buffer, &counted); err != nil {
					time.Sleep(100 * time.Millisecond)
				}
			}
		}()
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	fmt.Println(counted.Load())
}

func readOne(client *http.Client, url string, buffer []byte, counted *atomic.Int64) error {
	response, err := client.Post(url, "application/json", strings.NewReader(`{"query":"x","user":"bench","response_mode":"streaming","inputs":{}}`))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for {
		n, err := response.Body.Read(buffer)
		counted.Add(int64(bytes.Count(buffer[:n], []byte("\n\n"))))
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
