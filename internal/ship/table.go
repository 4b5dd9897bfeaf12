package ship

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/db"
)

// columnKind is the kind of a column in a shipped row.
type columnKind byte

const (
	idColumn columnKind = iota + 1
	intColumn
	textColumn
	boolColumn
	bytesColumn
	blobColumn // bytes that are never NULL in SQL: an engine may give back nothing for none
	jsonColumn // never NULL in SQL; "null" is a value of it
)

var kindNames = map[string]columnKind{
	"id": idColumn, "int": intColumn, "text": textColumn, "bool": boolColumn, "bytes": bytesColumn,
	"blob": blobColumn, "json": jsonColumn,
}

// Form is the shape of a table. Columns are "name kind" with commas between
// them, publisher_id among them; kinds are id, int, text, bool, bytes, blob
// (bytes that are never NULL) and json.
type Form struct {
	Name    string
	Columns string
	Key     string // columns of the primary key; "" = publisher_id, id
	By      string // column by which rows are read; "" = id
	Newer   string // column that grows with every change; "" = rows never change
	Last    string // rows with 0 here come last; "" = none
}

func (f Form) split() (names []string, kinds []columnKind) {
	for part := range strings.SplitSeq(f.Columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(part), " ")
		names, kinds = append(names, name), append(kinds, kindNames[kind])
	}
	return names, kinds
}

func (f Form) key() string {
	if f.Key == "" {
		return "publisher_id, id"
	}
	return f.Key
}

// Read is the statement that reads rows of a publisher by ids.
func (f Form) Read() string {
	names, _ := f.split()
	by := f.By
	if by == "" {
		by = "id"
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + f.Name + " WHERE publisher_id = ? AND {ids:" + by + "}"
}

// Write is the statement that brings rows back.
func (f Form) Write() string {
	names, _ := f.split()
	action := "DO NOTHING"
	if f.Newer != "" {
		var set []string
		keys := strings.Split(f.key(), ", ")
		for _, c := range names {
			if !slices.Contains(keys, c) {
				set = append(set, c+" = excluded."+c)
			}
		}
		action = "DO UPDATE SET " + strings.Join(set, ", ") + " WHERE " + f.Name + "." + f.Newer + " < excluded." + f.Newer
	}
	return "INSERT INTO " + f.Name + " (" + strings.Join(names, ", ") + ") VALUES {rows} ON CONFLICT (" + f.key() + ") " + action
}

// Table is a table whose rows travel.
type Table struct {
	name  string
	kinds []columnKind
	last  int // index of Form.Last; -1 = none
	read  *db.Stmt
	write *db.Stmt
}

// tables are those of the program, by name.
var tables = map[string]*Table{}

// Declare makes a Table of a form and its registered statements; read is nil
// when its rows come from the journal itself. It is for package variables.
func Declare(f Form, read, write *db.Stmt) *Table {
	names, kinds := f.split()
	t := &Table{name: f.Name, kinds: kinds, last: -1, read: read, write: write}
	if f.Last != "" {
		t.last = slices.Index(names, f.Last)
	}
	tables[f.Name] = t
	return t
}

// Image is a row as it stands in the journal: one JSON value per column.
type Image []json.RawMessage

// Row makes an image of values in the order of the columns.
func Row(values ...any) (Image, error) {
	out := make(Image, len(values))
	for i, v := range values {
		var err error
		if out[i], err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Images reads rows by a statement of the caller's, which has the table's columns
// in their order.
func (t *Table) Images(q db.Querier, read *db.Stmt, args ...any) ([]Image, error) {
	dest, size := t.dest(), 0
	return db.List(q, func(r *db.Rows) (Image, error) {
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
		row, text := make(Image, len(dest)), make([]byte, 0, size)
		for i, v := range dest {
			from := len(text)
			var err error
			if text, err = appendRaw(text, v); err != nil {
				return nil, err
			}
			row[i] = text[from:len(text):len(text)]
		}
		size = len(text) + 16 // the next row is about as long
		return row, nil
	}, read, args...)
}

// dest is where the columns of a row are scanned to.
func (t *Table) dest() []any {
	dest := make([]any, len(t.kinds))
	for i, k := range t.kinds {
		switch k {
		case idColumn:
			dest[i] = new(db.ID[Image])
		case intColumn:
			dest[i] = new(*int64)
		case textColumn:
			dest[i] = new(*string)
		case boolColumn:
			dest[i] = new(bool)
		case bytesColumn, blobColumn:
			dest[i] = new([]byte)
		case jsonColumn:
			dest[i] = new(db.JSON[json.RawMessage])
		}
	}
	return dest
}

// appendRaw appends the JSON of what dest has scanned, without reflection:
// shipping costs more than issuing otherwise.
func appendRaw(out []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case *db.ID[Image]:
		if !v.IsZero() {
			return appendQuoted(out, v.String()), nil
		}
	case **int64:
		if *v != nil {
			return strconv.AppendInt(out, **v, 10), nil
		}
	case **string:
		if *v != nil && plain(**v) {
			return appendQuoted(out, **v), nil
		}
		return appendJSON(out, v)
	case *bool:
		return strconv.AppendBool(out, *v), nil
	case *[]byte:
		if *v != nil {
			return append(base64.StdEncoding.AppendEncode(append(out, '"'), *v), '"'), nil
		}
	case *db.JSON[json.RawMessage]:
		return appendJSON(out, v.V)
	default:
		return appendJSON(out, v)
	}
	return append(out, "null"...), nil
}

func appendJSON(out []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(out, text...), err
}

// plain reports whether the JSON of a text is the text between quotes.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || strings.IndexByte(`"\<>&`, c) >= 0 {
			return false
		}
	}
	return true
}

