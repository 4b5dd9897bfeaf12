package wire

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxQRPart is the longest text of one QR code, in characters: what the
	// largest code holds.
	MaxQRPart = 4296
	// MaxQRParts is how many codes one message may be spread over.
	MaxQRParts = 32

	qrPrefix  = "LQ1:"
	qrHead    = 1 + 1 + qrIDLen // number, of how many, id
	qrIDLen   = 4
	minQRPart = 64 // characters; fewer would carry little but the head
)

// QRPart is the content of one QR code: a part of a message, which says itself
// what it is a part of.
type QRPart struct {
	Number int           // from 1
	Of     int           // how many parts the message has, at most MaxQRParts
	ID     [qrIDLen]byte // of the message; parts of one message have the same
	data   []byte
}

// QRError is why parts are no message yet, or never will be. It is an
// ErrMalformed.
type QRError struct {
	Missing []int // numbers of the parts that are not there
	Of      int   // how many parts there are
	Mixed   bool  // the parts belong to different messages
}

// Error returns an English sentence for developers.
func (e *QRError) Error() string {
	if e.Mixed {
		return "wire: QR codes of different messages"
	}
	return fmt.Sprintf("wire: %d of %d QR codes are missing", len(e.Missing), e.Of)
}

// Is makes a QRError an ErrMalformed.
func (e *QRError) Is(target error) bool { return target == ErrMalformed }

// IsQR reports whether a text means to be the content of one of our QR codes.
func IsQR(s string) bool { return strings.HasPrefix(s, qrPrefix) }

// ArmorQR returns the texts of the QR codes that carry a file, each of at most
// most characters (64 to MaxQRPart) of the alphabet that QR codes pack best. They
// are of about equal length and may be read in any order. The error is an
// ErrTooLong for a file that is too large for this carrier.
func ArmorQR(f File, most int) ([]string, error) {
	if most < minQRPart || most > MaxQRPart {
		return nil, fmt.Errorf("%w: QR codes of %d characters", ErrTooLong, most)
	}
	packed, err := pack(f)
	if err != nil {
		return nil, err
	}
	room := (most-len(qrPrefix))/3*2 - qrHead // bytes per code
	of := (len(packed) + room - 1) / room
	if of > MaxQRParts {
		return nil, fmt.Errorf("%w: %d QR codes", ErrTooLong, of)
	}
	size := (len(packed) + of - 1) / of
	size += size % 2 // three characters stand for two bytes
	id := sha256.Sum256(packed)
	parts := make([]string, 0, of)
	for rest := packed; len(rest) > 0; {
		n := min(size, len(rest))
		raw := append([]byte{byte(len(parts) + 1), byte(of)}, id[:qrIDLen]...)
		parts = append(parts, string(appendBase45([]byte(qrPrefix), append(raw, rest[:n]...))))
		rest = rest[n:]
	}
	return parts, nil
}

// ParseQR reads the text of one QR code. Blanks around it do not matter.
func ParseQR(s string) (QRPart, error) {
	var p QRPart
	s = strings.Trim(s, "\r\n\t")
	if len(s) > MaxQRPart {
		return p, fmt.Errorf("%w: QR code", ErrTooLong)
	}
	body, ok := strings.CutPrefix(s, qrPrefix)
	if !ok {
		return p, fmt.Errorf("%w: another QR code", ErrMalformed)
	}
	raw, err := decodeBase45(body)
	if err != nil {
		return p, err
	}
	if len(raw) <= qrHead || raw[0] == 0 || raw[0] > raw[1] || raw[1] > MaxQRParts {
		return p, fmt.Errorf("%w: QR code", ErrMalformed)
	}
	return QRPart{Number: int(raw[0]), Of: int(raw[1]), ID: [qrIDLen]byte(raw[2:qrHead]), data: raw[qrHead:]}, nil
}

// JoinQR returns the file that the parts carry, in whatever order they come; a
// part may come twice. A *QRError says which are missing, or that they do not
// belong together. What comes out is no more believed than any file.
func JoinQR(parts []QRPart) (File, error) {
	if len(parts) == 0 {
		return File{}, fmt.Errorf("%w: no QR code", ErrMalformed)
	}
	first := parts[0]
	all := make([][]byte, first.Of)
	for _, p := range parts {
		if p.ID != first.ID || p.Of != first.Of || p.Number < 1 || p.Number > first.Of {
			return File{}, &QRError{Of: first.Of, Mixed: true}
		}
		if have := all[p.Number-1]; have != nil && !bytes.Equal(have, p.data) {
			return File{}, &QRError{Of: first.Of, Mixed: true}
		}
		all[p.Number-1] = p.data
	}
	var missing []int
	for i, data := range all {
		if len(data) == 0 {
			missing = append(missing, i+1)
		}
	}
	if len(missing) > 0 {
		return File{}, &QRError{Missing: missing, Of: first.Of}
	}
	packed := slices.Concat(all...)
	if id := sha256.Sum256(packed); !bytes.Equal(id[:qrIDLen], first.ID[:]) {
		return File{}, fmt.Errorf("%w: QR codes", ErrMalformed)
	}
	return unpack(packed)
}
