package pagetest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const sample = "# Title\n\n```sh\na \\\n  b\n# only a comment\nc 'one\ntwo'  # exit code 3\ncat <<'E'\n$ x\nE\n```\n## Next\n" +
	"- in a list\n  ```console\n  $ d   # in a second terminal\n  shown …\n  $ e\n  ```\n```yaml\nk: v\n```\n"

func TestBlocks(t *testing.T) {
	blocks := Blocks("p.md", sample)
	if len(blocks) != 3 || blocks[0].Section != "Title" || blocks[1].Section != "Next" || blocks[1].Lang != "console" || blocks[2].Line != 21 {
		t.Fatalf("%+v", blocks)
	}
	want := []Command{
		{Line: 4, Text: "a \\\n  b"},
		{Line: 7, Text: "c 'one\ntwo'", Note: "exit code 3"},
		{Line: 9, Text: "cat <<'E'\n$ x\nE"},
	}
	if got := blocks[0].Commands(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	want = []Command{{Line: 16, Text: "d", Note: "in a second terminal", Want: "  shown …\n"}, {Line: 18, Text: "e"}}
	if got := blocks[1].Commands(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	p := Page{Path: "p.md", blocks: blocks}
	if left := p.left(); len(left) != 1 || left[0].Lang != "yaml" {
		t.Errorf("%v is left", left)
	}
	if got := p.Sections("sh", "yaml"); len(got) != 2 || got["Next"][0].Take() != "k: v\n" || len(p.left()) != 0 {
		t.Errorf("%v", got)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		want, got string
		is        bool
	}{
		{"a\nb\n", "a \nb", true},
		{"a\n", "a\nb\n", false},
		{"a …\n", "a b c\n", true},
		{"a …\n", "a b\nc\n", false},
		{"…\nb\n", "x\ny\nb\n", true},
		{"a\n…\n", "a\n", true},
		{"a.c\n", "abc\n", false},
	} {
		if same(c.want, c.got) != c.is {
			t.Errorf("%q and %q: want %v", c.want, c.got, c.is)
		}
	}
}

// recorder is a test that must fail, seen from outside.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()                        {}
func (r *recorder) Errorf(format string, a ...any) { r.said = append(r.said, format) }

func TestShell(t *testing.T) {
	s := NewShell(t, "/srv/pages", t.TempDir())
	run := func(text string) { s.Run(Blocks("p.md", "```console\n"+text+"```\n")...) }
	s.Typed = "one\ntwo\n"
	run("$ A=lk_0123456789012345678901\n$ cd /srv/pages && read x && echo $x $A\none lk_…\n")
	run("$ false   # exit code 1\n$ B=lk_…; echo \"$B\" 127.0.0.1:8420 /srv/pages\nlk_0123456789012345678901 127.0.0.1:8420 /srv/pages\n")
	run("$ sh -c 'trap \"exit 0\" INT; echo on $LICET_LISTEN; while :; do sleep 0.01; done'   # in a second terminal\non 127.0.0.1:8420\n")
	r := &recorder{TB: t}
	s.t = r
	run("$ echo this\nthat\n")
	s.t = t
	if len(r.said) != 1 {
		t.Errorf("%d complaints about another output", len(r.said))
	}
}

// Each excuse is for one block that is there.
func TestExcuses(t *testing.T) {
	for _, e := range Excuses {
		raw, err := os.ReadFile(Root() + "/" + e.Page)
		if err != nil {
			t.Error(err)
			continue
		}
		n := 0
		for _, b := range Blocks(e.Page, string(raw)) {
			if strings.Contains(b.Text, e.Has) {
				n++
			}
		}
		if n != 1 || e.Why == "" {
			t.Errorf("%d blocks of %s hold %q (%s)", n, e.Page, e.Has, e.Why)
		}
	}
}
