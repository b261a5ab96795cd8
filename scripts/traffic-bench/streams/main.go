// Command streams is the two ends that the traffic benchmark compares with: `serve` sends Dify's event
// streams at a steady pace, `read` reads them as barely as Go can.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "serve":
			serve()
			return
		case "read":
			read(os.Args[2:])
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: streams serve | streams read --url URL --streams N")
	os.Exit(2)
}
