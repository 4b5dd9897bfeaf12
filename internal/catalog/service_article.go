package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
)

// CreateModel makes a license model; its id, revision and state are given to it
// (state Active unless it says Retired). What is left empty is not filled in: start from Defaults. It returns ErrExists and every broken rule of ModelSpec.Check, joined.
func (s *Service) CreateModel(ctx context.Context, by actor.Actor, v Model) (Model, error) {
	return create(ctx, s, by, models, v)
}

// ChangeModel replaces its rules; ref is its id or code, rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. What was sold keeps the old rules. An active article that would not fit any more is ErrInUse.
// State Active brings a retired one back.
func (s *Service) ChangeModel(ctx context.Context, by actor.Actor, ref string, rev int64, next Model) (Model, error) {
	return change(ctx, s, by, models, ref, rev, func(Model) Model { return next }, "changed")
}

// RetireModel takes a license model out of use; nothing that was sold is touched.
func (s *Service) RetireModel(ctx context.Context, by actor.Actor, ref string, rev int64) (Model, error) {
	return retire(ctx, s, by, models, ref, rev)
}

// GetModel returns a license model by its id or code, or ErrNotFound.
func (s *Service) GetModel(ctx context.Context, by actor.Actor, ref string) (Model, error) {
	return get(ctx, s, by, models, ref)
}

// ListModels returns one page, sorted by folded code.
func (s *Service) ListModels(ctx context.Context, by actor.Actor, f Query) (Page[Model], error) {
	return page(ctx, s, by, models, f, FoldCode)
}

// CreateArticle makes an article; its id, revision and state are given to it
// (state Active unless it says Retired). It returns ErrExists for a taken number and, joined, every broken rule with the field it is about.
func (s *Service) CreateArticle(ctx context.Context, by actor.Actor, v Article) (Article, error) {
	return create(ctx, s, by, articles, v)
}

// ChangeArticle replaces everything but number and product; ref is its id or number, rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. What was sold stays as it was. A configuration that would reach beyond the new frames is ErrInUse.
// State Active brings a retired one back.
func (s *Service) ChangeArticle(ctx context.Context, by actor.Actor, ref string, rev int64, next Article) (Article, error) {
	return change(ctx, s, by, articles, ref, rev, func(Article) Article { return next }, "changed")
}

// RetireArticle takes an article out of use; nothing that was sold is touched.
func (s *Service) RetireArticle(ctx context.Context, by actor.Actor, ref string, rev int64) (Article, error) {
	return retire(ctx, s, by, articles, ref, rev)
}

// GetArticle returns an article by its id or number, or ErrNotFound.
func (s *Service) GetArticle(ctx context.Context, by actor.Actor, ref string) (Article, error) {
	return get(ctx, s, by, articles, ref)
}

// ListArticles returns one page, sorted by folded number.
func (s *Service) ListArticles(ctx context.Context, by actor.Actor, f Query) (Page[Article], error) {
	return page(ctx, s, by, articles, f, FoldNumber)
}

// CreateConfiguration makes a configuration; its id, revision and state are given to it
// (state Active unless it says Retired). Its frames must lie within the article's (ErrFrameWider), its presets within its frames (ErrOptionOutside).
func (s *Service) CreateConfiguration(ctx context.Context, by actor.Actor, v Configuration) (Configuration, error) {
	return create(ctx, s, by, configurations, v)
}

// ChangeConfiguration replaces its name, presets and frames; ref is its id or number, rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. Number and article cannot change: ErrFixed.
// State Active brings a retired one back.
func (s *Service) ChangeConfiguration(ctx context.Context, by actor.Actor, ref string, rev int64, next Configuration) (Configuration, error) {
	return change(ctx, s, by, configurations, ref, rev, func(Configuration) Configuration { return next }, "changed")
}

// RetireConfiguration takes a configuration out of use; nothing that was sold is touched.
func (s *Service) RetireConfiguration(ctx context.Context, by actor.Actor, ref string, rev int64) (Configuration, error) {
	return retire(ctx, s, by, configurations, ref, rev)
}

// GetConfiguration returns a configuration by its id or number, or ErrNotFound.
func (s *Service) GetConfiguration(ctx context.Context, by actor.Actor, ref string) (Configuration, error) {
	return get(ctx, s, by, configurations, ref)
}

// ListConfigurations returns one page, sorted by folded number.
func (s *Service) ListConfigurations(ctx context.Context, by actor.Actor, f Query) (Page[Configuration], error) {
	return page(ctx, s, by, configurations, f, FoldNumber)
}
