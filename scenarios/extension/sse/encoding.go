package sse

import (
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// decoded undoes the response's Content-Encoding: k6's transport leaves that to its caller. The
// decoders hand on what was flushed, so a compressed stream still comes event by event.
func decoded(response *http.Response) (io.ReadCloser, error) {
	body := response.Body
	encodings := strings.Split(response.Header.Get("Content-Encoding"), ",")
	for i := len(encodings) - 1; i >= 0; i-- {
		encoding := strings.ToLower(strings.TrimSpace(encodings[i]))
		if encoding == "" || encoding == "identity" {
			continue
		}
		reader, err := decoder(encoding, body)
		if err != nil {
			return response.Body, err
		}
		body = readCloser{reader, response.Body}
	}
	return body, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

func decoder(encoding string, body io.Reader) (io.Reader, error) {
	switch encoding {
	case "gzip":
		return &lateReader{open: func() (io.Reader, error) { return gzip.NewReader(body) }}, nil
	case "deflate":
		return &lateReader{open: func() (io.Reader, error) { return zlib.NewReader(body) }}, nil
	case "br":
		return brotli.NewReader(body), nil
	case "zstd":
		return zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
	}
	return nil, fmt.Errorf("the response has the unknown Content-Encoding %q", encoding)
}

// lateReader opens a decoder at the first read, because gzip and zlib read their header when they are
// made: that would make the arrival of the first event look like that of the headers.
type lateReader struct {
	open   func() (io.Reader, error)
	reader io.Reader
}

func (r *lateReader) Read(buffer []byte) (int, error) {
	if r.reader == nil {
		reader, err := r.open()
		if err != nil {
			return 0, err
		}
		r.reader = reader
	}
	return r.reader.Read(buffer)
}
