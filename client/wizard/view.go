package wizard

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/client"
)

// view is one request on its way to a page.
type view struct {
	*Wizard
	w     http.ResponseWriter
	r     *http.Request
	lang  string
	files [][]byte // that were uploaded
}

// page is what an address answers: a page, a file, or the address to go to.
type page struct {
	status  int    // 0 = 200
	title   string // key
	body    markup // inside the frame
	bare    markup // without header and navigation
	refresh string // where the page goes by itself

	to string // redirect

	file  []byte
	kind  string // of the file
	name  string // under which it is saved; "" = shown
	lasts bool   // it stays the same as long as the wizard runs
}

// language is the one asked for in the address, the one chosen before, the
// program's, or the browser's.
func (v *view) language() string {
	for _, l := range []string{v.r.URL.Query().Get("lang"), cookieOf(v.r, langCookie)} {
		if l == "de" || l == "en" {
			return l
		}
	}
	if v.o.Language != "" {
		return client.Language(v.o.Language)
	}
	return client.Language(v.r.Header.Get("Accept-Language"))
}

func cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// keepLanguage remembers a language that was chosen.
func (v *view) keepLanguage() {
	if l := v.r.URL.Query().Get("lang"); l == v.lang {
		http.SetCookie(v.w, v.cookie(langCookie, l))
	}
}

// at is the address of a page.
func (v *view) at(path string) string { return v.base + "/" + path }

// field is what was typed into a field.
func (v *view) field(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }

// maxDrained is how much of a body that is too large is read and thrown away, so
// that the browser hears why.
const maxDrained = 1 << 30

// read reads the form of a POST, of at most so many bytes.
func (v *view) read(most int64) (no page, bad bool) {
	whole := v.r.Body
	v.r.Body = http.MaxBytesReader(nil, whole, most)
	err := v.parse()
	if err == nil {
		return no, false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(whole, maxDrained))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return page{
			status: http.StatusRequestEntityTooLarge, title: "fail.title",
			body: v.refusal("fail.too_large", "most", strconv.FormatInt(most>>20, 10)),
		}, true
	}
	return page{status: http.StatusBadRequest, title: "fail.title", body: v.refusal("fail.form")}, true
}

// maxFiles is how many files are taken at a time.
const maxFiles = 16

// parse reads the fields of a form, and its files into memory.
func (v *view) parse() error {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		return v.r.ParseForm()
	}
	parts, err := v.r.MultipartReader()
	if err != nil {
		return err
	}
	v.r.PostForm = map[string][]string{}
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := v.part(p); err != nil {
			return err
		}
		if n > 2*maxFiles {
			return errors.New("wizard: too many parts")
		}
	}
}

func (v *view) part(p *multipart.Part) error {
	b, err := io.ReadAll(p)
	if err != nil {
		return err
	}
	if p.FileName() == "" {
		v.r.PostForm.Add(p.FormName(), string(b))
	} else if len(b) > 0 && len(v.files) < maxFiles {
		v.files = append(v.files, b)
	}
	return nil
}

// render writes what an address answers.
func (v *view) render(p page) {
	h := v.w.Header()
	switch {
	case p.to != "":
		h.Set("Location", v.at(p.to))
		v.w.WriteHeader(http.StatusSeeOther)
		return
	case p.kind != "":
		h.Set("Content-Type", p.kind)
		if p.name != "" {
			h.Set("Content-Disposition", `attachment; filename="`+p.name+`"`)
		}
		if p.lasts {
			h.Set("Cache-Control", "private, max-age=3600") // the last page is shown when nobody answers any more
		}
		_, _ = v.w.Write(p.file) // the browser is gone if this fails
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.lang)
	h.Set("Vary", "Accept-Language, Cookie")
	if p.status != 0 {
		v.w.WriteHeader(p.status)
	}
	var out bytes.Buffer
	out.WriteString("<!doctype html>\n")
	out.WriteString(string(v.document(p)))
	_, _ = out.WriteTo(v.w)
}

func (v *view) document(p page) markup {
	title := v.o.Brand.Name
	if p.title != "" {
		title = v.t(p.title) + " · " + title
	}
	head := all(
		el("meta", attrs{"charset", "utf-8"}),
		el("meta", attrs{"name", "viewport", "content", "width=device-width, initial-scale=1"}),
		el("meta", attrs{"name", "color-scheme", "content", "light dark"}),
		when(p.refresh != "", el("meta", attrs{"http-equiv", "refresh", "content", "0; url=" + p.refresh})),
		el("title", nil, esc(title)),
		when(v.known(v.r), all(
			el("link", attrs{"rel", "stylesheet", "href", v.at("style.css")}),
			el("script", attrs{"src", v.at("wizard.js"), "defer", ""}),
		)),
		el("link", attrs{"rel", "icon", "href", v.icon()}),
	)
	body := el("main", attrs{"id", "content", "tabindex", "-1"}, p.bare)
	if p.bare == "" {
		body = all(v.header(), el("main", attrs{"id", "content", "tabindex", "-1"}, p.body), v.footer())
	}
	return el("html", attrs{"lang", v.lang}, el("head", nil, head), el("body", nil, body))
}

