package wizard

import (
	"bytes"
	"crypto/rand"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

// offline is the way without internet: write a request, load the answer.
func (w *Wizard) offline(v *view) page {
	typed, err := v.again(toFile)
	c, open := w.container()
	if c == nil {
		return page{title: "page.offline", body: all(v.e("h1", "offline.title"), v.broken(open))}
	}
	option := func(value, key string, checked bool) markup {
		a := attrs{"type", "radio", "name", "for", "value", value}
		if checked {
			a = append(a, "checked", "")
		}
		return el("label", nil, el("input", a), esc(" "+v.t(key)))
	}
	choices := all(option("activate", "offline.for_activate", true), option("restore", "offline.for_restore", false))
	if c.Status().Container != "" {
		choices += option("refresh", "offline.for_refresh", false)
	}
	return page{title: "page.offline", body: all(
		v.summary(err, "code"),
		v.e("h1", "offline.title"), v.e("p", "offline.text"), v.waiting(c.Status()),
		el("section", attrs{"class", "card"}, v.e("h2", "offline.write"),
			v.form("offline", nil, el("fieldset", nil, v.e("legend", "offline.for"), choices), v.optionalCode(typed, err), v.button("offline.write_button", ""))),
		el("section", attrs{"class", "card", "id", "answer"}, v.e("h2", "offline.load"), v.answerForm()),
		el("p", nil, el("a", attrs{"href", v.at("typed")}, esc(v.t("offline.typed")))),
	)}
}

// optionalCode is the field of a code that a refresh does without.
func (v *view) optionalCode(typed string, err error) markup {
	a := attrs{
		"type", "text", "id", "code", "name", "code", "value", typed, "autocomplete", "off", "autocapitalize", "characters", "spellcheck", "false",
		"class", "code", "maxlength", "200", "aria-describedby", "code-hint",
	}
	problem := markup("")
	if err != nil {
		a = append(a, "aria-invalid", "true")
		problem = el("p", attrs{"class", "bad", "id", "code-problem"}, esc(v.explain(err)))
	}
	return all(el("label", attrs{"for", "code"}, esc(v.t("offline.label"))), el("input", a), problem,
		el("p", attrs{"class", "small", "id", "code-hint"}, esc(v.t("offline.hint"))))
}

// answerForm takes an answer as a file, as pictures, or as text.
func (v *view) answerForm() markup {
	return el("form", attrs{
		"method", "post", "action", v.at("install"), "enctype", "multipart/form-data", "data-working", v.t("page.working"),
	},
		el("input", attrs{"type", "hidden", "name", "s", "value", rand.Text()}),
		el("label", attrs{"for", "answer-file"}, esc(v.t("answer.file"))),
		el("input", attrs{"type", "file", "id", "answer-file", "name", "file", "multiple", "", "aria-describedby", "answer-hint"}),
		el("p", attrs{"class", "small", "id", "answer-hint"}, esc(v.t("answer.hint"))),
		el("label", attrs{"for", "answer-text"}, esc(v.t("answer.text"))),
		el("textarea", attrs{"id", "answer-text", "name", "text", "rows", "3", "class", "code", "spellcheck", "false", "autocomplete", "off", "placeholder", "v4.public.…"}),
		v.button("answer.button", ""))
}

// ask writes a request file.
func (w *Wizard) ask(v *view) page {
	actions := map[string]wire.Action{"activate": wire.ActActivate, "restore": wire.ActRestore, "refresh": wire.ActRefresh}
	action, ok := actions[v.field("for")]
	s := w.add(&step{kind: toFile, code: v.field("code")})
	c, err := w.container()
	if c == nil {
		return v.failed(err)
	}
	ask := client.Ask{Action: action, File: true}
	if action != wire.ActRefresh {
		pairing, err := readCode(s.code)
		_, copied := foreign(c.Licenses())
		switch {
		case !ok:
			s.problem = fail("fail.form")
		case err != nil:
			s.problem = err
		case pairing:
			s.problem = fail("fail.is_pairing")
		case copied:
			s.problem = fail("fail.copied")
		}
		ask.Code = s.code
	}
	if s.problem != nil {
		return page{to: "offline?s=" + s.id}
	}
	s.run(func() outcome {
		if _, err := c.NewRequest(ask); err != nil {
			return outcome{err: err}
		}
		return written(c)
	})
	return page{to: "done?s=" + s.id}
}

// install takes an answer over: a file, pictures of QR codes, or a text.
func (w *Wizard) install(v *view) page {
	s := w.direct(toInstall, v.field("s"))
	s.run(func() outcome {
		c, err := w.container()
		if c == nil {
			return outcome{err: err}
		}
		b, err := answer(v.files, v.field("text"))
		if err != nil {
			return outcome{err: err}
		}
		in, err := c.Install(b)
		return outcome{installed: &in, err: err}
	})
	return page{to: "done?s=" + s.id}
}

// answer puts together what was handed over: pictures are read, files and text
// are joined.
func answer(files [][]byte, text string) ([]byte, error) {
	var pictures [][]byte
	var out bytes.Buffer
	for _, f := range files {
		if picture(f) {
			pictures = append(pictures, f)
			continue
		}
		out.Write(f)
		out.WriteByte('\n')
	}
	if text != "" {
		out.WriteString(text + "\n")
	}
	if len(pictures) > 0 {
		f, err := qr.ReadFile(pictures...)
		if err != nil {
			return nil, err
		}
		out.Write(f.Bytes())
	}
	if len(bytes.TrimSpace(out.Bytes())) == 0 {
		return nil, fail("fail.no_answer")
	}
	return out.Bytes(), nil
}

// picture reports whether a file is one that is read for codes.
func picture(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x89PNG")) || bytes.HasPrefix(b, []byte("\xff\xd8\xff"))
}
