package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
)

// CreateProduct makes a product; its id, revision and state are given to it
// (state Active unless it says Retired). It returns ErrExists, ErrPrefixTaken and the refusals of single values, joined.
func (s *Service) CreateProduct(ctx context.Context, by actor.Actor, v Product) (Product, error) {
	return create(ctx, s, by, products, v)
}

// ChangeProduct replaces its name; ref is its id or code, rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. The key prefix and the code cannot change: ErrFixed.
// State Active brings a retired one back.
func (s *Service) ChangeProduct(ctx context.Context, by actor.Actor, ref string, rev int64, next Product) (Product, error) {
	return change(ctx, s, by, products, ref, rev, func(Product) Product { return next }, "changed")
}

// RetireProduct takes a product out of use; nothing that was sold is touched.
func (s *Service) RetireProduct(ctx context.Context, by actor.Actor, ref string, rev int64) (Product, error) {
	return retire(ctx, s, by, products, ref, rev)
}

// GetProduct returns a product by its id or code, or ErrNotFound.
func (s *Service) GetProduct(ctx context.Context, by actor.Actor, ref string) (Product, error) {
	return get(ctx, s, by, products, ref)
}

// ListProducts returns one page, sorted by folded code.
func (s *Service) ListProducts(ctx context.Context, by actor.Actor, f Query) (Page[Product], error) {
	return page(ctx, s, by, products, f, FoldCode)
}

// CreateFeature makes a feature; its id, revision and state are given to it
// (state Active unless it says Retired). Its product is named by code; an unknown one is ErrUnknown, a retired one ErrRetiredReference.
func (s *Service) CreateFeature(ctx context.Context, by actor.Actor, v Feature) (Feature, error) {
	return create(ctx, s, by, features, v)
}

// ChangeFeature replaces its title; ref is its id or "product/code", rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. Code, product and the all-features flag cannot change: ErrFixed.
// State Active brings a retired one back.
func (s *Service) ChangeFeature(ctx context.Context, by actor.Actor, ref string, rev int64, next Feature) (Feature, error) {
	return change(ctx, s, by, features, ref, rev, func(Feature) Feature { return next }, "changed")
}

// RetireFeature takes a feature out of use; nothing that was sold is touched.
func (s *Service) RetireFeature(ctx context.Context, by actor.Actor, ref string, rev int64) (Feature, error) {
	return retire(ctx, s, by, features, ref, rev)
}

// GetFeature returns a feature by its id or "product/code", or ErrNotFound.
func (s *Service) GetFeature(ctx context.Context, by actor.Actor, ref string) (Feature, error) {
	return get(ctx, s, by, features, ref)
}

// ListFeatures returns one page of a product's features (Query.Product is required), sorted by folded code.
func (s *Service) ListFeatures(ctx context.Context, by actor.Actor, f Query) (Page[Feature], error) {
	return page(ctx, s, by, features, f, FoldCode)
}
