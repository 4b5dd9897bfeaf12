package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/licet/licet/internal/text"
)

// Shell renders the views of one package in both languages. A view is parsed
// when it is first rendered: all of them at once would be megabytes that a
// server without visitors never needs.
type Shell struct {
	sets  map[text.Lang]map[string]func() (*template.Template, error)
	brand string
}

// policy is the content security policy of every page: nothing but our own
// files, no inline code, no frames, forms only to ourselves.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// layout is the file that every view is parsed into.
const layout = "layout.html"

// NewShell makes every *.html file of views a view, each with the layout. A file
// whose name begins with an underscore is no view: what it defines is there for
// all of them, the error page included. brand is the name in the header. The
// error is that of reading the folder; Parse tells whether the views are sound.
func NewShell(views fs.FS, brand string) (*Shell, error) {
	files, err := fs.Glob(views, "*.html")
	if err != nil {
		return nil, err
	}
	var parts []string
	own := []string{""} // the error page
	for _, file := range files {
		if strings.HasPrefix(file, "_") {
			parts = append(parts, file)
		} else {
			own = append(own, file)
		}
	}
	s := &Shell{sets: map[text.Lang]map[string]func() (*template.Template, error){}, brand: brand}
	for _, lang := range text.Langs() {
		s.sets[lang] = map[string]func() (*template.Template, error){}
		for _, file := range own {
			s.sets[lang][strings.TrimSuffix(file, ".html")] = sync.OnceValues(func() (*template.Template, error) {
				t, err := parse(views, lang, append(parts[:len(parts):len(parts)], file))
				if err != nil {
					return nil, fmt.Errorf("view %s in %s: %w", file, lang, err)
				}
				return t, nil
			})
		}
	}
	return s, nil
}

// Parse parses every view now. It returns an error that names the first one
// that is broken and what is wrong; the tests of each package with views call it.
func (s *Shell) Parse() error {
	for _, lang := range text.Langs() {
		for _, view := range slices.Sorted(maps.Keys(s.sets[lang])) {
			if _, err := s.sets[lang][view](); err != nil {
				return err
			}
		}
	}
	return nil
}

func parse(views fs.FS, lang text.Lang, files []string) (*template.Template, error) {
	t, err := template.New(layout).Funcs(funcs(lang)).ParseFS(embedded, layout)
	for _, file := range files {
		if err == nil && file != "" {
			t, err = t.ParseFS(views, file)
		}
	}
	return t, err
}

// civil is a date: a day.Day or a time.Time.
type civil interface {
	IsZero() bool
	Date() (int, time.Month, int)
}

// funcs are what views call. Texts are looked up by their key; one that the
// catalog has not is an error, which the test of every view finds.
func funcs(lang text.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, args ...any) (string, error) {
			if !text.Has(key) {
				return "", fmt.Errorf("no text %q", key)
			}
			return text.T(lang, key, args...), nil
		},
		"n": func(key string, n int64, args ...any) (string, error) {
			if !text.Has(key) {
				return "", fmt.Errorf("no text %q", key)
			}
			return text.N(lang, key, n, args...), nil
		},
		"number": func(n int64) string { return text.Number(lang, n) },
		"date": func(d civil) string {
			if d.IsZero() {
				return "–"
			}
			y, m, on := d.Date()
			return text.Date(lang, y, m, on)
		},
		"moment": func(at time.Time) string { return text.Time(lang, at.UTC()) },
		"asset":  Asset,
		"lang":   func() string { return string(lang) },
	}
}

// Page is what a view is rendered with. Body is the view's own struct.
type Page struct {
	Title   string
	Brand   string
	Contact string // how to reach whoever runs the page: an address, or text; "" = not said
	Path    string // where the language links point
	Keep    []Field
	Lang    text.Lang
	Body    any
}

// Field is a hidden field that the language switch carries along, for pages
// that answer a form.
type Field struct{ Name, Value string }

// ContactLink is what the contact links to, "" for plain text.
func (p Page) ContactLink() string {
	switch {
	case strings.ContainsAny(p.Contact, " <>"):
		return ""
	case strings.HasPrefix(p.Contact, "https://"), strings.HasPrefix(p.Contact, "http://"):
		return p.Contact
	case strings.Contains(p.Contact, "@"):
		return "mailto:" + p.Contact
	}
	return ""
}

// Render writes a view as a page. Pages are never stored by caches: they may
// show what a ticket holds.
func (s *Shell) Render(w http.ResponseWriter, r *http.Request, status int, view string, p Page) error {
	p.Lang = Lang(r)
	if p.Brand == "" {
		p.Brand = s.brand
	}
	if p.Path == "" {
		p.Path = r.URL.Path
	}
	parsed, ok := s.sets[p.Lang][view]
	if !ok {
		return fmt.Errorf("no view %q", view)
	}
	t, err := parsed()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, layout, p); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(p.Lang))
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
	// Not no-referrer: it makes browsers send "Origin: null" with our own forms,
	// and over plain HTTP that is all that tells them from another site's.
	h.Set("Referrer-Policy", "same-origin")
	remember(w, r, p.Lang)
	w.WriteHeader(status)
	_, err = w.Write(out.Bytes())
	return err
}
