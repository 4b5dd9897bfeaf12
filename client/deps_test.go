package client_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestNoNetwork: a program that is only offline does not carry net/http, and the
// package needs nothing but the standard library and wire.
func TestNoNetwork(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}} {{.Standard}}", ".")
		cmd.Env = append(cmd.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		deps := strings.Split(strings.TrimSpace(string(out)), "\n")
		if slices.Contains(deps, "net/http true") || slices.Contains(deps, "crypto/tls true") {
			t.Errorf("%s: client reaches the network", system)
		}
		for _, d := range deps {
			if strings.HasSuffix(d, " false") && !strings.HasPrefix(d, "github.com/licet/licet/client") && d != "github.com/licet/licet/wire false" {
				t.Errorf("%s: client needs %s", system, d)
			}
		}
	}
}
