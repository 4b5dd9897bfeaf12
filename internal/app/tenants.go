package app

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/org"
)

// The refusals of the composition root.
var (
	ErrNoPublisher    = fault.New(fault.NotFound, "app.no_publisher")
	ErrNobodyYet      = fault.New(fault.NotFound, "app.nobody_yet")
	ErrWhichPublisher = fault.New(fault.Invalid, "app.which_publisher")
	// ErrCheckpointFile: a file of checkpoints cannot be read (file).
	ErrCheckpointFile = fault.New(fault.NotFound, "app.checkpoint_file")
	// ErrRestoreIdentity: a restore finds no identity file; nothing was loaded (path).
	ErrRestoreIdentity = fault.New(fault.Conflict, "app.restore_identity")
	// ErrOtherIdentity: the identity file does not open this backup; nothing was
	// loaded (path, want: the public key).
	ErrOtherIdentity = fault.New(fault.Conflict, "app.other_identity")
	// ErrRestoring: a restore of this database was begun and not finished; what
	// was issued after the backup is not known to it yet (backup).
	ErrRestoring = fault.New(fault.Conflict, "app.restoring")
)

// Publishers returns all tenants of the installation.
func (a *App) Publishers(ctx context.Context) ([]org.Publisher, error) {
	var out []org.Publisher
	var at org.Range
	for {
		page, err := a.Orgs.Publishers(ctx, actor.Installation(), at)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if page.Next == "" {
			return out, nil
		}
		at.After = page.Next
	}
}

// Publisher returns the tenant of the given short name; "" means the only one.
// Errors: app.no_publisher, app.which_publisher, app.nobody_yet.
func (a *App) Publisher(ctx context.Context, slug string) (org.Publisher, error) {
	all, err := a.Publishers(ctx)
	if err != nil {
		return org.Publisher{}, err
	}
	if slug == "" && len(all) == 1 {
		return all[0], nil
	}
	if slug == "" && len(all) > 1 {
		return org.Publisher{}, ErrWhichPublisher.With("count", len(all))
	}
	if slug == "" {
		return org.Publisher{}, ErrNobodyYet
	}
	for _, p := range all {
		if p.Slug == slug {
			return p, nil
		}
	}
	return org.Publisher{}, ErrNoPublisher.With("publisher", slug)
}
