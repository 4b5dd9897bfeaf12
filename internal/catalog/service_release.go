package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var releases = shelf[Release]{
	kindOf: kindOf[Release, string]{
		object: "release", key: func(r Release) string { return FoldCode(r.Key()) }, label: Release.Key,
		check: Release.check, fixed: Release.fixed, fields: Release.fields,
		keep: func(o, n Release) Release { n.ID, n.Rev, n.Product = o.ID, o.Rev, o.Product; return n },
	},
	cursor: func(r Release) string { return r.Day.String() + "/" + r.Version },
	id:     func(r Release) [16]byte { return r.ID },
	head:   func(r *Release) (*State, *int64) { return &r.State, &r.Rev },
	start:  func(tx *db.Tx, r *Release) { r.ID = db.NewID[Release](tx) },
	complete: func(old, next Release) Release {
		orElse(&next.Product, old.Product)
		orElse(&next.Version, old.Version)
		if next.Day.IsZero() {
			next.Day = old.Day
		}
		return next
	},
	find: findRelease, page: pageReleases, insert: insertReleases, update: updateRelease,
	rules: func(q db.Querier, p actor.PublisherID, _ *Release, next Release) (Release, refusals, error) {
		var bad refusals
		of, err := findProduct(q, p, next.Product)
		switch {
		case absent(err):
			bad.add("/product", ErrUnknown.With("object", "product", "value", clip(next.Product)))
			return next, bad, nil
		case err == nil:
			next.Product = of.Code
		}
		return next, bad, err
	},
}

// CreateRelease registers a version of a product; its id, revision and state are
// given to it. Errors: catalog.exists when the product has this version (case does
// not count), catalog.unknown_reference, and the refusals of single values, joined.
func (s *Service) CreateRelease(ctx context.Context, by actor.Actor, v Release) (Release, error) {
	return create(ctx, s, by, releases, v)
}

// ChangeRelease replaces day, notes and link; ref is its id or "product/version",
// rev the revision that the caller saw (ErrStale when it is not the stored one) or
// AnyRev. Product and version cannot change: ErrFixed. State Active brings a
// withdrawn one back.
func (s *Service) ChangeRelease(ctx context.Context, by actor.Actor, ref string, rev int64, next Release) (Release, error) {
	return change(ctx, s, by, releases, ref, rev, func(Release) Release { return next }, "changed")
}

// RetireRelease withdraws a release: nobody is told about it any more.
func (s *Service) RetireRelease(ctx context.Context, by actor.Actor, ref string, rev int64) (Release, error) {
	return retire(ctx, s, by, releases, ref, rev)
}

// GetRelease returns a release by its id or "product/version", or ErrNotFound.
func (s *Service) GetRelease(ctx context.Context, by actor.Actor, ref string) (Release, error) {
	return get(ctx, s, by, releases, ref)
}

// ListReleases returns one page of a product's releases (Query.Product is
// required), the newest first.
func (s *Service) ListReleases(ctx context.Context, by actor.Actor, f Query) (Page[Release], error) {
	return page(ctx, s, by, releases, f, FoldCode)
}
