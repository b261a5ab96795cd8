package sse

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"go.k6.io/k6/v2/lib/netext"
)

// Classes of a request that broke for want of a working connection.
const (
	dnsError     = "dns_error"
	tlsError     = "tls_error"
	connectError = "connect_error"
	reset        = "reset"
	cut          = "cut"
	badEncoding  = "bad_encoding"
)

// errorCode is the value of k6's tag error_code that stands for a class (k6's documentation, "Error codes").
func errorCode(class string, status int) int {
	if status >= 400 {
		return 1000 + status
	}
	if code, ok := errorCodes[class]; ok {
		return code
	}
	return 1000
}

var errorCodes = map[string]int{
	timedOut: 1050, "no_response": 1050, dnsError: 1100, connectError: 1210, reset: 1220, tlsError: 1300, badEncoding: 1701,
}

// classOf names what a network error means, nearest cause first. "cut" is what is left: the other
// side ended the connection without ceremony.
func classOf(err error) string {
	switch {
	case isDNS(err):
		return dnsError
	case isTLS(err):
		return tlsError
	case isReset(err):
		return reset
	case isConnect(err):
		return connectError
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return cut
	case strings.Contains(err.Error(), "Content-Encoding"), isBroken(err):
		return badEncoding
	}
	return cut
}

func isDNS(err error) bool {
	var dns *net.DNSError
	// k6's resolver answers a plain error where a name has no address.
	return errors.As(err, &dns) || strings.Contains(err.Error(), "no such host")
}

func isTLS(err error) bool {
	var (
		header       tls.RecordHeaderError
		verification *tls.CertificateVerificationError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.As(err, &header) || errors.As(err, &verification) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid) ||
		// The transport's own words where a server does not speak TLS at all, or never ends the handshake.
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") ||
		strings.Contains(err.Error(), "TLS handshake timeout") || strings.Contains(err.Error(), "remote error: tls:")
}

func isReset(err error) bool {
	text := err.Error()
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		// The types of HTTP/2 errors are private to net/http.
		strings.Contains(text, "stream error: stream ID") || strings.Contains(text, "server sent GOAWAY")
}

func isConnect(err error) bool {
	var blockedHost netext.BlockedHostError
	var blockedIP netext.BlackListedIPError
	if errors.As(err, &blockedHost) || errors.As(err, &blockedIP) {
		return true
	}
	var operation *net.OpError
	return errors.As(err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect")
}

// isBroken finds data that no decoder takes.
func isBroken(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "gzip:") || strings.HasPrefix(text, "zlib:") ||
		strings.HasPrefix(text, "flate:") || strings.HasPrefix(text, "brotli:")
}
