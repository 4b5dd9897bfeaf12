package wire

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	// MaxFile is the size of the longest license or update file, in bytes.
	MaxFile = 1 << 20
	// MaxLines is how many lines such a file may have.
	MaxLines = 1000
)

// Line is one token of a file. Type and KID are what it says about itself, to
// be believed only after it is verified.
type Line struct {
	Type  Type
	KID   string
	Token string
}

// File is a license file, an update or a bundle: tokens, one to a line.
// Certificates, rotations and revocations come before what they are about, but
// no reader relies on it.
type File struct {
	Lines   []Line
	Skipped int // lines that are no token of this format; they mean nothing
}

// NewFile makes a file of tokens. It checks their shape, not their signatures.
func NewFile(tokens ...string) (File, error) {
	var f File
	for _, token := range tokens {
		h, err := Peek(token)
		if err != nil {
			return File{}, err
		}
		if !h.Type.Known() {
			return File{}, ErrType
		}
		f.Lines = append(f.Lines, Line{h.Type, h.KID, token})
	}
	if len(f.Lines) > MaxLines || f.size() > MaxFile {
		return File{}, fmt.Errorf("%w: file", ErrTooLong)
	}
	return f, nil
}

// ParseLines reads a file. Lines end in LF, CR LF or CR; blanks around a line
// and a byte order mark do not matter. A line that begins with another word
// than a token's header, or is of a later type, is skipped and never trusted. A
// line that begins like a token and is none is an error: the file is damaged.
func ParseLines(b []byte) (File, error) {
	if len(b) > MaxFile {
		return File{}, fmt.Errorf("%w: file of %d bytes", ErrTooLong, len(b))
	}
	var f File
	text := string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	number := 0
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		if number++; number > MaxLines {
			return File{}, fmt.Errorf("%w: more than %d lines", ErrTooLong, MaxLines)
		}
		line = strings.Trim(line, " \t\n")
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, headerEd25519) && !strings.HasPrefix(line, headerP256) {
			f.Skipped++
			continue
		}
		h, err := Peek(line)
		if err != nil {
			return File{}, fmt.Errorf("line %d: %w", number, err)
		}
		if !h.Type.Known() {
			f.Skipped++
			continue
		}
		f.Lines = append(f.Lines, Line{h.Type, h.KID, line})
	}
	return f, nil
}

// Bytes returns the file's text: every token on a line of its own.
func (f File) Bytes() []byte {
	b := make([]byte, 0, f.size())
	for _, l := range f.Lines {
		b = append(append(b, l.Token...), '\n')
	}
	return b
}

func (f File) size() (n int) {
	for _, l := range f.Lines {
		n += len(l.Token) + 1
	}
	return n
}

// Of returns the tokens that say they are of the type, in order.
func (f File) Of(typ Type) []string {
	var tokens []string
	for _, l := range f.Lines {
		if l.Type == typ {
			tokens = append(tokens, l.Token)
		}
	}
	return tokens
}
