package text

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// months are the short English names; German dates are written in digits.
var months = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// exponents are the currencies of ISO 4217 whose minor unit is not a hundredth.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Amount is money as an argument of a text.
type Amount struct {
	Minor    int64  // in the currency's minor unit
	Currency string // ISO 4217
}

// Number writes n with the thousands separator of l: 1.234 or 1,234.
func Number(l Lang, n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	return sign + group(s, l)
}

// Date writes a civil date: 21.11.2026 or 21 Nov 2026.
func Date(l Lang, y int, m time.Month, d int) string {
	if l == DE {
		return fmt.Sprintf("%02d.%02d.%04d", d, int(m), y)
	}
	return fmt.Sprintf("%d %s %04d", d, months[(int(m)+11)%12], y)
}

// Time writes the instant t in t's own location, to the minute, with the zone.
func Time(l Lang, t time.Time) string {
	y, m, d := t.Date()
	return Date(l, y, m, d) + " " + t.Format("15:04 MST")
}

// Money writes an amount in minor units: 1.234,50 EUR or EUR 1,234.50.
func Money(l Lang, minor int64, currency string) string {
	digits, ok := exponents[currency]
	if !ok {
		digits = 2
	}
	s := strconv.FormatInt(minor, 10)
	sign := ""
	if minor < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	whole, part := s[:len(s)-digits], s[len(s)-digits:]
	out := sign + group(whole, l)
	if digits > 0 {
		out += map[Lang]string{DE: ",", EN: "."}[l] + part
	}
	if l == DE {
		return out + nbsp + currency
	}
	return currency + nbsp + out
}

// Duration writes d in its greatest whole unit, rounded up: "5 minutes".
func Duration(l Lang, d time.Duration) string {
	units := []struct {
		key string
		of  time.Duration
	}{{"unit.days", 24 * time.Hour}, {"unit.hours", time.Hour}, {"unit.minutes", time.Minute}}
	for _, u := range units {
		if d >= 2*u.of || d == u.of {
			return N(l, u.key, int64((d+u.of-1)/u.of))
		}
	}
	return N(l, "unit.seconds", int64(math.Ceil(d.Seconds())))
}

// show writes one argument in the reader's form.
func show(l Lang, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return T(l, "word.yes")
		}
		return T(l, "word.no")
	case []string:
		return strings.Join(v, ", ")
	case time.Duration:
		return Duration(l, v)
	case Amount:
		return Money(l, v.Minor, v.Currency)
	case time.Time:
		return Time(l, v)
	case interface {
		IsZero() bool
		Date() (int, time.Month, int)
	}:
		if v.IsZero() {
			return "–"
		}
		y, m, d := v.Date()
		return Date(l, y, m, d)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return Number(l, int64(v))
		}
		return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", map[Lang]string{DE: ",", EN: "."}[l], 1)
	case fmt.Stringer:
		return v.String()
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return Number(l, r.Int())
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return Number(l, int64(r.Uint()))
	}
	return fmt.Sprint(v)
}

// group puts the thousands separator of l into digits.
func group(digits string, l Lang) string {
	sep := byte(',')
	if l == DE {
		sep = '.'
	}
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, sep)
		}
		out = append(out, digits[i])
	}
	return string(out)
}
