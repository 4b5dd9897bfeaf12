package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestConfigPrecedence(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "licet.yaml")
	password := filepath.Join(dir, "dsn")
	write(t, file, "listen: 127.0.0.1:1\nlog-level: warn\nlog-format: json\ndatabase: file:"+password+"\n")
	write(t, password, "postgres://u:p@h/d\n")
	c, rest, err := ParseConfig([]string{"serve", "--config", file, "--listen=127.0.0.1:3", "--once", "--", "--data"},
		env("LICET_LISTEN", "127.0.0.1:2", "LICET_LOG_LEVEL", "error"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.LogLevel != "error" || c.LogFormat != "json" || c.Workers != 8 {
		t.Fatalf("flag, environment, file, default do not win in this order: %+v", c)
	}
	if c.Database != "postgres://u:p@h/d" {
		t.Fatalf("secret was not read from its file: %q", c.Database)
	}
	if diff := cmp.Diff([]string{"serve", "--once", "--", "--data"}, rest); diff != "" {
		t.Fatal(diff)
	}
	for _, s := range c.Dump() {
		if strings.Contains(s.Value, "u:p") {
			t.Fatalf("the dump shows a secret: %+v", s)
		}
	}
}

func TestConfigRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "licet.yaml")
	write(t, file, "lisen: 127.0.0.1:1\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--listen", "nowhere"}, "--listen: listen must be address:port"},
		{[]string{"--listen"}, "--listen needs a value"},
		{[]string{"--config", file}, `unknown setting "lisen"`},
		{[]string{"--database", "mysql://x"}, "must be empty for the embedded database"},
		{[]string{"--database-workers", "0"}, "must be a whole number from 1 to 64"},
		{[]string{"--read-timeout", "soon"}, "must be a positive duration"},
		{[]string{"--trusted-proxies", "10.0.0.0/8,proxy"}, `"proxy" is neither an address nor a network`},
		{[]string{"--tls-cert", "x"}, "set both or neither"},
		{[]string{"--log-format", "xml"}, "must be one of text, json"},
		{[]string{"--max-document", "1"}, "must be a whole number"},
		{[]string{"--public-url", "depot"}, "must be an address such as"},
	} {
		_, _, err := ParseConfig(c.args, env())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
	}
}

// Every default must pass its own rule, and setting what get returns must
// change nothing.
func TestConfigTableIsConsistent(t *testing.T) {
	c, _, err := ParseConfig(nil, env())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options {
		before := o.get(&c)
		if err := o.set(&c, before); err != nil || o.get(&c) != before {
			t.Errorf("%s: %q does not survive a round trip: %v", o.Name, before, err)
		}
		if o.Help == "" || !strings.HasSuffix(o.Help, ".") && !strings.HasSuffix(o.Help, ")") {
			t.Errorf("%s: help is not a sentence", o.Name)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
