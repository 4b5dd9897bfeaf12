package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
)

// CreateGroup makes an article group; its id, revision and state are given to it
// (state Active unless it says Retired). An unknown member is ErrUnknown.
func (s *Service) CreateGroup(ctx context.Context, by actor.Actor, v Group) (Group, error) {
	return create(ctx, s, by, groups, v)
}

// ChangeGroup replaces its name and members; ref is its id or code, rev the revision that
// the caller saw (ErrStale when it is not the stored one) or AnyRev. The list of members is the whole list.
// State Active brings a retired one back.
func (s *Service) ChangeGroup(ctx context.Context, by actor.Actor, ref string, rev int64, next Group) (Group, error) {
	return change(ctx, s, by, groups, ref, rev, func(Group) Group { return next }, "changed")
}

// RetireGroup takes an article group out of use; nothing that was sold is touched.
func (s *Service) RetireGroup(ctx context.Context, by actor.Actor, ref string, rev int64) (Group, error) {
	return retire(ctx, s, by, groups, ref, rev)
}

// GetGroup returns an article group by its id or code, or ErrNotFound.
func (s *Service) GetGroup(ctx context.Context, by actor.Actor, ref string) (Group, error) {
	return get(ctx, s, by, groups, ref)
}

// ListGroups returns one page without their members, sorted by folded code.
func (s *Service) ListGroups(ctx context.Context, by actor.Actor, f Query) (Page[Group], error) {
	return page(ctx, s, by, groups, f, FoldCode)
}

// AddToGroup adds articles and configurations by their numbers; those that are
// members already stay.
func (s *Service) AddToGroup(ctx context.Context, by actor.Actor, ref string, numbers []string) (Group, error) {
	return change(ctx, s, by, groups, ref, AnyRev, func(old Group) Group {
		old.Members = append(without(old.Members, numbers), numbers...)
		return old
	}, "changed")
}

// RemoveFromGroup takes articles and configurations out of a group; a number
// that is no member is no error.
func (s *Service) RemoveFromGroup(ctx context.Context, by actor.Actor, ref string, numbers []string) (Group, error) {
	return change(ctx, s, by, groups, ref, AnyRev, func(old Group) Group {
		old.Members = without(old.Members, numbers)
		return old
	}, "changed")
}
