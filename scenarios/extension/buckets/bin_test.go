package buckets

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// The cases are worked out by hand from the formula and read by the TypeScript reader's test too.
func TestBinIndexMeetsTheSharedCases(t *testing.T) {
	text, err := os.ReadFile("testdata/bin-index.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Value   float64
		Index   int
		Because string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		if got := BinIndex(c.Value); got != c.Index {
			t.Errorf("BinIndex(%v) = %d, want %d: %s", c.Value, got, c.Index, c.Because)
		}
	}
}

func TestBinIndexIsTheFormulaForEveryExponent(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for exponent := -1074; exponent <= 1023; exponent++ {
		value := math.Ldexp(1+random.Float64(), exponent)
		if value == 0 || math.IsInf(value, 0) {
			continue
		}
		mantissa, e := math.Frexp(value)
		if want := e*64 + int(math.Floor((mantissa*2-1)*64)); BinIndex(value) != want {
			t.Errorf("BinIndex(%v) = %d, want %d", value, BinIndex(value), want)
		}
	}
}

func TestAMidpointIsWithinOnePercentOfEveryValueOfItsBin(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 100_000 {
		value := math.Exp(random.Float64()*40 - 10)
		if wrong := math.Abs(BinMidpoint(BinIndex(value))-value) / value; wrong > 1.0/128 {
			t.Fatalf("the midpoint for %v is off by %v", value, wrong)
		}
	}
}
