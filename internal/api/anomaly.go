package api

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
)

// anomaly is an anomaly with where to read more.
type anomaly struct {
	license.AnomalyInfo

	Link string `json:"link,omitempty" doc:"Path of the thing; none for the publisher as a whole."`
}

// anomalyPage is what happened in a window.
type anomalyPage struct {
	OpenCases int                         `json:"open_cases" doc:"Cases that wait for a human."`
	Cases     string                      `json:"cases" doc:"Path of their list."`
	Counts    map[license.AnomalyKind]int `json:"counts" doc:"How many things, by kind."`
	More      bool                        `json:"more,omitempty" doc:"There are more than were counted."`
	Items     []anomaly                   `json:"items"`
}

func showAnomalies(p license.AnomalyPage) anomalyPage {
	out := anomalyPage{
		OpenCases: p.OpenCases, Cases: Prefix + "/cases?state=open", Counts: p.Counts, More: p.More, Items: make([]anomaly, len(p.Items)),
	}
	for i, a := range p.Items {
		out.Items[i].AnomalyInfo = a
		switch a.Entity {
		case "license":
			out.Items[i].Link = Prefix + "/licenses/" + a.Of.String()
		case "container":
			out.Items[i].Link = Prefix + "/containers/" + a.Of.String()
		}
	}
	return out
}

// anomalies registers what happens more often than honest use does.
func (a *API) anomalies() {
	add(a.huma, get("/anomalies", "list-anomalies", tagCases, "List what happened more often than honest use does, newest first, with counts", actor.CaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Days  int                 `query:"days" minimum:"1" maximum:"180" default:"30" doc:"How far the window goes back."`
			Kind  license.AnomalyKind `query:"kind" enum:"seen_twice,churn,restores,clock,guessing" doc:"Only those; default: all. The counts are of all kinds."`
			Limit int                 `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Items of a page."`
		},
		) (*body[anomalyPage], error) {
			p, err := a.Licenses.Anomalies(ctx, by, license.AnomalyQuery{Days: in.Days, Kind: in.Kind, Limit: in.Limit})
			return plain(showAnomalies(p), err)
		})
}
