package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
)

// Shell renders the views of one package in both languages.
type Shell struct {
	sets  map[text.Lang]map[string]*template.Template
	brand string
}

// policy is the content security policy of every page: nothing but our own
// files, no inline code, no frames, forms only to ourselves.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// NewShell parses every *.html file of views, each with the layout, once per
// language. brand is the name in the header. It returns an error that names
// the view and the text that is missing.
func NewShell(views fs.FS, brand string) (*Shell, error) {
	files, err := fs.Glob(views, "*.html")
	if err != nil {
		return nil, err
	}
	s := &Shell{sets: map[text.Lang]map[string]*template.Template{}, brand: brand}
	for _, lang := range []text.Lang{text.DE, text.EN} {
		s.sets[lang] = map[string]*template.Template{}
		for _, file := range append(files, "") {
			t, err := template.New("layout.html").Funcs(funcs(lang)).ParseFS(embedded, "assets/layout.html")
			if err == nil && file != "" {
				t, err = t.ParseFS(views, file)
			}
			if err != nil {
				return nil, fmt.Errorf("view %s in %s: %w", file, lang, err)
			}
			s.sets[lang][strings.TrimSuffix(file, ".html")] = t
		}
	}
	return s, nil
}

func funcs(lang text.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, args ...any) (string, error) {
			if !text.Has(key) {
				return "", fmt.Errorf("no text %q", key)
			}
			return text.T(lang, key, args...), nil
		},
		"n":      func(key string, n int64, args ...any) string { return text.N(lang, key, n, args...) },
		"number": func(n int64) string { return text.Number(lang, n) },
		"date": func(t time.Time) string {
			if t.IsZero() {
				return "–"
			}
			y, m, d := t.Date()
			return text.Date(lang, y, m, d)
		},
		"asset": Asset,
		"lang":  func() string { return string(lang) },
	}
}

// Page is what a view is rendered with. Body is the view's own struct.
type Page struct {
	Title string
	Brand string
	Path  string // where the language links point
	Keep  []Field
	Lang  text.Lang
	Body  any
}

// Field is a hidden field that the language switch carries along, for pages
// that answer a form.
type Field struct{ Name, Value string }

// langCookie remembers the visitor's choice of language.
const langCookie = "lang"

// Lang is the language of a request: the one asked for in the form or address,
// the one chosen before, or the browser's.
func Lang(r *http.Request) text.Lang {
	for _, v := range []string{r.URL.Query().Get("lang"), cookie(r)} {
		if v == string(text.DE) || v == string(text.EN) {
			return text.Lang(v)
		}
	}
	return text.Match(r.Header.Get("Accept-Language"))
}

func cookie(r *http.Request) string {
	c, err := r.Cookie(langCookie)
	if err != nil {
		return ""
	}
	return c.Value
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
	t, ok := s.sets[p.Lang][view]
	if !ok {
		return fmt.Errorf("no view %q", view)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout.html", p); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(p.Lang))
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
	if r.URL.Query().Has("lang") {
		http.SetCookie(w, &http.Cookie{
			Name: langCookie, Value: string(p.Lang), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
	w.WriteHeader(status)
	_, err := w.Write(out.Bytes())
	return err
}

// Refusal is the body of the error page.
type Refusal struct {
	Text    string
	Code    string
	Request string
	Status  int
}

// Error renders any error as a page; it has the form that route.Options.Page
// wants.
func (s *Shell) Error(w http.ResponseWriter, r *http.Request, err error, status int, requestID string) {
	lang := Lang(r)
	p := route.NewProblem(err, lang, requestID)
	rendered := s.Render(w, r, status, "", Page{Title: text.T(lang, "web.error"), Body: Refusal{Text: p.Detail, Code: p.Code, Request: requestID, Status: status}})
	if rendered != nil {
		route.WriteProblem(w, r, fault.As(err), requestID)
	}
}
