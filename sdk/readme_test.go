package sdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/wire"
)

// shell is what stands around the first use of a README to make it a program: the
// arguments are the files of the pins and of the license.
var shells = map[string]struct{ file, before, after string }{
	"c": {"first.c", `#include <stdio.h>
#include <stdlib.h>
#include "licet.h"
static char *load(const char *path, size_t *n) {
  char *b = malloc(65536);
  FILE *f = fopen(path, "rb");
  if (!b || !f) abort();
  *n = fread(b, 1, 65536, f);
  fclose(f);
  return b;
}
int main(int argc, char **argv) {
  size_t pins_size, file_size;
  if (argc != 3) return 2;
  char *pins = load(argv[1], &pins_size), *file = load(argv[2], &file_size);
`, "\n  licet_licenses_free(l);\n  licet_free(v);\n  free(pins);\n  free(file);\n  return 0;\n}\n"},
	"python": {"first.py", `import sys
sys.path.insert(0, "python")
import licet
pins, file = (open(name, "rb").read() for name in sys.argv[1:])
`, "\n"},
	"javascript": {"first.mjs", `import { readFileSync } from 'node:fs';
import { Verifier } from 'HERE/javascript/licet.mjs';
const [pins, file] = process.argv.slice(2).map((name) => readFileSync(name));
`, "\n"},
	"java": {"First.java", `import java.nio.file.*;
public final class First {
  public static void main(String[] args) throws Exception {
    byte[] pins = Files.readAllBytes(Path.of(args[0])), file = Files.readAllBytes(Path.of(args[1]));
`, "\n  }\n}\n"},
	"csharp": {"First.cs", `using System;
static class First {
  static void Main(string[] args) {
    byte[] pins = System.IO.File.ReadAllBytes(args[0]), file = System.IO.File.ReadAllBytes(args[1]);
`, "\n  }\n}\n"},
}

// TestReadmes runs the first use of every README with a license of today.
func TestReadmes(t *testing.T) {
	folder := t.TempDir()
	pins, file := filepath.Join(folder, "pins.json"), filepath.Join(folder, "app.lic")
	issue(t, pins, file)
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			l.ready(t)
			page, err := os.ReadFile(filepath.Join(l.name, "README.md"))
			if err != nil {
				t.Fatal(err)
			}
			block := regexp.MustCompile("(?s)```\\w+\n(.*?)```").FindSubmatch(page)
			if block == nil {
				t.Fatal("the README has no first use")
			}
			s := shells[l.name]
			here, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			program := strings.Replace(s.before, "HERE", here, 1) + string(block[1]) + s.after
			path := filepath.Join(t.TempDir(), s.file)
			if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
				t.Fatal(err)
			}
			if out := l.first(t, path, pins, file); out != "draw away\n" {
				t.Errorf("%q", out)
			}
		})
	}
}

// TestOffers holds the table of what the clients offer against their sources: every
// name in it is a function that programs can call.
func TestOffers(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	callable := map[string]struct{ file, before string }{
		"C": {"c/licet_client.h", `(?m)^[a-z].*?\*?`}, "Python": {"python/licet_client.py", `    def `}, "JavaScript": {"javascript/licet-client.mjs", `(?m)^  (?:async )?`},
		"Java": {"java/LicetClient.java", `public [^(\n]*`}, "C#": {"csharp/LicetClient.cs", `public [^(\n]*`},
	}
	rows := regexp.MustCompile("(?m)^\\| ([a-z ]+) \\|(( `\\w+` \\|){5})$").FindAllStringSubmatch(string(page), -1)
	if len(rows) != 6 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		for i, name := range regexp.MustCompile(`\w+`).FindAllString(row[2], -1) {
			language := []string{"C", "Python", "JavaScript", "Java", "C#"}[i]
			source, err := os.ReadFile(callable[language].file)
			if err != nil {
				t.Fatal(err)
			}
			if !regexp.MustCompile(callable[language].before + `\b` + name + `\(`).Match(source) {
				t.Errorf("the client in %s has no %s", language, name)
			}
		}
	}
}

// issue writes the pins of a new publisher and a license file of today.
func issue(t *testing.T, pins, file string) {
	t.Helper()
	key := func(seed byte) wire.PrivateKey {
		k, err := wire.Ed25519Key([]byte(strings.Repeat(string(rune('a'+seed)), 32)))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	root, standby, issuing := key(1), key(2), key(3)
	now := time.Now().Unix()
	raw, err := wire.Pins{
		Issuer: "acme", Salt: wire.Nonce([16]byte{1}),
		Roots: []wire.PinnedRoot{wire.PinRoot(root.Public()), wire.PinRoot(standby.Public())},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := wire.SignClaims(root, &wire.IssuerCert{
		Issuer: "acme", KID: issuing.KID(), Public: issuing.Public().String(), Use: []wire.Type{wire.TypeLicense},
		NotBefore: now - 100, Expires: now + 100, IssuedAt: now - 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	lic, err := wire.SignClaims(issuing, &wire.License{
		Issuer: "acme", ID: "l-1", Generation: 1, Product: "cad", Features: []string{"draw"}, IssuedAt: now, Expires: now + 3600,
		Enforce: wire.Enforce, Serial: wire.Serial([8]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, b := range map[string][]byte{pins: raw, file: []byte(cert + "\n" + lic + "\n")} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// first builds and runs a program that stands outside of the language's folder.
func (l *language) first(t *testing.T, path, pins, file string) string {
	t.Helper()
	folder := filepath.Dir(path)
	program := filepath.Join(folder, "first.out")
	var steps [][]string
	switch l.name {
	case "c":
		steps = [][]string{slices.Concat([]string{"gcc"}, cFlags, []string{"-Ic", path, "c/licet.c", "-lcrypto", "-o", program}), {program}}
	case "python":
		steps = [][]string{{python(), path}}
	case "javascript":
		steps = [][]string{{"node", path}}
	case "java":
		steps = [][]string{{"javac", "-cp", l.built, "-d", folder, path}, {"java", "-cp", l.built + string(filepath.ListSeparator) + folder, "First"}}
	default:
		steps = [][]string{{"mcs", "-r:System.Numerics.dll", "-out:" + program, path, "csharp/Licet.cs"}, {"mono", program}}
	}
	last := len(steps) - 1
	steps[last] = append(steps[last], pins, file)
	var out []byte
	for _, s := range steps {
		cmd := exec.Command(s[0], s[1:]...)
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		var err error
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", s, err, out)
		}
	}
	return string(out)
}