// appendQuoted appends the JSON of a text without anything to escape.
func appendQuoted(out []byte, s string) []byte {
	return append(append(append(out, '"'), s...), '"')
}

// order puts the rows with 0 in the column Last behind the others.
func (t *Table) order(all []Image) {
	if t.last < 0 {
		return
	}
	rank := func(img Image) []byte {
		if string(img[t.last]) == "0" {
			return []byte{1}
		}
		return []byte{0}
	}
	slices.SortStableFunc(all, func(a, b Image) int { return bytes.Compare(rank(a), rank(b)) })
}

// values turns an image back into what the database stores. ok is false when it
// is no row of this table.
func (t *Table) values(img Image) (row []any, ok bool) {
	if len(img) != len(t.kinds) {
		return nil, false
	}
	for i, raw := range img {
		v, good := t.kinds[i].value(raw)
		if !good {
			return nil, false
		}
		row = append(row, v)
	}
	return row, true
}

func (k columnKind) value(raw json.RawMessage) (any, bool) {
	if k == jsonColumn {
		return db.JSON[json.RawMessage]{V: raw}, true
	}
	if string(raw) == "null" {
		switch k {
		case idColumn:
			return db.ID[Image]{}, true
		case blobColumn:
			return []byte{}, true
		}
		return nil, true
	}
	var err error
	switch k {
	case idColumn:
		var s string
		if err = json.Unmarshal(raw, &s); err == nil {
			id, err := db.ParseID[Image](s)
			return id, err == nil
		}
	case intColumn:
		var n int64
		err = json.Unmarshal(raw, &n)
		return n, err == nil
	case textColumn:
		var s string
		err = json.Unmarshal(raw, &s)
		return s, err == nil
	case boolColumn:
		var b bool
		err = json.Unmarshal(raw, &b)
		return b, err == nil
	case bytesColumn, blobColumn:
		var s string
		if err = json.Unmarshal(raw, &s); err == nil {
			b, err := base64.StdEncoding.DecodeString(s)
			return b, err == nil
		}
	}
	return nil, false
}
