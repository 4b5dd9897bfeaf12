package qr

// The field GF(2⁸) with the polynomial x⁸+x⁴+x³+x²+1.
var (
	fieldExp [510]byte
	fieldLog [256]int
)

func init() {
	v := 1
	for i := range 255 {
		fieldExp[i], fieldExp[i+255] = byte(v), byte(v)
		fieldLog[v] = i
		if v <<= 1; v > 255 {
			v ^= 0x11d
		}
	}
}

func times(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return fieldExp[fieldLog[a]+fieldLog[b]]
}

func over(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return fieldExp[fieldLog[a]+255-fieldLog[b]]
}

// valueAt evaluates a polynomial, the lowest power first.
func valueAt(p []byte, x byte) (v byte) {
	for i := len(p) - 1; i >= 0; i-- {
		v = times(v, x) ^ p[i]
	}
	return v
}

// correct puts a block right in place; its last check bytes check. It reports
// false when there is more wrong than they can tell.
func correct(block []byte, check int) bool {
	syndromes, clean := syndromesOf(block, check)
	if clean {
		return true
	}
	locator := locatorOf(syndromes)
	wrong := len(locator) - 1
	if wrong == 0 || wrong > check/2 {
		return false
	}
	evaluator := make([]byte, check) // syndromes × locator, up to check
	for i := range evaluator {
		for j := 0; j <= min(i, wrong); j++ {
			evaluator[i] ^= times(syndromes[i-j], locator[j])
		}
	}
	found := 0
	for i := range block {
		power := len(block) - 1 - i
		inverse := fieldExp[(255-power%255)%255]
		if valueAt(locator, inverse) != 0 {
			continue
		}
		var slope byte // of the locator: odd powers only, in a field of characteristic 2
		for j := 1; j <= wrong; j += 2 {
			slope ^= times(locator[j], powerOf(inverse, j-1))
		}
		if slope == 0 {
			return false
		}
		block[i] ^= times(fieldExp[power%255], over(valueAt(evaluator, inverse), slope))
		found++
	}
	if found != wrong {
		return false
	}
	_, clean = syndromesOf(block, check)
	return clean
}

func powerOf(x byte, n int) byte {
	if n == 0 {
		return 1
	}
	return fieldExp[fieldLog[x]*n%255]
}

func syndromesOf(block []byte, check int) (s []byte, clean bool) {
	s, clean = make([]byte, check), true
	for i := range s {
		for _, b := range block {
			s[i] = times(s[i], fieldExp[i]) ^ b
		}
		clean = clean && s[i] == 0
	}
	return s, clean
}

// locatorOf is Berlekamp and Massey's algorithm: the shortest recurrence that
// gives the syndromes, the lowest power first.
func locatorOf(s []byte) []byte {
	current, before := []byte{1}, []byte{1}
	length, gap, last := 0, 1, byte(1)
	for n := range s {
		d := s[n]
		for i := 1; i <= length && i < len(current); i++ {
			d ^= times(current[i], s[n-i])
		}
		if d == 0 {
			gap++
			continue
		}
		next := make([]byte, max(len(current), len(before)+gap))
		copy(next, current)
		factor := over(d, last)
		for i, b := range before {
			next[i+gap] ^= times(factor, b)
		}
		if 2*length > n {
			current = next
			gap++
			continue
		}
		current, before = next, current
		length, gap, last = n+1-length, 1, d
	}
	for len(current) > 1 && current[len(current)-1] == 0 {
		current = current[:len(current)-1]
	}
	if len(current)-1 != length {
		return []byte{1} // not a polynomial of the errors: too many of them
	}
	return current
}
