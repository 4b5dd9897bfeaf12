package catalog

import (
	"github.com/licet/licet/internal/frame"
)

// Configuration is an article with preset options and a narrower frame, under
// a number of its own. A preset replaces the article's default; a frame
// replaces the article's, and a bound that it leaves open stays the article's.
type Configuration struct {
	ID      ConfigurationID        `json:"id,omitzero" yaml:"-"`
	Number  string                 `json:"number"` // fixed; unique with the articles' numbers
	Name    Names                  `json:"name"`
	Article string                 `json:"article"` // fixed; number of the article
	Options map[string]frame.Value `json:"options"` // presets by option name
	Frames  map[string]frame.Frame `json:"frames"`  // narrower frames by option name
	State   State                  `json:"state"`
	Rev     int64                  `json:"rev" yaml:"-"`
}

func (c Configuration) check() (bad refusals) {
	bad.number("/number", c.Number)
	bad.names("/name", c.Name)
	bad.state("/state", c.State)
	bad.atMost("/options", len(c.Options), maxOptions)
	bad.atMost("/frames", len(c.Frames), maxOptions)
	return bad
}

// fits checks c against its article: every frame within the article's, every
// preset and every inherited default within the frame that results.
func (c Configuration) fits(a Article) (bad refusals) {
	for _, name := range sortedKeys(c.Frames) {
		at := pointer("/frames", name)
		o, ok := a.option(name)
		if !ok {
			bad.add(at, ErrOptionUnknown.With("option", clip(name), "allowed", a.optionNames()))
			continue
		}
		f := c.frameOf(o)
		if part := checkFrame(name, o.Kind, f); len(part) > 0 {
			bad.under(at, part)
		} else if !f.Within(o.Frame) {
			bad.add(at, ErrFrameWider.With("option", name, "value", limits(f), "limits", limits(o.Frame)))
		}
	}
	for _, name := range sortedKeys(c.Options) {
		at := pointer("/options", name)
		if o, ok := a.option(name); ok {
			bad.under(at, o.checkValue(c.Options[name], c.frameOf(o)))
		} else {
			bad.add(at, ErrOptionUnknown.With("option", clip(name), "allowed", a.optionNames()))
		}
	}
	if len(bad) > 0 {
		return bad
	}
	for _, o := range a.Options {
		if _, preset := c.Options[o.Name]; !preset && o.Default != nil {
			bad.under(pointer("/frames", o.Name), o.checkValue(*o.Default, c.frameOf(o)))
		}
	}
	return bad
}

// frameOf returns the frame of the article's option o inside c.
func (c Configuration) frameOf(o Option) frame.Frame { return inherit(c.Frames[o.Name], o.Frame) }

func (c Configuration) fixed(next Configuration) (bad refusals) {
	fix := func(field, value string) {
		bad.add("/"+field, ErrFixed.With("object", "configuration", "key", c.Number, "field", field, "value", value))
	}
	if FoldNumber(next.Number) != FoldNumber(c.Number) {
		fix("number", c.Number)
	}
	if FoldNumber(next.Article) != FoldNumber(c.Article) {
		fix("article", c.Article)
	}
	return bad
}

func (c Configuration) fields() []field {
	out := fieldsOf("name.de", c.Name.DE, "name.en", c.Name.EN, "state", string(c.State))
	for _, name := range sortedKeys(c.Options) {
		v := c.Options[name]
		out = append(out, field{"options." + name, shown(&v)})
	}
	for _, name := range sortedKeys(c.Frames) {
		out = append(out, field{"frames." + name, describe(c.Frames[name])})
	}
	return out
}