func (v *view) icon() string {
	if v.logo == "" || !v.known(v.r) {
		return "data:,"
	}
	return v.at("logo")
}

func (v *view) header() markup {
	brand := el("span", nil, esc(v.o.Brand.Name))
	if v.logo != "" {
		brand = all(el("img", attrs{"src", v.at("logo"), "alt", "", "height", "32"}), brand)
	}
	item := func(path, key string) markup {
		a := attrs{"href", v.at(path)}
		if strings.TrimPrefix(v.r.URL.Path, v.base+"/") == path {
			a = append(a, "aria-current", "page")
		}
		return el("li", nil, el("a", a, esc(v.t(key))))
	}
	other := v.t("page.other")
	again := *v.r.URL
	q := again.Query()
	q.Set("lang", other)
	again.RawQuery = q.Encode()
	return all(
		el("a", attrs{"class", "skip", "href", "#content"}, esc(v.t("page.skip"))),
		el("header", nil,
			el("a", attrs{"class", "brand", "href", v.at("")}, brand),
			el("nav", attrs{"aria-label", v.t("page.navigation")}, el("ul", nil,
				item("", "page.start"), item("activate", "page.activate"), item("offline", "page.offline"), item("lost", "page.lost"),
				el("li", attrs{"class", "apart"}, el("a", attrs{"href", again.RequestURI(), "lang", other, "hreflang", other}, esc(v.t("page.other_name")))),
			)),
		),
	)
}

func (v *view) footer() markup {
	var contact markup
	if c := v.o.Brand.Contact; c != "" {
		shown := esc(c)
		switch {
		case strings.HasPrefix(c, "https://"):
			shown = el("a", attrs{"href", c, "rel", "noreferrer"}, esc(c))
		case strings.Contains(c, "@") && !strings.ContainsAny(c, " <>"):
			shown = el("a", attrs{"href", "mailto:" + c}, esc(c))
		}
		contact = el("p", nil, esc(v.t("page.contact")+" "), shown)
	}
	return el("footer", nil, contact, v.e("p", "page.local"), v.form("close", nil, v.button("page.close", "plain")))
}

// t is a sentence in the language of the page.
func (v *view) t(key string, args ...string) string { return sentence(v.lang, key, args...) }

// e is a sentence in an element.
func (v *view) e(name, key string, args ...string) markup {
	return el(name, nil, esc(v.t(key, args...)))
}

// small is a sentence in small letters.
func (v *view) small(key string, args ...string) markup {
	return el("p", attrs{"class", "small"}, esc(v.t(key, args...)))
}

// form is a form that changes something; hidden are names and values in turn.
func (v *view) form(path string, hidden []string, inside ...markup) markup {
	var fields markup
	for i := 0; i+1 < len(hidden); i += 2 {
		fields += el("input", attrs{"type", "hidden", "name", hidden[i], "value", hidden[i+1]})
	}
	return el("form", attrs{"method", "post", "action", v.at(path), "data-working", v.t("page.working")}, append([]markup{fields}, inside...)...)
}

func (v *view) button(key, class string) markup {
	return el("button", attrs{"type", "submit", "class", class}, esc(v.t(key)))
}

// day writes a day as it is written here.
func (v *view) day(t time.Time) string { return client.Day(v.lang, t) }

// explain is the sentence of an error.
func (v *view) explain(err error) string {
	if key := ownKey(err); key != "" {
		return v.t(key, ownArgs(err)...)
	}
	return client.Explain(v.lang, err)
}

// refusal says that something is not possible, in this package's words.
func (v *view) refusal(key string, args ...string) markup {
	return el("section", attrs{"class", "refusal", "role", "alert"}, v.e("h1", "fail.title"), v.e("p", key, args...))
}

// why says what an error is, with its code for the support, and when to try again.
func (v *view) why(err error) markup {
	var r *client.Refusal
	var wait markup
	if errors.As(err, &r) && r.RetryAfter > 0 {
		wait = el("p", nil, v.e("strong", "fail.retry", "seconds", strconv.Itoa(int(r.RetryAfter/time.Second))))
	}
	return all(el("p", nil, esc(v.explain(err))), wait, el("p", attrs{"class", "small"}, el("code", nil, esc(codeOf(err)))))
}
