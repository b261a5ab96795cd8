// Command embedded-redis speaks the Redis protocol on a loopback address, for machines without a redis-server.
//
// It is not Redis: it keeps everything in memory, in one process, and says so in INFO and in its first line.
// It takes the few flags of redis-server the sandbox uses, so that both are started the same way.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// version is set by the build from scripts/tools/versions.json.
var version = "unknown"

func main() {
	bind := flag.String("bind", "127.0.0.1", "loopback address to listen on")
	port := flag.String("port", "6379", "TCP port; 0 takes a free one")
	password := flag.String("requirepass", "", "password that clients have to give")
	showVersion := flag.Bool("version", false, "print the version and exit")
	// Accepted so that redis-server's command line works unchanged; there is nothing on disk here.
	for _, name := range []string{"save", "appendonly", "dir", "daemonize", "loglevel", "databases", "protected-mode"} {
		flag.String(name, "", "accepted for redis-server's sake, has no effect")
	}
	flag.Parse()
	if *showVersion {
		fmt.Println("embedded Redis-protocol server (miniredis) v" + version)
		return
	}
	if err := serve(net.JoinHostPort(*bind, *port), *bind, *password); err != nil {
		fmt.Fprintln(os.Stderr, "embedded-redis:", err)
		os.Exit(1)
	}
}

func serve(address, host, password string) error {
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is no loopback address; this server has no protection and serves this machine only", host)
	}
	server := miniredis.NewMiniRedis()
	if password != "" {
		server.RequireAuth(password)
	}
	if err := server.StartAddr(address); err != nil {
		return err
	}
	defer server.Close()
	fmt.Println("embedded Redis-protocol server (miniredis, not Redis) ready on", server.Addr())
	expireKeysUntilStopped(server)
	return nil
}

// expireKeysUntilStopped moves the server's clock: miniredis leaves the passing of time to its caller.
func expireKeysUntilStopped(server *miniredis.Miniredis) {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-stop.Done():
			return
		case now := <-ticker.C:
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}
