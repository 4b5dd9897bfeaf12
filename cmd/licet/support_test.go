package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/internal/db/dbtest"
)

// TestBundleHoldsNoPassword plants a password in the address of the database, by
// each way on which settings come, makes a bundle, and looks for it. (The other
// addresses may hold none: such a setting is refused.)
func TestBundleHoldsNoPassword(t *testing.T) {
	dir := t.TempDir()
	address, err := url.Parse(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	withPassword := func(password string) string {
		u := *address
		q := u.Query()
		q.Set("password", password)
		u.RawQuery = q.Encode()
		return u.String()
	}
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for name, c := range map[string]struct {
		args    []string
		environ map[string]string
	}{
		"environment": {nil, map[string]string{"LICET_DATABASE": withPassword("hunter2-environment")}},
		"flags":       {[]string{"--database", withPassword("hunter2-flag")}, nil},
		"file":        {[]string{"--database", "file:" + write("database", withPassword("hunter2-file")+"\n")}, nil},
		"config":      {[]string{"--config", write("licet.yaml", "database: '"+withPassword("hunter2-config")+"'\n")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name+".zip")
			var out, errs bytes.Buffer
			environ := func(v string) string { return c.environ[v] }
			args := append([]string{"--data", filepath.Join(dir, "data")}, c.args...)
			if code := run(t.Context(), append(args, "support-bundle", file), environ, strings.NewReader(""), &out, &errs); code != 0 {
				t.Fatalf("exit %d: %s", code, errs.String())
			}
			all := unzipped(t, file)
			if !strings.Contains(all, `"name": "database"`) || !strings.Contains(all, "postgres") {
				t.Errorf("the bundle does not tell the settings:\n%s", all)
			}
			if at := strings.Index(all+errs.String(), "hunter2"); at >= 0 {
				t.Errorf("a password is in the bundle: %.80s", (all + errs.String())[at:])
			}
		})
	}
}

// unzipped returns what the files of a ZIP file hold, one after the other.
func unzipped(t *testing.T, file string) string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
