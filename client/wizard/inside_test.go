package wizard

import (
	"image/color"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/wire"
)

var filled = regexp.MustCompile(`\{[a-z_]+\}`)

func TestBothLanguagesAreComplete(t *testing.T) {
	for key, s := range texts {
		a, b := filled.FindAllString(s.en, -1), filled.FindAllString(s.de, -1)
		slices.Sort(a)
		slices.Sort(b)
		if s.en == "" || s.de == "" || !slices.Equal(a, b) {
			t.Errorf("%s: %q, %q", key, s.en, s.de)
		}
	}
}

// TestEveryTextIsThere compares the catalog with what the pages ask it for.
func TestEveryTextIsThere(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	named := regexp.MustCompile(`"([a-z]+\.[a-z_]+)"`)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "texts.go" {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
		}
	}
	for _, k := range []kind{toActivate, toRestore, toFree, toReturn, toMove, toForget, toAside, toUntype, toKeep, toLease} {
		used["preview."+string(k)] = true
	}
	for _, a := range []wire.Action{wire.ActActivate, wire.ActRestore, wire.ActBorrow} {
		used["what."+string(a)], used["what."+string(a)+"_code"] = true, true
	}
	for _, key := range []string{"what.ref", "return.preview", "return.button", "move.preview", "move.button"} {
		used[key] = true
	}
	for key := range texts {
		if !used[key] {
			t.Errorf("nobody says %q", key)
		}
	}
	others := []string{"style.css", "wizard.js", "127.0", "license.no_seat", "url.dll", "license.", "image.png"}
	for key := range used {
		if _, ok := texts[key]; !ok && !slices.Contains(others, key) {
			t.Errorf("there is no text %q", key)
		}
	}
}

// TestColors: whatever color a publisher has, text on it and links of it can be
// read on light and dark pages.
func TestColors(t *testing.T) {
	value := regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})`)
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				c := color.NRGBA{uint8(r), uint8(g), uint8(b), 255}
				var got []color.NRGBA
				for _, m := range value.FindAllStringSubmatch(colors(c), -1) {
					one, err := parseColor(m[2])
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, one)
				}
				brand, on, light, dark := got[0], got[1], got[2], got[3]
				if brand != c || contrast(on, brand) < readable || contrast(light, lightGround) < readable || contrast(light, lightCard) < readable ||
					contrast(dark, darkGround) < readable || contrast(dark, darkCard) < readable {
					t.Errorf("%s: %s", hex(c), colors(c))
				}
			}
		}
	}
	if c := contrast(black, lightGround); c < 20.9 || c > 21.1 {
		t.Errorf("black on white: %v", c)
	}
	for _, ground := range []color.NRGBA{lightGround, lightCard, darkGround, darkCard} {
		short := hex(ground)
		if short == "#ffffff" {
			short = "#fff"
		}
		if !strings.Contains(styleSheet, short+";") {
			t.Errorf("the style sheet has no ground %s", short)
		}
	}
}

// TestMarkup: what is put into a page is a text.
func TestMarkup(t *testing.T) {
	got := el("a", attrs{"href", `x" onclick="y`, "hidden", ""}, esc("<b>"), when(false, "z"), each([]int{1, 2}, func(int) markup { return "i" }))
	if want := markup(`<a href="x&#34; onclick=&#34;y" hidden="">&lt;b&gt;ii</a>`); got != want {
		t.Errorf("%s", got)
	}
	if got := el("br", nil, "x"); got != "<br>" {
		t.Errorf("%s", got)
	}
}

// TestStepsAreForgotten: the oldest go first.
func TestStepsAreForgotten(t *testing.T) {
	w := &Wizard{}
	first := w.add(&step{kind: toActivate})
	for range maxSteps - 1 {
		w.add(&step{kind: toFree})
	}
	if w.step(first.id) != first {
		t.Error("it is forgotten too early")
	}
	w.direct(toRefresh, "x")
	if w.step(first.id) != nil || len(w.steps) != maxSteps {
		t.Error("it is still there")
	}
	if w.direct(toRefresh, "x").id == "x" {
		t.Error("a name that is none was taken")
	}
	a := w.direct(toRefresh, first.id)
	if a.id != first.id || w.direct(toRefresh, a.id) != a || w.direct(toSend, a.id) == a {
		t.Error("a step is not found by its name")
	}
}
