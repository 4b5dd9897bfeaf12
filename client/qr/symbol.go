package qr

// grid is the squares of a symbol as they were read.
type grid struct {
	version int
	dark    []bool
}

func (g *grid) at(x, y int) bool { return g.dark[y*sideOf(g.version)+x] }

// text decodes the symbol; false if it cannot be put right, or says something
// that we never write.
func (g *grid) text() (string, bool) {
	l, mask, ok := format(g.formats())
	if !ok {
		return "", false
	}
	data, ok := g.words(l, mask)
	if !ok {
		return "", false
	}
	return segments(data, g.version)
}

// formats reads both copies of the format information.
func (g *grid) formats() (one, two uint32) {
	n := sideOf(g.version)
	add := func(to *uint32, x, y int) {
		*to <<= 1
		if g.at(x, y) {
			*to |= 1
		}
	}
	for x := 0; x <= 8; x++ { // around the upper left corner square
		if x != 6 {
			add(&one, x, 8)
		}
	}
	for y := 7; y >= 0; y-- {
		if y != 6 {
			add(&one, 8, y)
		}
	}
	for y := n - 1; y >= n-7; y-- {
		add(&two, 8, y)
	}
	for x := n - 8; x < n; x++ {
		add(&two, x, 8)
	}
	return one, two
}

// words returns the data words, put right.
func (g *grid) words(l level, mask int) ([]byte, bool) {
	raw := g.stream(mask)
	check, count := checkWords[l][g.version-1], blockCounts[l][g.version-1]
	short := len(raw)/count - check // data words of a short block; long ones come last and have one more
	long := len(raw) % count
	blocks := make([][]byte, count)
	next := 0
	for i := range short + 1 {
		for b := range blocks {
			if i == short && b < count-long {
				continue
			}
			blocks[b] = append(blocks[b], raw[next])
			next++
		}
	}
	for range check {
		for b := range blocks {
			blocks[b] = append(blocks[b], raw[next])
			next++
		}
	}
	var data []byte
	for _, b := range blocks {
		if !correct(b, check) {
			return nil, false
		}
		data = append(data, b[:len(b)-check]...)
	}
	return data, true
}

// stream reads the code words as they lie in the symbol: in columns of two from
// the right, up and down by turns.
func (g *grid) stream(mask int) (out []byte) {
	n := sideOf(g.version)
	skip := reserved(g.version)
	word, have := byte(0), 0
	for right := n - 1; right > 0; right -= 2 {
		if right == 6 {
			right-- // the timing column
		}
		for i := range n {
			y := i
			if (right+1)&2 == 0 {
				y = n - 1 - i
			}
			for _, x := range [2]int{right, right - 1} {
				if skip[y*n+x] {
					continue
				}
				word <<= 1
				if g.at(x, y) != masked(mask, x, y) {
					word |= 1
				}
				if have++; have == 8 {
					out = append(out, word)
					word, have = 0, 0
				}
			}
		}
	}
	return out
}

// bitReader takes bits from the front.
type bitReader struct {
	b  []byte
	at int
}

func (r *bitReader) left() int { return 8*len(r.b) - r.at }

// take returns the next n bits, at most 16; false if there are fewer.
func (r *bitReader) take(n int) (v int, ok bool) {
	if r.left() < n {
		return 0, false
	}
	for range n {
		v = v<<1 | int(r.b[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v, true
}

// The kinds of segments that are read.
const (
	modeEnd      = 0
	modeNumbers  = 1
	modeLetters  = 2
	modeBytes    = 4
	letterSymbol = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
)

// segments reads the data words.
func segments(data []byte, version int) (string, bool) {
	r := &bitReader{b: data}
	class := 0 // how long counts are
	if version > 9 {
		class++
	}
	if version > 26 {
		class++
	}
	var out []byte
	for {
		mode, ok := r.take(4)
		if !ok || mode == modeEnd {
			return string(out), len(out) > 0
		}
		var part []byte
		switch mode {
		case modeNumbers:
			part, ok = r.numbers([3]int{10, 12, 14}[class])
		case modeLetters:
			part, ok = r.letters([3]int{9, 11, 13}[class])
		case modeBytes:
			part, ok = r.bytes([3]int{8, 16, 16}[class])
		default:
			return "", false
		}
		if !ok {
			return "", false
		}
		out = append(out, part...)
	}
}

func (r *bitReader) numbers(size int) (out []byte, ok bool) {
	n, ok := r.take(size)
	for ok && n > 0 {
		digits := min(n, 3)
		var v int
		v, ok = r.take([4]int{0, 4, 7, 10}[digits])
		for i, unit := 0, [4]int{0, 1, 10, 100}[digits]; i < digits; i, unit = i+1, unit/10 {
			out = append(out, '0'+byte(v/unit%10))
		}
		n -= digits
	}
	return out, ok
}

func (r *bitReader) letters(size int) (out []byte, ok bool) {
	n, ok := r.take(size)
	for ok && n > 0 {
		var v int
		if n == 1 {
			v, ok = r.take(6)
			return append(out, letterSymbol[min(v, 44)]), ok && v < 45
		}
		if v, ok = r.take(11); ok && v >= 45*45 {
			return nil, false
		}
		out = append(out, letterSymbol[v/45], letterSymbol[v%45])
		n -= 2
	}
	return out, ok
}

func (r *bitReader) bytes(size int) (out []byte, ok bool) {
	n, ok := r.take(size)
	for ok && n > 0 {
		var v int
		v, ok = r.take(8)
		out = append(out, byte(v))
		n--
	}
	return out, ok
}
