package qr

import "math/bits"

// level is the error correction of a symbol, in the order of the standard's
// tables.
type level int

const (
	levelL level = iota
	levelM
	levelQ
	levelH
)

// levelBits is what the format information says for each level.
var levelBits = [4]int{levelL: 1, levelM: 0, levelQ: 3, levelH: 2}

// checkWords is how many code words of a block check, by level and version − 1
// (ISO/IEC 18004, table 9).
var checkWords = [4][40]int{
	{7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
	{10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
	{13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
	{17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
}

// blockCounts is over how many blocks the code words are spread.
var blockCounts = [4][40]int{
	{1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
	{1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
	{1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
	{1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
}

// maxVersion is the largest symbol: 177 squares a side.
const maxVersion = 40

func sideOf(version int) int { return 17 + 4*version }

// alignments returns where alignment patterns have their centers, in both
// directions; none in version 1.
func alignments(version int) []int {
	if version == 1 {
		return nil
	}
	n := version/7 + 2
	step := (version*4 + n*2 + 1) / (n*2 - 2) * 2
	if version == 32 {
		step = 26
	}
	out := make([]int, n)
	out[0] = 6
	for i, at := n-1, sideOf(version)-7; i > 0; i-- {
		out[i] = at
		at -= step
	}
	return out
}

// reserved marks the squares that carry no data.
func reserved(version int) []bool {
	n := sideOf(version)
	out := make([]bool, n*n)
	fill := func(x, y, w, h int) {
		for j := y; j < y+h; j++ {
			for i := x; i < x+w; i++ {
				out[j*n+i] = true
			}
		}
	}
	fill(0, 0, 9, 9) // corner squares with their margin and the format
	fill(n-8, 0, 8, 9)
	fill(0, n-8, 9, 8)
	fill(6, 0, 1, n) // timing
	fill(0, 6, n, 1)
	at := alignments(version)
	for i, y := range at {
		for j, x := range at {
			if last := len(at) - 1; i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0 {
				continue
			}
			fill(x-2, y-2, 5, 5)
		}
	}
	if version >= 7 {
		fill(n-11, 0, 3, 6)
		fill(0, n-11, 6, 3)
	}
	return out
}

// masked reports whether a mask inverts a square.
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// formatCode is the format information of a level and mask: 5 bits and what
// corrects them.
func formatCode(l level, mask int) uint32 {
	data := uint32(levelBits[l]<<3 | mask)
	rest := data
	for range 10 {
		rest = rest<<1 ^ rest>>9*0x537
	}
	return (data<<10 | rest) ^ 0x5412
}

// format finds the level and mask of two readings of the format information.
func format(one, two uint32) (l level, mask int, ok bool) {
	best := 4 // the code corrects three wrong bits
	for lv := levelL; lv <= levelH; lv++ {
		for m := range 8 {
			code := formatCode(lv, m)
			for _, read := range [2]uint32{one, two} {
				if d := bits.OnesCount32(code ^ read); d < best {
					best, l, mask, ok = d, lv, m, true
				}
			}
		}
	}
	return l, mask, ok
}
