package client

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// Languages are those in which Explain and Describe speak.
var Languages = []string{"en", "de"}

// Language returns the best of Languages for a list of wishes such as "de_DE.UTF-8",
// "de-AT" or an Accept-Language header; "en" if none fits.
func Language(wishes ...string) string {
	for _, w := range wishes {
		for part := range strings.FieldsFuncSeq(w, func(r rune) bool { return r == ',' || r == ':' || r == ' ' }) {
			l := strings.ToLower(part)
			if i := strings.IndexAny(l, "-_.;@"); i >= 0 {
				l = l[:i]
			}
			if slices.Contains(Languages, l) {
				return l
			}
			if l == "c" || l == "posix" {
				return "en"
			}
		}
	}
	return "en"
}

// Explain returns the sentence for a person: what is wrong and what to do next.
// A refusal of the server is shown in the server's own words.
func Explain(lang string, err error) string {
	var r *Refusal
	var typo *wire.CodeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		for _, s := range []string{r.Texts[Language(lang)], r.Text, r.Texts["en"]} {
			if s != "" {
				return s
			}
		}
	case errors.As(err, &typo):
		key := Code(err)
		if typo.Group > 0 {
			key += "_group"
		}
		return sentence(lang, key, "pos", strconv.Itoa(typo.Pos), "symbol", string(typo.Symbol),
			"got", strconv.Itoa(typo.Got), "want", strconv.Itoa(typo.Want), "group", strconv.Itoa(typo.Group))
	case Code(err) == "other":
		return err.Error()
	}
	return sentence(lang, Code(err), "cause", cause(err), "status", status(r))
}

func status(r *Refusal) string {
	if r == nil {
		return ""
	}
	return strconv.Itoa(r.Status)
}

// cause is what an operating system or network has said, for the curious.
func cause(err error) string {
	s := strings.TrimPrefix(err.Error(), "client: ")
	if _, after, ok := strings.Cut(s, ": "); ok {
		return after
	}
	return s
}

// Describe returns what holds about a license in words: "valid until 2027-03-31".
func Describe(lang string, l License) string {
	key := "state." + string(l.State)
	if l.State == Valid && l.Until.IsZero() {
		key += "_forever"
	}
	// Whose seat went to another device is not in dispute with the publisher.
	if _, own := texts[key+"_"+l.Why]; l.State == Blocked && own {
		key += "_" + l.Why
	}
	s := sentence(lang, key, "day", boundary(lang, l), "cause", Explain(lang, l.Err))
	if !l.Runs || l.State == Valid || l.State == Grace {
		return s
	}
	return s + " " + sentence(lang, "state.runs_on")
}

// boundary writes the civil day at which a license's state changes: the first day
// of what begins, the last day of what ends. A boundary is midnight where the
// publisher is, which the license does not say; half a day inward is the same
// day nearly everywhere.
func boundary(lang string, l License) string {
	const inward = 12 * time.Hour
	switch {
	case l.Until.IsZero():
		return ""
	case l.State == NotYet:
		return Day(lang, l.Until.Add(inward))
	}
	return Day(lang, l.Until.Add(-inward))
}

// Day writes a day in the language's form, in UTC like the license itself; "" for
// no time.
func Day(lang string, t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case Language(lang) == "de":
		return t.Format("02.01.2006")
	}
	return t.Format("2006-01-02")
}

// sentence fills a text's names in braces. An unknown key is its own text, so
// that a new code of the server shows at least itself.
func sentence(lang, key string, args ...string) string {
	t, ok := texts[key]
	if !ok {
		return key
	}
	s := t.en
	if Language(lang) == "de" {
		s = t.de
	}
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+args[i]+"}", args[i+1])
	}
	return s
}

// String returns "license, state" for logs.
func (l License) String() string { return fmt.Sprintf("%s (%s)", l.ID, l.State) }
