package bench

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Median returns the middle of the values, the mean of the two middle ones for
// an even number, and 0 for none.
func Median[T ~int64 | ~float64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	s := slices.Clone(values)
	slices.SortFunc(s, cmp.Compare)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// percentile returns the smallest of the sorted values that is not below the
// share q (0 to 1) of them: the nearest-rank rule, which never invents a value.
func percentile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	at := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// Latency is how long answers took. Under a fixed rate it counts from the moment
// at which the request was due.
type Latency struct {
	P50, P90, P99, P999, Max time.Duration
}

// latencyOf sorts took and reads its percentiles.
func latencyOf(took []time.Duration) Latency {
	slices.Sort(took)
	return Latency{
		P50: percentile(took, .50), P90: percentile(took, .90), P99: percentile(took, .99),
		P999: percentile(took, .999), Max: percentile(took, 1),
	}
}

// slope is the exponent with which cost grows with size: the least-squares line
// through the logarithms of both. It returns 0 for fewer than two sizes.
func slope(sizes, costs []float64) float64 {
	var sx, sy, sxx, sxy, n float64
	for i := range sizes {
		if sizes[i] <= 0 || costs[i] <= 0 {
			continue
		}
		x, y := math.Log(sizes[i]), math.Log(costs[i])
		sx, sy, sxx, sxy, n = sx+x, sy+y, sxx+x*x, sxy+x*y, n+1
	}
	if d := n*sxx - sx*sx; n > 1 && d > 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}

// drift is how far the last value lies from the first, as a share of the smaller.
func drift(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	a, b := values[0], values[len(values)-1]
	if low := min(a, b); low > 0 {
		return math.Abs(a-b) / low
	}
	return math.Inf(1)
}
