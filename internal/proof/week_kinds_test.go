//go:build unix

package proof_test

import (
	"fmt"
	"strings"
	"time"

	sdk "github.com/licet/licet/client"
)

// weekKind is a kind of license that a container keeps, and what becomes of it in a
// week without the server.
type weekKind struct {
	article string
	model   string        // in the catalog file
	borrow  time.Duration // it is borrowed for so long; 0 = it is activated
	ends    int           // from this day on its term is over; 0 = not in the week
	over    sdk.State     // how it stands then
	runs    bool          // and whether it goes on all the same
	units   bool          // a unit of it is spent every day
	after   sdk.State     // how it stands when the server is back and was asked
}

// weekKinds are all kinds, in all the ways in which they end. The borrow of the last
// one is the only one of them that is ever refused.
var weekKinds = []weekKind{
	{article: "W-PERP", model: `kind: multi, refresh_days: 3`, after: sdk.Valid}, // the day of its contact passes, and nothing else
	{article: "W-FIXED", model: `kind: time_limited, fixed_end: END`, after: sdk.Valid},
	{article: "W-DAYS", model: `kind: time_limited, duration: {days: 20}`, after: sdk.Valid},
	{article: "W-SINGLE", model: `kind: single_use`, after: sdk.Valid},
	{article: "W-TRIAL", model: `kind: trial, duration: {days: 14}`, after: sdk.Valid},
	{article: "W-EDU", model: `kind: academic, duration: {months: 12, from: issue}`, after: sdk.Valid},
	{article: "W-LOAN", model: `kind: reusable, duration: {days: 30}`, after: sdk.Valid},
	{article: "W-NFR", model: `kind: nfr, duration: {days: 12}, refresh_days: 2`, after: sdk.Valid}, // renewed as a subscription is
	{article: "W-UNITS", model: `kind: usage, refresh_days: 1`, units: true, after: sdk.Valid},
	{article: "W-CARE", model: `kind: maintenance, maintenance_months: 12`, after: sdk.Valid},
	{article: "W-CAP", model: `kind: capacity`, after: sdk.Valid},
	{article: "W-FLOAT", model: `kind: floating, floating: {per: machine, lease_seconds: 900, borrow_days: 30}`, borrow: 20 * oneDay, after: sdk.Valid},
	{article: "W-GRACE", model: `kind: time_limited, duration: {days: 3}, grace_days: 14`, ends: 3, over: sdk.Grace, runs: true, after: sdk.Grace},
	{article: "W-WARN", model: `kind: time_limited, duration: {days: 3}, enforce: warn`, ends: 3, over: sdk.Expired, runs: true, after: sdk.Expired},
	{article: "W-SHORT", model: `kind: floating, floating: {per: machine, lease_seconds: 900, borrow_days: 30}`, borrow: 4*oneDay - time.Hour, ends: 4, over: sdk.Expired, after: sdk.Expired},
}

// weekLease is a kind of floating license that cloud containers lease.
type weekLease struct {
	article string
	model   string
	first   sdk.State // how a lease stands on the next day; from the day after it is over
	lenient bool      // it only warns, and its program goes on
}

var weekLeases = []weekLease{
	{"W-CLOUD-DAY", `kind: floating, offline: false, floating: {per: process, lease_seconds: 86400, grace_seconds: 86400}`, sdk.Grace, false},
	{"W-CLOUD-SHORT", `kind: floating, offline: false, floating: {per: machine, lease_seconds: 900, grace_seconds: 60}`, sdk.Expired, false},
	{"W-CLOUD-WARN", `kind: floating, offline: false, enforce: warn, floating: {per: machine, lease_seconds: 900, grace_seconds: 60}`, sdk.Expired, true},
}

const oneDay = 24 * time.Hour

// catalogOfWeek is the file of the articles; END is what it says of itself.
func catalogOfWeek(end time.Time) []byte {
	var models, articles strings.Builder
	add := func(article, model, containers string) {
		code, feature, more := strings.ToLower(article), "week", ""
		if strings.HasPrefix(model, "kind: nfr") {
			feature = "week-all"
		}
		if strings.HasPrefix(model, "kind: usage") {
			more = ", options: [{name: units, title: {de: E, en: U}, kind: int, frame: {min: 1, max: 1000}, default: 20, sets: limit}]"
		}
		if strings.HasPrefix(model, "kind: capacity") {
			more = ", limits: {parts: 7}"
		}
		fmt.Fprintf(&models, "  - {code: %s, name: {de: M, en: M}, containers: [%s], %s}\n", code, containers, model)
		fmt.Fprintf(&articles, "  - {number: %s, name: {de: A, en: A}, product: WEEK, model: %s, features: [%s]%s}\n", article, code, feature, more)
	}
	for _, k := range weekKinds {
		add(k.article, strings.Replace(k.model, "END", end.Format(time.DateOnly), 1), "soft, hardware")
	}
	for _, l := range weekLeases {
		add(l.article, l.model, "cloud")
	}
	return []byte(`catalog: 1
currency: EUR
products:
  - code: WEEK
    name: {de: Woche, en: Week}
    key_prefix: WEEK
    features:
      - {code: week, title: {de: Woche, en: Week}}
      - {code: week-all, title: {de: Alles, en: All}, all: true}
models:
` + models.String() + "articles:\n" + articles.String())
}
