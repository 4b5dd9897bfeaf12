package api

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/usage"
	"github.com/licet/licet/wire"
)

const tagUsage = "Releases and usage"

// maxReport bounds what a program says about itself, in bytes.
const maxReport = 512 << 10

// report is what a program says about itself.
type report struct {
	Publisher string       `json:"iss" maxLength:"64" doc:"The publisher, as in the license."`
	License   string       `json:"lid" maxLength:"64" doc:"The license's id."`
	Token     string       `json:"license" maxLength:"16384" doc:"The license itself (lic), as proof."`
	Source    string       `json:"source" maxLength:"64" doc:"16 random bytes that the machine keeps, base64url: they tell one machine from another and say nothing about it."`
	Version   string       `json:"version,omitempty" maxLength:"64" doc:"Of the program." example:"3.2.1"`
	Platform  string       `json:"platform,omitempty" maxLength:"64" doc:"Of the program." example:"linux/amd64"`
	Updates   usage.Choice `json:"updates,omitempty" enum:"on,off" doc:"What was chosen on the machine about update notices."`
	Usage     usage.Choice `json:"usage,omitempty" enum:"on,off" doc:"What was chosen on the machine about usage reports."`
	Days      []counted    `json:"days,omitempty" maxItems:"35" doc:"How often features were used on which day, so far; repeating it counts nothing twice."`
}

// counted is one day of a report.
type counted struct {
	Day      string           `json:"day" maxLength:"10" doc:"Civil day of the machine." example:"2026-11-22"`
	Version  string           `json:"version,omitempty" maxLength:"64" doc:"Of the program then; absent: the one that reports."`
	Features map[string]int64 `json:"features" doc:"Uses by feature; the empty name counts starts of the program."`
}

// usageGateway registers what programs of end users say about themselves.
func (a *API) usageGateway() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/usage/report", ID: "report-usage", Tag: tagGateway, Class: route.Bulk, MaxBody: maxReport,
		Summary: "Say how the program is used, and ask for updates",
		Description: "Both only where somebody has switched it on, on the machine or for the organization; off by default, and off anywhere wins. " +
			"The answer says what is on, and which release the license's maintenance covers.",
	}, media{"application/json": report{}}, media{"application/json": usage.Told{}}, a.reportUsage)
}

func (a *API) reportUsage(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, maxReport)
	if err != nil {
		return err
	}
	var in report
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return ErrMalformed.Wrap(err)
	}
	days := make([]usage.Count, 0, len(in.Days))
	for _, d := range in.Days {
		on, _ := day.Parse(d.Day) // no day is refused by the door
		days = append(days, usage.Count{Day: on, Version: d.Version, Features: d.Features})
	}
	told, err := a.Usage.Tell(r.Context(), by, usage.Telling{
		Publisher: in.Publisher, License: in.License, Token: in.Token, Source: in.Source, Version: in.Version, Platform: in.Platform,
		Updates: in.Updates, Usage: in.Usage, Days: days,
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, told)
}

// usages registers releases, what organizations choose, and evaluations.
func (a *API) usages() {
	c, s := a.Catalog, a.Usage
	stock(a.huma, shelf[catalog.Release]{
		"/releases", "release", "a release of a product", c.CreateRelease, c.ChangeRelease, c.RetireRelease, c.GetRelease, c.ListReleases,
		func(v catalog.Release) int64 { return v.Rev },
	})
	add(a.huma, get("/usage", "evaluate-usage", tagUsage, "How often features were used, by version, platform or feature", actor.UsageRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Product string      `query:"product" required:"true" maxLength:"64" doc:"Code of the product."`
			From    string      `query:"from" required:"true" maxLength:"10" doc:"First day." example:"2026-11-01"`
			Until   string      `query:"until" required:"true" maxLength:"10" doc:"Last day." example:"2026-11-30"`
			By      string      `query:"by" enum:"feature,version,platform" doc:"What to count; feature by default."`
			Per     string      `query:"per" enum:"day,month" doc:"Month by default. Machines can be told apart within a month only."`
			Org     actor.OrgID `query:"org" doc:"This organization and those below it."`
		},
		) (*body[usage.Summary], error) {
			from, _ := day.Parse(in.From) // no day is refused by the door
			until, _ := day.Parse(in.Until)
			return plain(s.Summarize(ctx, by, usage.Query{Product: in.Product, Org: in.Org, From: from, Until: until, By: in.By, Per: in.Per}))
		})
	add(a.huma, get("/organizations/{id}/usage-choice", "get-usage-choice", tagUsage, "What an organization has chosen about update notices and usage reports", actor.OrgRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID actor.OrgID `path:"id" doc:"The organization's id."`
		},
		) (*one[usage.Chosen], error) {
			v, err := s.Choices(ctx, by, in.ID)
			return withETag(v, v.Rev, err)
		})
	add(a.huma, op{
		Method: http.MethodPut, Path: Prefix + "/organizations/{id}/usage-choice", ID: "choose-usage", Tag: tagUsage,
		Summary:    "Switch update notices and usage reports on or off for the machines of a customer",
		Permission: actor.UsageChoose, Class: route.Order,
	}, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		ID actor.OrgID `path:"id" doc:"The organization's id."`
		Changed
		Body usage.Chosen
	},
	) (*one[usage.Chosen], error) {
		rev, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		v, err := s.Choose(ctx, by, in.ID, in.Body.Updates, in.Body.Usage, rev)
		return withETag(v, v.Rev, err)
	})
}
