package sign_test

import (
	"bytes"
	"testing"

	"github.com/licet/licet/internal/sign"
)

// What is read from files never panics, and what is accepted reads back as
// itself.
func FuzzFiles(f *testing.F) {
	root := newRoot(f)
	f.Add(root.Info().Text())
	f.Add(rootFile(f, root))
	f.Add(sign.SerialFile{Issuer: "a", KID: "b", Serials: [][8]byte{{1}}}.Encode())
	f.Add([]byte(`{"licet":"licet-key-request/1","iss":"a","name":"b","keys":[]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		if i, err := sign.ParseRootInfo(file); err == nil {
			if again, err := sign.ParseRootInfo(i.Text()); err != nil || again.KID != i.KID {
				t.Fatalf("%v: %q", err, i.Text())
			}
		}
		if s, err := sign.ParseSerialFile(file); err == nil {
			again, err := sign.ParseSerialFile(s.Encode())
			if err != nil || len(again.Serials) != len(s.Serials) {
				t.Fatalf("%v: %q", err, s.Encode())
			}
		}
		if r, err := sign.ParseRequest(file); err == nil {
			b, err := r.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := sign.ParseRequest(b); err != nil || len(again.Keys) != len(r.Keys) {
				t.Fatalf("%v: %s", err, b)
			}
		}
		if len(file) > 0 && !bytes.Contains(file, []byte("-> scrypt")) { // the armor of a real file costs a second
			_, _ = sign.OpenRoot(file, "")
		}
	})
}
