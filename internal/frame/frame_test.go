package frame_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

// values draws from a small world, so that frames and values often meet.
func values() *rapid.Generator[frame.Value] {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(-3, 8), frame.OfInt),
		rapid.Map(rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}), frame.OfInt),
		rapid.Map(rapid.Bool(), frame.OfBool),
		rapid.Map(rapid.Int32Range(1, 9), func(n int32) frame.Value { return frame.OfDay(day.Day(n)) }),
		rapid.Map(rapid.SampledFrom(words), frame.OfText),
	)
}

var words = []string{"", "red", "blue", "1", "2", "-3", "07", "true", "false", "0001-01-02", "0001-01-03", "9999-12-31"}

func frames() *rapid.Generator[frame.Frame] {
	return rapid.Custom(func(t *rapid.T) frame.Frame {
		var f frame.Frame
		if rapid.Bool().Draw(t, "has min") {
			f.Min = new(rapid.Int64Range(-3, 8).Draw(t, "min"))
		}
		if rapid.Bool().Draw(t, "has max") {
			f.Max = new(rapid.OneOf(rapid.Int64Range(-3, 8), rapid.Just(int64(math.MaxInt64))).Draw(t, "max"))
		}
		if rapid.IntRange(0, 3).Draw(t, "days") == 0 {
			f.MinDay = day.Day(rapid.Int32Range(0, 9).Draw(t, "min day"))
			f.MaxDay = day.Day(rapid.Int32Range(0, 9).Draw(t, "max day"))
		}
		if rapid.Bool().Draw(t, "has set") {
			f.Set = append([]string{}, rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "set")...)
		}
		return f
	})
}

// world is every value that the frames above can tell apart.
func world() []frame.Value {
	out := []frame.Value{frame.OfBool(true), frame.OfBool(false), frame.OfInt(math.MinInt64), frame.OfInt(math.MaxInt64), frame.OfInt(100), frame.OfText("unheard of")}
	for n := int64(-4); n < 12; n++ {
		out = append(out, frame.OfInt(n), frame.OfDay(day.Day(max(n, 1))))
	}
	for _, w := range words {
		out = append(out, frame.OfText(w))
	}
	return out
}

func TestFrameLaws(t *testing.T) {
	all := world()
	rapid.Check(t, func(t *rapid.T) {
		f, g := frames().Draw(t, "f"), frames().Draw(t, "g")
		both := f.Intersect(g)
		inside, some := true, false
		for _, v := range all {
			inF, inG := f.Allows(v) == nil, g.Allows(v) == nil
			if (both.Allows(v) == nil) != (inF && inG) {
				t.Fatalf("Intersect and both frames differ on %v", v)
			}
			inside = inside && (!inF || inG)
			some = some || inF
		}
		if f.Within(g) != inside {
			t.Fatalf("Within is %v, but value by value it is %v", f.Within(g), inside)
		}
		if f.Empty() == some {
			t.Fatalf("Empty is %v", f.Empty())
		}
		if !both.Within(f) || !both.Within(g) || !f.Within(f) || !f.Within(frame.Frame{}) {
			t.Fatal("Within is not an order with Intersect as its meet")
		}
	})
}

