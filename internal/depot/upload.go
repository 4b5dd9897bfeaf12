package depot

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// uploadView is the page for request files.
type uploadView struct {
	Problem *notice // why an upload was not taken; nil = none was made
	Form    uploadForm
	hints
}

// uploadForm is what the form is filled with.
type uploadForm struct {
	Text  string   // pasted before
	Parts []string // the texts of QR codes that were read before
}

// upload shows the form for request files.
func (d *Depot) upload(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	return d.show(w, r, http.StatusOK, "upload", "depot.upload.title", uploadView{hints: d.hints()})
}

// notTaken shows the form again with why an upload holds no messages. What was
// read of it stays, so that only what is missing need be brought.
func (d *Depot) notTaken(w http.ResponseWriter, r *http.Request, b brought, err error) error {
	f := fault.As(err)
	if f.Kind != fault.Invalid && f.Kind != fault.TooLarge {
		return err
	}
	v := uploadView{Problem: newNotice(web.Lang(r), f.Code, f.Args), Form: uploadForm{Text: trim(string(b.text))}, hints: d.hints()}
	var keep []web.Field
	if v.Form.Text != "" {
		keep = append(keep, web.Field{Name: textField, Value: v.Form.Text})
	}
	if !errors.Is(err, ErrQRMixed) && !errors.Is(err, ErrQRDamaged) {
		v.Form.Parts = b.parts
	}
	for _, one := range v.Form.Parts {
		keep = append(keep, web.Field{Name: partField, Value: one})
	}
	return d.show(w, r, route.Status(f.Kind), "upload", "depot.upload.title", v, keep...)
}

// answerView is what the messages of a file have brought about.
type answerView struct {
	Message  string // the messages again, for the download
	Outcomes []outcome
	Update   string       // to be carried back; "" = nothing
	Refusal  *web.Refusal // of the message behind the last outcome; nil = all were taken
	hints
}

// conversation is the answers to the messages of one file.
type conversation struct {
	message  string
	outcomes []outcome
	lines    []string
	refused  error // of the first that was not taken; the rest was not tried
}

// converse hands messages in, in their order. The error is that of the first one; a
// later one's is in the conversation, because what came before it holds.
func (d *Depot) converse(r *http.Request, by actor.Actor, messages []wire.Line) (c conversation, err error) {
	began := d.clock()
	for i, m := range messages {
		c.message += m.Token + "\n"
		lines, err := d.o.Licenses.Exchange(r.Context(), d.caller(r, by), []byte(m.Token))
		if err != nil {
			if errors.Is(err, license.ErrUnknownCode) {
				d.hold(r.Context(), began)
			}
			if i == 0 {
				return c, err
			}
			c.refused = err
			break
		}
		c.outcomes = append(c.outcomes, newOutcome(m, lines))
		for _, line := range lines { // two answers share their certificates
			if !slices.Contains(c.lines, line) {
				c.lines = append(c.lines, line)
			}
		}
	}
	return c, nil
}

// repeat hands the messages of a page in once more; they are answered with the same
// bytes. There is an answer.
func (d *Depot) repeat(r *http.Request, by actor.Actor) (c conversation, err error) {
	if err := readForm(r); err != nil {
		return c, err
	}
	messages, err := readMessages([]byte(r.PostFormValue(textField)))
	if err == nil {
		c, err = d.converse(r, by, messages)
	}
	if err == nil && len(c.lines) == 0 {
		err = ErrNoRequest.At(fileField)
	}
	return c, err
}

// update is the text that the machine installs, "" for nothing.
func (c *conversation) update() string {
	if len(c.lines) == 0 {
		return ""
	}
	return strings.Join(c.lines, "\n") + "\n"
}

// activate takes a machine's messages and shows what came of them.
func (d *Depot) activate(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	got, err := d.receive(r, by)
	var messages []wire.Line
	if err == nil {
		messages, err = got.messages()
	}
	if err != nil {
		return d.notTaken(w, r, got, err)
	}
	c, err := d.converse(r, by, messages)
	if err != nil {
		return err
	}
	body := answerView{Message: c.message, Outcomes: c.outcomes, Update: c.update(), hints: d.hints()}
	if c.refused != nil {
		refusal := web.NewRefusal(web.Lang(r), c.refused, by.RequestID)
		body.Refusal = &refusal
	}
	return d.show(w, r, http.StatusOK, "answer", c.title(), body, web.Field{Name: textField, Value: c.message})
}

// title says what the page is about: the licenses that can be taken along, else
// what the last message was.
func (c *conversation) title() string {
	for _, o := range c.outcomes {
		if len(o.Licenses) > 0 {
			return "depot.answer.ready"
		}
	}
	switch last := c.outcomes[len(c.outcomes)-1]; last.Type {
	case wire.TypeReturn:
		return "depot.answer.returned"
	case wire.TypeReceipt:
		return "depot.answer.noted"
	}
	return "depot.answer.nothing_new"
}

// update is the download of the answer.
func (d *Depot) update(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	c, err := d.repeat(r, by)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="license.lic"`)
	h.Set("Cache-Control", "no-store")
	_, err = io.WriteString(w, c.update())
	return err
}
