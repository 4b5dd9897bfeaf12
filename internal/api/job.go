package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/job"
)

const tagJobs = "Jobs"

// work is a job as the API shows it.
type work struct {
	ID         job.ID          `json:"id"`
	Kind       string          `json:"kind"`
	State      job.State       `json:"state" enum:"open,done,dead"`
	Done       int64           `json:"done" doc:"Units that are finished."`
	Total      int64           `json:"total" doc:"Units in all; 0 = not known yet."`
	Attempts   int64           `json:"attempts"`
	LastError  string          `json:"last_error,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
	Due        time.Time       `json:"due"`
	CreatedAt  time.Time       `json:"created_at"`
	FinishedAt time.Time       `json:"finished_at,omitzero"`
}

func showJob(j job.Job) work {
	return work{j.ID, j.Kind, j.State, j.Done, j.Total, j.Attempts, j.LastError, j.Result, j.Due, j.Created, j.Finished}
}

// jobs registers the work that goes on in the background.
func (a *API) jobs() {
	s := a.Jobs
	add(a.huma, get("/jobs", "list-jobs", tagJobs, "List jobs, newest first", actor.JobRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			State string `query:"state" enum:"open,done,dead" doc:"Only jobs in this state."`
			After job.ID `query:"after" doc:"The last id of the page before."`
			Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		},
		) (*body[listOf[work]], error) {
			all, err := s.List(ctx, by, job.Filter{State: job.State(in.State), After: in.After, Limit: in.Limit})
			return plain(shown(all, showJob), err)
		})
	add(a.huma, get("/jobs/{id}", "get-job", tagJobs, "Read one job with its progress", actor.JobRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID job.ID `path:"id" doc:"The job's id."`
		},
		) (*body[work], error) {
			j, err := s.Get(ctx, by, in.ID)
			return plain(showJob(j), err)
		})
	add(a.huma, post("/jobs/{id}/retry", "retry-job", tagJobs, "Start a job again that has failed for good", actor.JobRetry),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID job.ID `path:"id" doc:"The job's id."`
		},
		) (*body[work], error) {
			j, err := s.Retry(ctx, by, in.ID)
			return plain(showJob(j), err)
		})
}