func TestAllows(t *testing.T) {
	demo := frame.Frame{Min: new(int64(7)), Max: new(int64(30))}
	dated := frame.Frame{MinDay: day.Of(2026, 1, 1), MaxDay: day.Of(2026, 12, 31)}
	for _, c := range []struct {
		f    frame.Frame
		v    frame.Value
		want error
		args map[string]any
	}{
		{demo, frame.OfInt(7), nil, nil},
		{demo, frame.OfInt(30), nil, nil},
		{demo, frame.OfInt(6), frame.ErrBelowMin, map[string]any{"limit": int64(7), "value": int64(6)}},
		{demo, frame.OfInt(31), frame.ErrAboveMax, map[string]any{"limit": int64(30), "value": int64(31)}},
		{demo, frame.OfText("12"), frame.ErrWrongKind, nil},
		{dated, frame.OfText("2025-12-31"), frame.ErrTooEarly, map[string]any{"limit": day.Of(2026, 1, 1)}},
		{dated, frame.OfText("2027-01-01"), frame.ErrTooLate, nil},
		{dated, frame.OfText("soon"), frame.ErrWrongKind, nil},
		{dated, frame.OfDay(day.Of(2026, 12, 31)), nil, nil},
		{frame.Frame{Set: []string{"red", "blue"}}, frame.OfText("green"), frame.ErrNotInSet, map[string]any{"allowed": "red, blue", "value": "green"}},
		{frame.Frame{Set: []string{}}, frame.OfText(""), frame.ErrNotInSet, nil},
		{frame.Frame{Set: []string{"1"}}, frame.OfInt(1), nil, nil},
		{frame.Frame{}, frame.OfBool(true), nil, nil},
	} {
		err := c.f.Allows(c.v)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%+v allows %v: %v, want %v", c.f, c.v, err, c.want)
			continue
		}
		for name, want := range c.args {
			if got := fault.As(err).Args[name]; got != want {
				t.Errorf("%v: argument %s is %v, want %v", err, name, got, want)
			}
		}
	}
}

func TestFrameJSON(t *testing.T) {
	for _, c := range []struct {
		f    frame.Frame
		want string
	}{
		{frame.Frame{}, `{}`},
		{frame.Frame{Set: []string{}}, `{"set":[]}`}, // an empty set allows nothing: it must survive
		{frame.Frame{Min: new(int64(7)), Max: new(int64(30)), MinDay: day.Of(2026, 1, 1)}, `{"min":7,"max":30,"min_day":"2026-01-01"}`},
	} {
		b, err := json.Marshal(c.f)
		if err != nil || string(b) != c.want {
			t.Fatalf("%s, %v, want %s", b, err, c.want)
		}
		var back frame.Frame
		if err := json.Unmarshal(b, &back); err != nil || !back.Within(c.f) || !c.f.Within(back) {
			t.Fatalf("%s came back as %+v, %v", b, back, err)
		}
	}
}

func TestValueJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := values().Draw(t, "v")
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back frame.Value
		if err := json.Unmarshal(b, &back); err != nil || back != v {
			t.Fatalf("%v -> %s -> %v, %v", v, b, back, err)
		}
	})
	for _, bad := range []string{`null`, `1.5`, `1e3`, `9223372036854775808`, `[]`, `{"a":1}`, "\"\\ud800x"} {
		var v frame.Value
		if err := v.UnmarshalJSON([]byte(bad)); !errors.Is(err, frame.ErrBadValue) {
			t.Errorf("%s: %v, %v", bad, v, err)
		}
	}
}

func TestKind(t *testing.T) {
	for _, c := range []struct {
		kind frame.Kind
		in   string
		want frame.Value
		err  error
	}{
		{frame.Int, "-12", frame.OfInt(-12), nil},
		{frame.Int, "12.5", frame.Value{}, frame.ErrWrongKind},
		{frame.Bool, "true", frame.OfBool(true), nil},
		{frame.Bool, "yes", frame.Value{}, frame.ErrWrongKind},
		{frame.Text, "12", frame.OfText("12"), nil},
		{frame.Text, strings.Repeat("x", 1001), frame.Value{}, frame.ErrTooLong},
		{frame.Choice, "red", frame.OfText("red"), nil},
		{frame.Day, "2026-11-21", frame.OfDay(day.Of(2026, 11, 21)), nil},
		{frame.Day, "21.11.2026", frame.Value{}, frame.ErrWrongKind},
		{frame.Kind("float"), "1", frame.Value{}, frame.ErrBadKind},
	} {
		got, err := c.kind.Parse(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s %.20q = %v, %v, want %v, %v", c.kind, c.in, got, err, c.want, c.err)
		}
	}
	v := frame.OfBool(true)
	if b, ok := v.Bool(); !b || !ok {
		t.Fatal("Bool")
	}
	if _, ok := v.Text(); ok {
		t.Fatal("a truth value is no text")
	}
	if _, ok := v.Day(); ok {
		t.Fatal("a truth value is no day")
	}
	if s, ok := frame.OfText("a").Text(); s != "a" || !ok {
		t.Fatal("Text")
	}
}
