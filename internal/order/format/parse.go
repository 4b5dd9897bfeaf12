package format

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime"
	"strings"
)

// Options say what the document itself does not.
type Options struct {
	Source      string // the sending system, for formats that do not name it
	ContentType string // as declared by the sender, with its charset; "" = look at the content
	Mode        Mode   // for CSV without a mode column; "" = Lines
	Language    string // of the answer, where the document has none
	// Blind turns what identifies a shop guest (an e-mail address) into a
	// pseudonym under a key of the publisher's. nil refuses guest orders.
	Blind func(value string) string
}

// Read takes at most limit bytes from r and refuses a longer document without
// reading on. limit ≤ 0 means MaxBytes. Errors of r are returned as they are.
func Read(r io.Reader, limit int64) ([]byte, error) {
	if limit <= 0 {
		limit = MaxBytes
	}
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, with(ErrTooLarge, "", "limit", limit)
	}
	return raw, nil
}

// Parse reads every order in raw. All formats but CSV hold one. The error
// joins up to 50 refusals (see fault.All).
func Parse(raw []byte, o Options) ([]Document, error) {
	if len(raw) > MaxBytes {
		return nil, with(ErrTooLarge, "", "limit", MaxBytes)
	}
	if o.Mode != "" && o.Mode != Complete && o.Mode != Lines {
		return nil, with(ErrValue, "mode", "value", clip(string(o.Mode)), "allowed", "complete, lines")
	}
	kind, err := Sniff(o.ContentType, raw)
	if err != nil {
		return nil, err
	}
	one := func(d Document, err error) ([]Document, error) {
		if err != nil {
			return nil, err
		}
		return []Document{d}, nil
	}
	switch kind {
	case UBL:
		return one(ParseUBL(raw, o))
	case OpenTrans:
		return one(ParseOpenTrans(raw, o))
	case WooCommerce:
		return one(ParseWoo(raw, o))
	case REST:
		return one(ParseREST(raw, o))
	default:
		return ParseCSV(raw, o)
	}
}

// Sniff says which format raw is in: by the declared type where that decides,
// otherwise by the content.
func Sniff(contentType string, raw []byte) (Kind, error) {
	media, charset, err := declared(contentType)
	if err != nil {
		return "", err
	}
	first := firstByte(raw)
	switch {
	case media == "text/csv":
		return CSV, nil
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return sniffJSON(raw, charset)
	case media == "application/xml" || media == "text/xml" || strings.HasSuffix(media, "+xml"):
		return sniffXML(raw, charset)
	case media != "" && media != "text/plain" && media != "application/octet-stream":
		return "", with(ErrContentType, "", "type", clip(media))
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return "", with(ErrContentType, "", "type", "zip, xlsx")
	case first == '<':
		return sniffXML(raw, charset)
	case first == '{':
		return sniffJSON(raw, charset)
	}
	return CSV, nil
}

// declared splits a Content-Type into its media type and charset.
func declared(contentType string) (media, charset string, err error) {
	if strings.TrimSpace(contentType) == "" {
		return "", "", nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", "", with(ErrContentType, "", "type", clip(contentType))
	}
	return media, params["charset"], nil
}

// sniffJSON tells a shop's order from our own by the keys of the outer object.
func sniffJSON(raw []byte, charset string) (Kind, error) {
	data, err := decodeJSON(raw, charset)
	if err != nil {
		return "", err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return REST, nil // ParseREST says what is wrong with it
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			break
		}
		switch key {
		case "line_items", "order_key", "billing":
			return WooCommerce, nil
		case "lines", "buyer":
			return REST, nil
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			break
		}
	}
	return REST, nil
}

// sniffXML decides by the root element.
func sniffXML(raw []byte, charset string) (Kind, error) {
	data, err := decodeXML(raw, charset)
	if err != nil {
		return "", err
	}
	dec := newXML(data)
	for {
		t, err := dec.Token()
		if err != nil {
			return "", xmlFault(dec, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return "", doctype(dec)
		case xml.StartElement:
			return kindOfRoot(t.Name)
		}
	}
}

func kindOfRoot(n xml.Name) (Kind, error) {
	switch {
	case n.Space == ublOrder && n.Local == "Order", n.Space == ublChange && n.Local == "OrderChange":
		return UBL, nil
	case openTransSpaces[n.Space] && n.Local == "ORDER":
		return OpenTrans, nil
	}
	return "", with(ErrRoot, "/"+clip(n.Local), "root", clip(n.Local))
}

// firstByte skips marks of encoding, the zero bytes of UTF-16 and white space.
func firstByte(raw []byte) byte {
	for _, c := range raw {
		if !strings.ContainsRune("\xef\xbb\xbf\xff\xfe\x00 \t\r\n", rune(c)) {
			return c
		}
	}
	return 0
}
