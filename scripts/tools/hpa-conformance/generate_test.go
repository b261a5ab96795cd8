package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
)

// TestGenerate writes HPA_CASES traces of seed HPA_SEED into the folder HPA_OUT, and timing.json with what the
// controller took for them. It is a test because virtual time is to be had in tests alone.
func TestGenerate(t *testing.T) {
	out := os.Getenv("HPA_OUT")
	if out == "" {
		t.Skip("HPA_OUT names no folder: this test only writes traces")
	}
	// An error handler of the process sleeps until its last error is a millisecond old, by a clock that begins
	// anew in each bubble: a later bubble would sleep for years.
	utilruntime.ErrorHandlers = utilruntime.ErrorHandlers[:0]
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	gates := gatesFrom(os.Getenv("HPA_GATES"))
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(gates); err != nil {
		t.Fatal(err)
	}
	seed := number(t, "HPA_SEED")
	timing := timing{}
	for index := range number(t, "HPA_CASES") {
		record := playInBubble(t, gates, rand.New(rand.NewSource(int64(seed)<<20+int64(index))), &timing)
		write(t, filepath.Join(out, fmt.Sprintf("case-%d-%03d.json", seed, index)), record)
	}
	write(t, filepath.Join(out, "timing.json"), timing)
}

// timing is processor time; the world is what the cluster around the controller took.
type timing struct {
	Syncs             int     `json:"syncs"`
	ControllerSeconds float64 `json:"controllerSeconds"`
	WorldSeconds      float64 `json:"worldSeconds"`
}

func playInBubble(t *testing.T, gates map[string]bool, random *rand.Rand, timing *timing) *trace {
	var finished *run
	started := processorTime()
	inBubble(t, func() {
		finished = play(newScenario(os.Getenv("HPA_KUBERNETES"), gates, random), random)
	})
	if len(finished.trace.Syncs) == 0 {
		t.Fatal("the controller never read the scale")
	}
	timing.Syncs += len(finished.trace.Syncs)
	timing.WorldSeconds += finished.world.Seconds()
	timing.ControllerSeconds += (processorTime() - started - finished.world).Seconds()
	return finished.trace
}

// inBubble lets pass that a goroutine is left over at the end: before 1.31 nothing ends the event broadcaster.
func inBubble(t *testing.T, body func()) {
	ended := false
	defer func() {
		if problem := recover(); problem != nil && !(ended && strings.Contains(fmt.Sprint(problem), "blocked goroutines remain")) {
			panic(problem)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		body()
		ended = true
	})
}

func gatesFrom(text string) map[string]bool {
	gates := map[string]bool{}
	for _, gate := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		name, value, _ := strings.Cut(gate, "=")
		gates[name] = value == "true"
	}
	return gates
}

func number(t *testing.T, name string) int {
	value, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
}

func write(t *testing.T, path string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
