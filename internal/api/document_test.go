package api_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/licet/licet/internal/api"
)

var update = flag.Bool("update", false, "write docs/api/openapi.json")

// The description that is checked in is what the program serves.
func TestDocumentIsCurrent(t *testing.T) {
	got, err := api.New(api.Options{Version: "1", MaxDocument: 8 << 20}).Document()
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../docs/api/openapi.json"
	if *update {
		if err := os.MkdirAll("../../docs/api", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("docs/api/openapi.json is not current (%v); run: go test ./internal/api -update", err)
	}
}

func TestViewsAreSound(t *testing.T) {
	if err := api.New(api.Options{Version: "1"}).Shell.Parse(); err != nil {
		t.Error(err)
	}
}
