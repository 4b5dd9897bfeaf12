package license

import "slices"

// Mark is one component of a device, salted by the client and keyed again by
// the server, so that the database alone tells nothing about a machine.
type Mark [8]byte

// Fingerprint is the marks of a device, sorted, each once.
type Fingerprint []Mark

// maxMarks bounds a fingerprint; the format allows 16 components.
const maxMarks = 16

// newFingerprint sorts marks and drops repeats.
func newFingerprint(marks []Mark) Fingerprint {
	slices.SortFunc(marks, compareMarks)
	return slices.Compact(marks)
}

func compareMarks(a, b Mark) int { return slices.Compare(a[:], b[:]) }

// Common is how many components two devices share.
func (f Fingerprint) Common(o Fingerprint) int {
	n := 0
	for len(f) > 0 && len(o) > 0 {
		switch c := compareMarks(f[0], o[0]); {
		case c == 0:
			n++
			f, o = f[1:], o[1:]
		case c < 0:
			f = f[1:]
		default:
			o = o[1:]
		}
	}
	return n
}

// Same reports whether both are one device: least components in common, or all
// of the poorer one where it has fewer. A device without components is like no
// other.
func (f Fingerprint) Same(o Fingerprint, least int64) bool {
	need := min(int(max(1, least)), len(f), len(o))
	return need > 0 && f.Common(o) >= need
}

// bytes is the stored form: the marks one after another.
func (f Fingerprint) bytes() []byte {
	b := make([]byte, 0, len(f)*len(Mark{}))
	for _, m := range f {
		b = append(b, m[:]...)
	}
	return b
}

func fingerprintOf(b []byte) Fingerprint {
	f := make(Fingerprint, 0, len(b)/len(Mark{}))
	for ; len(b) >= len(Mark{}); b = b[len(Mark{}):] {
		f = append(f, Mark(b[:len(Mark{})]))
	}
	return f
}
