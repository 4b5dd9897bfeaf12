package format

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

var (
	bomUTF8 = []byte{0xef, 0xbb, 0xbf}
	bomLE   = []byte{0xff, 0xfe}
	bomBE   = []byte{0xfe, 0xff}
)

// decode turns raw into UTF-8 without a mark. A mark decides; then what was
// declared; then, where guess is allowed, the bytes: what is no valid UTF-8 is
// Windows-1252, which every ISO-8859-1 text is too.
func decode(raw []byte, charset string, guess bool) ([]byte, error) {
	charset = strings.ToLower(strings.TrimSpace(charset))
	switch {
	case bytes.HasPrefix(raw, bomUTF8):
		raw, charset = raw[len(bomUTF8):], "utf-8"
	case bytes.HasPrefix(raw, bomLE):
		raw, charset = raw[len(bomLE):], "utf-16le"
	case bytes.HasPrefix(raw, bomBE):
		raw, charset = raw[len(bomBE):], "utf-16be"
	case charset == "" && guess && !utf8.Valid(raw):
		charset = "windows-1252"
	}
	out, err := decodeAs(raw, charset)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(out, 0) >= 0 {
		return nil, with(ErrEncoding, "", "charset", clip(cmp.Or(charset, "utf-8")))
	}
	return out, nil
}

func decodeAs(raw []byte, charset string) ([]byte, error) {
	switch charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if !utf8.Valid(raw) {
			return nil, with(ErrEncoding, "", "charset", "utf-8")
		}
		return raw, nil
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252", "ansi":
		// Windows-1252 only adds letters where ISO-8859-1 has control codes.
		return charmap.Windows1252.NewDecoder().Bytes(raw)
	case "iso-8859-15", "iso8859-15", "latin-9":
		return charmap.ISO8859_15.NewDecoder().Bytes(raw)
	case "utf-16le":
		return decodeUTF16(raw, binary.LittleEndian)
	case "utf-16be":
		return decodeUTF16(raw, binary.BigEndian)
	}
	return nil, with(ErrEncoding, "", "charset", clip(charset))
}

func decodeUTF16(raw []byte, order binary.ByteOrder) ([]byte, error) {
	if len(raw)%2 != 0 {
		return nil, with(ErrEncoding, "", "charset", "utf-16")
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// decodeJSON: JSON is UTF-8 unless the sender declared otherwise.
func decodeJSON(raw []byte, charset string) ([]byte, error) { return decode(raw, charset, false) }

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']`)

// decodeXML follows the mark, then the sender's Content-Type, then the
// document's own declaration (RFC 7303), then UTF-8.
func decodeXML(raw []byte, charset string) ([]byte, error) {
	if charset == "" {
		if m := xmlEncoding.FindSubmatch(raw[:min(len(raw), 300)]); m != nil {
			charset = string(m[1])
		}
	}
	return decode(raw, charset, false)
}
