package pagetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Ran are the languages of blocks that a test must answer for: commands, and
// code and files that the reader copies.
var Ran = []string{"sh", "console", "go", "yaml", "sql"}

// Shown are the languages of blocks that show something and hold no commands.
var Shown = []string{"text", "json", "ini"}

// Block is one code block of a page.
type Block struct {
	Page    string // path from the root of the repository
	Section string // the heading above it, "" before the first
	Lang    string // behind the fence
	Line    int    // of its first line, from 1
	Text    string // without the fences, with the last line's end

	taken bool
}

// At says where the block is, as editors understand it.
func (b *Block) At() string { return fmt.Sprintf("%s:%d", b.Page, b.Line) }

// Take says that the caller answers for the block, and returns its text.
func (b *Block) Take() string {
	b.taken = true
	return b.Text
}

// Command is one command of a block.
type Command struct {
	Line int    // in the page, from 1
	Text string // without the prompt; may have several lines
	Note string // the comment behind it
	Want string // what is shown below it; "" where nothing is
}

var (
	fence   = regexp.MustCompile("^\\s*```(.*)$")
	heading = regexp.MustCompile(`^#+ (.+)$`)
	note    = regexp.MustCompile(`[ \t]{2,}# ([^\n]*)$`)
	hereDoc = regexp.MustCompile(`<<'?(\w+)'?`)
)

// Blocks returns the code blocks of a page's text in their order.
func Blocks(page, text string) []*Block {
	var out []*Block
	var open *Block
	section, number := "", 0
	for line := range strings.Lines(text) {
		number++
		m := fence.FindStringSubmatch(strings.TrimRight(line, "\n"))
		switch {
		case m != nil && open != nil:
			out, open = append(out, open), nil
		case m != nil:
			open = &Block{Page: page, Section: section, Lang: strings.TrimSpace(m[1]), Line: number + 1}
		case open != nil:
			open.Text += line
		default:
			if h := heading.FindStringSubmatch(strings.TrimRight(line, "\n")); h != nil {
				section = h[1]
			}
		}
	}
	return out
}

// Commands takes the block and returns its commands.
func (b *Block) Commands() []Command {
	b.taken = true
	var out []Command
	lines := strings.Split(strings.TrimRight(b.Text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		text, is := strings.TrimSpace(lines[i]), true
		if b.Lang == "console" {
			text, is = strings.CutPrefix(text, "$ ")
		}
		switch {
		case !is && len(out) > 0:
			out[len(out)-1].Want += lines[i] + "\n"
			continue
		case !is, text == "", strings.HasPrefix(text, "#"):
			continue
		}
		c := Command{Line: b.Line + i, Text: text}
		for goesOn(note.ReplaceAllString(c.Text, "")) && i+1 < len(lines) {
			i++
			c.Text += "\n" + lines[i]
		}
		if m := note.FindStringSubmatchIndex(c.Text); m != nil {
			c.Text, c.Note = c.Text[:m[0]], c.Text[m[2]:m[3]]
		}
		out = append(out, c)
	}
	return out
}

// goesOn reports whether a command is not complete yet.
func goesOn(text string) bool {
	if m := hereDoc.FindStringSubmatch(text); m != nil {
		return !strings.HasSuffix(text, "\n"+m[1])
	}
	return strings.HasSuffix(text, `\`) || strings.Count(text, "'")%2 == 1
}

// Page is a page whose commands a test runs.
type Page struct {
	Path   string
	blocks []*Block
}

// Root is the root of the repository.
func Root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(here)))
}

// Open reads a page, named from the root of the repository. At the end of the
// test each block that nobody has taken is an error, unless it is excused or the
// test has failed or was started for one of its parts only.
func Open(t testing.TB, path string) *Page {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(Root(), filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{Path: path, blocks: Blocks(path, string(raw))}
	t.Cleanup(func() {
		if f := flag.Lookup("test.run"); t.Failed() || t.Skipped() || f != nil && strings.Contains(f.Value.String(), "/") {
			return
		}
		for _, b := range p.left() {
			t.Errorf("%s: nothing runs this block:\n%s", b.At(), b.Text)
		}
	})
	return p
}

// left returns the blocks that nobody has taken, without those that are excused.
func (p *Page) left() (out []*Block) {
	for _, b := range p.blocks {
		if slices.Contains(Ran, b.Lang) && !b.taken && Excuse(b) == "" {
			out = append(out, b)
		}
	}
	return out
}

// Blocks returns the blocks in these languages that are not excused, of the whole
// page.
func (p *Page) Blocks(langs ...string) (out []*Block) {
	for _, b := range p.blocks {
		if slices.Contains(langs, b.Lang) && Excuse(b) == "" {
			out = append(out, b)
		}
	}
	return out
}

// Sections returns the blocks of Blocks by their section.
func (p *Page) Sections(langs ...string) map[string][]*Block {
	out := map[string][]*Block{}
	for _, b := range p.Blocks(langs...) {
		out[b.Section] = append(out[b.Section], b)
	}
	return out
}
