package wire

import "fmt"

// base45 is the alphabet of RFC 9285: the characters that a QR code packs best.
const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var base45Value = buildBase45Values()

func buildBase45Values() (t [256]byte) {
	for i := range t {
		t[i] = foreign
	}
	for v, c := range []byte(base45) {
		t[c] = byte(v)
	}
	return t
}

// appendBase45 encodes b: two bytes give three characters, a last single one two.
func appendBase45(dst, b []byte) []byte {
	for ; len(b) >= 2; b = b[2:] {
		v := int(b[0])<<8 | int(b[1])
		dst = append(dst, base45[v%45], base45[v/45%45], base45[v/2025])
	}
	if len(b) == 1 {
		dst = append(dst, base45[b[0]%45], base45[b[0]/45])
	}
	return dst
}

// decodeBase45 accepts exactly the one encoding of some bytes.
func decodeBase45(s string) ([]byte, error) {
	out := make([]byte, 0, len(s)*2/3)
	for ; len(s) > 0; s = s[min(3, len(s)):] {
		v, weight := 0, 1
		for _, c := range []byte(s[:min(3, len(s))]) {
			if base45Value[c] == foreign {
				return nil, fmt.Errorf("%w: base45", ErrMalformed)
			}
			v += int(base45Value[c]) * weight
			weight *= 45
		}
		switch {
		case len(s) >= 3 && v <= 0xffff:
			out = append(out, byte(v>>8), byte(v))
		case len(s) == 2 && v <= 0xff:
			out = append(out, byte(v))
		default:
			return nil, fmt.Errorf("%w: base45", ErrMalformed)
		}
	}
	return out, nil
}
