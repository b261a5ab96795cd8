package heap

import "testing"

func TestGarbageMayGrowToAFixedSizeOrAShareOfALargeHeap(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 100},         // before the first collection
		{16 * mb, 400},   // 128 MB would be 800 %: enough is enough
		{64 * mb, 200},   // 128 MB
		{256 * mb, 50},   // 128 MB
		{1024 * mb, 30},  // 307 MB
		{10240 * mb, 30}, // a share, however large
	} {
		if got := Percent(c.live); got != c.want {
			t.Errorf("%d MB live: %d %%, want %d", c.live/mb, got, c.want)
		}
	}
}
