package sign

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

const (
	// partSerials is how many serials one token of a revocation lists.
	partSerials = 1100
	// maxRevocationParts is the format's limit.
	maxRevocationParts = 1000
	// MaxSerials is how many licenses one revocation can keep valid.
	MaxSerials = partSerials * maxRevocationParts

	serialFormat = "licet-serials/1"
)

// RevokeKey signs the revocation of an issuing key. The licenses of the known
// serials stay valid; everything else under the key is refused from then on.
// why is a short code that products may show. The result is one token, or
// several parts of which each lists a range of serials.
func (r RootKey) RevokeKey(issuer, kid, why string, known [][8]byte, now time.Time) ([]string, error) {
	if len(known) > MaxSerials {
		return nil, ErrTooManySerials.With("count", len(known))
	}
	sorted := slices.Clone(known)
	slices.SortFunc(sorted, func(a, b [8]byte) int { return bytes.Compare(a[:], b[:]) })
	sorted = slices.Compact(sorted)
	parts := (len(sorted) + partSerials - 1) / partSerials
	claims := wire.Revocation{Issuer: issuer, Object: wire.RevokeIssuer, KID: kid, IssuedAt: now.Unix(), Why: why}
	if parts <= 1 {
		claims.Known = wire.JoinSerials(sorted)
		token, err := r.sign(&claims)
		return []string{token}, err
	}
	var out []string
	for chunk := range slices.Chunk(sorted, partSerials) {
		claims.Known = wire.JoinSerials(chunk)
		claims.Part, claims.Parts = len(out)+1, parts
		token, err := r.sign(&claims)
		if err != nil {
			return nil, err
		}
		out = append(out, token)
	}
	return out, nil
}

// SerialFile is the list of known serials that travels to where the root is.
type SerialFile struct {
	Issuer  string
	KID     string
	Serials [][8]byte
}

// Encode returns the file: a header and one serial per line in hexadecimal.
func (f SerialFile) Encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\niss: %s\nkid: %s\n", serialFormat, f.Issuer, f.KID)
	for _, s := range f.Serials {
		b.WriteString(hex.EncodeToString(s[:]))
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// ParseSerialFile reads what Encode wrote. The error names the first bad line.
func ParseSerialFile(file []byte) (SerialFile, error) {
	var f SerialFile
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(file), "\r\n", "\n"), "\n"), "\n")
	if len(lines) < 3 || lines[0] != serialFormat {
		return f, ErrSerialFile.With("line", 1)
	}
	var ok1, ok2 bool
	f.Issuer, ok1 = strings.CutPrefix(lines[1], "iss: ")
	f.KID, ok2 = strings.CutPrefix(lines[2], "kid: ")
	if !ok1 || !ok2 {
		return f, ErrSerialFile.With("line", 2)
	}
	if len(lines)-3 > MaxSerials {
		return f, ErrTooManySerials.With("count", len(lines)-3)
	}
	for i, l := range lines[3:] {
		raw, err := hex.DecodeString(l)
		if err != nil || len(raw) != 8 {
			return f, ErrSerialFile.With("line", i+4)
		}
		f.Serials = append(f.Serials, [8]byte(raw))
	}
	return f, nil
}

// parseLines reads a file of tokens, one to a line. It is wire.ParseLines
// without that one's limit on the size of a license file: a long revocation is
// larger.
func parseLines(file []byte) ([]wire.Line, error) {
	if len(file) > maxLineFile {
		return nil, ErrBadLine.With("line", 0)
	}
	var out []wire.Line
	n := 0
	for line := range bytes.Lines(file) {
		n++
		token := strings.TrimSpace(string(line))
		if token == "" || strings.HasPrefix(token, "#") {
			continue
		}
		h, err := wire.Peek(token)
		if err != nil || !h.Type.Known() {
			return nil, ErrBadLine.With("line", n).Wrap(err)
		}
		out = append(out, wire.Line{Type: h.Type, KID: h.KID, Token: token})
	}
	if len(out) == 0 {
		return nil, ErrBadLine.With("line", 1)
	}
	return out, nil
}

// maxLineFile is room for the longest revocation.
const maxLineFile = (maxRevocationParts + 100) * (wire.MaxToken + 1)
