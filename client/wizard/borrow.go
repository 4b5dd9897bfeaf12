package wizard

import (
	"slices"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/wire"
)

// floating is the kind of license that is not activated: programs take its places
// while they run, or somebody borrows one.
const floating = "floating"

// lends reports whether what can be had of a code can only be borrowed.
func lends(h *online.Held) bool {
	some := false
	for _, l := range h.Licenses {
		if l.Refusal == nil && l.Kind != floating {
			return false
		}
		some = some || l.Refusal == nil
	}
	return some
}

// floats reports whether a code holds a floating license.
func floats(h *online.Held) bool {
	return slices.ContainsFunc(h.Licenses, func(l online.HeldLicense) bool { return l.Kind == floating })
}

// untilField asks for the last day of a borrow.
func (v *view) untilField() markup {
	return all(el("label", attrs{"for", "until"}, esc(v.t("borrow.until"))),
		el("input", attrs{"type", "date", "id", "until", "name", "until", "aria-describedby", "until-hint"}),
		el("p", attrs{"class", "small", "id", "until-hint"}, esc(v.t("borrow.until_hint"))))
}

// until is the end of the day that was chosen; zero for none.
func (v *view) until() (time.Time, error) {
	typed := v.field("until")
	if typed == "" {
		return time.Time{}, nil
	}
	last, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, fail("fail.until", "value", typed)
	}
	return last.AddDate(0, 0, 1), nil
}

// previewKeep asks how much longer a borrowed license is kept.
func (v *view) previewKeep(s *step) markup {
	return all(v.e("h1", "keep.preview", "license", title(s.license)),
		el("p", attrs{"class", "state " + shade(s.license)}, esc(client.Describe(v.lang, s.license))),
		v.form("step", []string{"s", s.id}, v.untilField(), v.sendButtons("keep.button")), v.cancel())
}

// borrowing makes an ask one for a borrow.
func (v *view) borrowing(s *step, ask *client.Ask) (err error) {
	ask.Action = wire.ActBorrow
	if s.kind == toKeep {
		ask.Want = []string{s.license.ID}
	}
	ask.Until, err = v.until()
	return err
}
