package depot

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// smallField asks for more and coarser codes.
const smallField = "small"

// codesView is an answer as QR codes.
type codesView struct {
	Message string // the messages again, for the forms of the page
	Codes   []drawnCode
	Count   int64
	Small   bool // they are the coarse ones
	hints
}

// drawnCode is one QR code.
type drawnCode struct {
	N, Of int
	SVG   template.HTML // drawn by client/qr, which escapes its label
}

// codes shows the answer to a machine's messages as QR codes.
func (d *Depot) codes(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	c, err := d.repeat(r, by)
	if err != nil {
		return err
	}
	v := codesView{Message: c.message, Small: r.PostFormValue(smallField) != "", hints: d.hints()}
	room := qr.Page
	if v.Small {
		room = qr.Screen
	}
	if v.Codes, err = drawCodes(web.Lang(r), c.update(), room); err != nil {
		return err
	}
	v.Count = int64(len(v.Codes))
	if v.Count > 1 {
		v.InstallQR = "licet-activate install"
		for _, one := range v.Codes {
			v.InstallQR += command(fmt.Sprintf(" photo%d.jpg", one.N))
		}
	}
	keep := []web.Field{{Name: textField, Value: c.message}}
	if v.Small {
		keep = append(keep, web.Field{Name: smallField, Value: "1"})
	}
	return d.show(w, r, http.StatusOK, "codes", "depot.codes.title", v, keep...)
}

// drawCodes draws an update without block lists, which do not fit and of which the
// container has a command of its own. The error is depot.too_long_for_qr.
func drawCodes(lang text.Lang, update string, room qr.Room) (out []drawnCode, err error) {
	f, err := wire.ParseLines([]byte(update))
	if err != nil {
		return nil, err
	}
	f.Lines = slices.DeleteFunc(f.Lines, func(l wire.Line) bool { return l.Type == wire.TypeBlockList })
	drawn, err := qr.Encode(f, room)
	if errors.Is(err, wire.ErrTooLong) {
		return nil, ErrTooLongForQR.Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	for i, one := range drawn {
		label := text.T(lang, "depot.codes.label", "n", i+1, "of", len(drawn))
		out = append(out, drawnCode{i + 1, len(drawn), template.HTML(one.SVG(label))})
	}
	return out, nil
}
