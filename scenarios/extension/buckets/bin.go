package buckets

import "math"

// SubBucketsPerOctave is the resolution of the histogram: bins of equal width per power of two.
// A bin's midpoint is at most 1/128 away from any value in it, relatively.
const SubBucketsPerOctave = 64

// BinIndex is the bin of a value v > 0: e*64 + floor((m*2-1)*64) with v = m*2^e and 0.5 <= m < 1.
//
// For normal numbers that is the exponent and the upper six bits of the mantissa, side by side as
// the float stores them; frexp is needed only for subnormal ones.
func BinIndex(value float64) int {
	const smallestNormal = 0x1p-1022
	if value >= smallestNormal {
		return int(math.Float64bits(value)>>46) - 1022*SubBucketsPerOctave
	}
	mantissa, exponent := math.Frexp(value)
	return exponent*SubBucketsPerOctave + int((mantissa*2-1)*SubBucketsPerOctave)
}

// BinMidpoint is the value that stands for all values of a bin.
func BinMidpoint(index int) float64 {
	exponent := index >> 6
	within := index & (SubBucketsPerOctave - 1)
	return math.Ldexp(1+(float64(within)+0.5)/SubBucketsPerOctave, exponent-1)
}
