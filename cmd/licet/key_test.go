package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every refusal of the key commands has its exit code and its code.
func TestKeyRefusals(t *testing.T) {
	quick(t)
	f := newField(t)
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root")
	f.licet("key", "request", "--out", "request.json")
	f.must(os.WriteFile("wrong", []byte("not the passphrase\n"), 0o600))
	f.must(os.WriteFile("short", []byte("short\n"), 0o600))
	f.must(os.WriteFile("prose", []byte("hello\n"), 0o600))
	issuing := f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" })
	standby := f.kid(func(k listedKey) bool { return k.Rank == "standby" })
	for _, c := range []struct {
		args string
		exit int
		code string
	}{
		{"key setup --active a --standby b", 3, "cli.already_set_up"},
		{"key rotate --root active.root --passphrase-file wrong", 3, "sign.wrong_passphrase"},
		{"key rotate --root prose", 3, "sign.root_file"},
		{"key rotate --root active.root --days 400", 3, "sign.bad_window"},
		{"key root new --out active.root", 3, "sign.file_exists"},
		{"key root new --out new.root --passphrase-file short", 3, "sign.passphrase_short"},
		{"key root show prose", 3, "sign.root_file"},
		{"key certify --root active.root prose", 3, "sign.request_file"},
		{"key install prose", 3, "sign.bad_line"},
		{"key install active.root.pub", 3, "sign.bad_line"},
		{"key retire " + issuing, 3, "sign.key_state"},
		{"key retire nobody", 4, "sign.not_found"},
		{"key retire -- -nobody", 4, "sign.not_found"},
		{"key revoke --root active.root nobody", 4, "sign.not_found"},
		{"key revoke --root active.root --serials prose", 3, "sign.serial_file"},
		{"key serials nobody", 4, "sign.not_found"},
		{"key root revoke --root active.root " + standby, 3, "sign.bad_line"},
		{"key pepper retire 1", 3, "sign.last_pepper"},
		{"key pepper retire 7", 4, "sign.not_found"},
		{"key import prose", 1, "sign.seal"},
		{"key import active.root", 1, "sign.seal"},
		{"key export --out active.root", 3, "sign.file_exists"},
		{"key list --publisher nobody", 4, "app.no_publisher"},
		{"key rotate", 2, ""},
		{"key root pin --as former active.root.pub", 2, ""},
	} {
		code, out, errs := f.try(append([]string{"licet"}, strings.Fields(c.args)...)...)
		if code != c.exit || !strings.Contains(errs, c.code) || out != "" && c.exit != 2 {
			t.Errorf("licet %s: exit %d, want %d %s\n%s%s", c.args, code, c.exit, c.code, out, errs)
		}
		for _, secret := range []string{"AGE-SECRET", testPass, "seed"} {
			if strings.Contains(out+errs, secret) {
				t.Errorf("licet %s shows %q", c.args, secret)
			}
		}
	}
	if _, err := os.Stat("new.root"); err == nil {
		t.Error("a refused root was written")
	}
}

// What a root signs is confirmed by a human, and a new passphrase is typed twice.
func TestKeyDialog(t *testing.T) {
	quick(t)
	f := newField(t)
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root")
	f.licet("key", "request", "--out", "request.json")
	say := func(in string, args ...string) (int, string) {
		t.Helper()
		var out, errs strings.Builder
		environ := func(name string) string {
			return map[string]string{"LICET_DATA": f.data, "LC_ALL": "de_AT.UTF-8"}[name]
		}
		code := run(t.Context(), args, environ, strings.NewReader(in), &out, &errs)
		return code, out.String() + errs.String()
	}
	certify := []string{"key", "certify", "--root", "active.root", "request.json"}
	for in, want := range map[string]int{"n\n": 3, "\n": 3, "": 3, "j\n" + testPass + "\n": 0, "Ja\r\n" + testPass + "\r\n": 0, "y\n" + testPass: 0} {
		code, text := say(in, certify...)
		if code != want || want == 3 && (!strings.Contains(text, "cli.not_confirmed") || !strings.Contains(text, "Nicht bestätigt")) || want == 0 && !strings.Contains(text, "v4.public.") {
			t.Errorf("%q: exit %d\n%s", in, code, text)
		}
	}
	if code, text := say(testPass+"\nanother passphrase\n", "key", "root", "new", "--out", "x.root"); code != 3 || !strings.Contains(text, "cli.passphrases_differ") {
		t.Errorf("exit %d\n%s", code, text)
	}
	if code, text := say("", "key", "rotate", "--root", "active.root"); code == 0 {
		t.Errorf("without any input: %s", text)
	}
	if code, text := say(strings.Repeat("x", 1<<17), "key", "rotate", "--root", "active.root"); code == 0 {
		t.Errorf("with endless input: %s", text)
	}
	code, text := say("", "key", "list")
	for _, want := range []string{"Schlüssel von Muster CAD GmbH", "Wurzel", "Reserve", "Ausstellung", "angefordert", "stellt aus bis"} {
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
}

// Commands that answer scripts answer in JSON.
func TestKeyJSON(t *testing.T) {
	quick(t)
	f := newField(t)
	for _, args := range []string{
		"key root new --out r1", "key root new --out r2", "key root show r1", "key root show --check r1",
		"key root pin --as active r1.pub", "key root pin --as standby r2",
		"key rotate --root r1 --for issue,depot", "key list", "key root new --out r3",
		"key root announce --root r2 r3", "key root pin --as active r3", "key data rotate", "key pepper rotate",
		"key export --out e", "key import e", "key identity rotate",
	} {
		words := append(append([]string{"licet"}, strings.Fields(args)...), "--json")
		if strings.Contains(args, "export") {
			words = words[:len(words)-1]
		}
		code, out, errs := f.try(words...)
		if code != 0 {
			t.Fatalf("%s: exit %d\n%s", args, code, errs)
		}
		if !strings.Contains(args, "export") && !json.Valid([]byte(out)) {
			t.Errorf("%s: %s", args, out)
		}
	}
	if all := f.list(); len(all.Roots) != 3 || len(all.Keys) != 2 {
		t.Fatalf("%+v", all)
	}
}
