package ship

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/licet/licet/internal/db"
)

// TestRowsAreWrittenAsTheyAreRead: the quick way of writing a row gives the bytes
// of the encoder, on which the chain of a shipment is checked.
func TestRowsAreWrittenAsTheyAreRead(t *testing.T) {
	n, text, none := int64(-7), "a <b> & \u2028 \"ü\"", (*int64)(nil)
	yes, some, empty, nothing := true, []byte{0, 255, 1}, []byte{}, []byte(nil)
	id := db.ID[Image]{1, 15: 9}
	values := []any{
		&id, new(db.ID[Image]), new(&n), &none, new(&text), new(*string), &yes, &some, &empty, &nothing,
		&db.JSON[json.RawMessage]{V: json.RawMessage(`{ "a" : "<" }`)}, &db.JSON[json.RawMessage]{},
	}
	row := make(Image, len(values))
	for i, v := range values {
		var err error
		if row[i], err = appendRaw(nil, v); err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(v)
		if id, ok := v.(*db.ID[Image]); ok && id.IsZero() {
			want = []byte("null")
		}
		if js, ok := v.(*db.JSON[json.RawMessage]); ok {
			want, err = json.Marshal(js.V)
		}
		if err != nil || !bytes.Equal(row[i], want) {
			t.Errorf("value %d is %s, the encoder says %s (%v)", i, row[i], want, err)
		}
	}
	var out bytes.Buffer
	c := &carrier{w: &out}
	if err := c.row(&Table{name: "ticket"}, row); err != nil {
		t.Fatal(err)
	}
	l := line{Table: "ticket", Row: row}
	body, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	hash := chain([32]byte{}, body)
	l.Hash = hex.EncodeToString(hash[:])
	if want, err := json.Marshal(l); err != nil || out.String() != string(want)+"\n" {
		t.Errorf("%s\nthe encoder says\n%s (%v)", out.String(), want, err)
	}
}
