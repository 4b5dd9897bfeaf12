package api

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
)

const tagCases = "Cases"

// CasePath is the path parameter of one case.
type CasePath struct {
	ID license.CaseID `path:"id" doc:"The case's id."`
}

// cases registers what was found about containers that look like copies, and what a
// human decides.
func (a *API) cases() {
	s := a.Licenses
	add(a.huma, get("/cases", "list-cases", tagCases, "List cases of containers that look like copies, newest first", actor.CaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			State     string              `query:"state" enum:"open,decided" doc:"Only those; default: all."`
			Container license.ContainerID `query:"container" doc:"Only those of this container."`
		},
		) (*body[license.Page[license.CaseInfo]], error) {
			return plain(s.ListCases(ctx, by, license.CaseQuery{
				State: license.CaseState(in.State), Container: in.Container, After: in.After, Limit: in.Limit,
			}))
		})
	add(a.huma, get("/cases/{id}", "get-case", tagCases, "Read one case with its evidence", actor.CaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			CasePath
		},
		) (*one[license.CaseInfo], error) {
			c, err := s.GetCase(ctx, by, in.ID)
			return withETag(c, c.Rev, err)
		})
	add(a.huma, post("/cases/{id}/decide", "decide-case", tagCases, "Decide a case, once", actor.CaseDecide).says(
		"accept: the container goes on, its licenses get a new generation, so that every other copy shows itself. "+
			"evict: its licenses are free and it removes them. replace: the same, and the container is never heard again. "+
			"block: it is refused and keeps its licenses. A case that was decided already answers 409."),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			CasePath
			Body struct {
				Decision license.Decision `json:"decision" enum:"accept,replace,evict,block"`
				Reason   string           `json:"reason" minLength:"1" maxLength:"2000" doc:"One line of up to 500 characters, without names of persons."`
			}
		},
		) (*one[license.CaseInfo], error) {
			c, err := s.DecideCase(ctx, by, in.ID, license.CaseDecision{Do: in.Body.Decision, Reason: in.Body.Reason})
			return withETag(c, c.Rev, err)
		})
}
