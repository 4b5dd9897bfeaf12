package org

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Roles lists the roles that members of the caller's scope can have: the
// built-in ones, and those defined by an organization of the scope or above it.
func (s *Service) Roles(ctx context.Context, by actor.Actor) ([]Role, error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) ([]Role, error) {
		if err := s.gate.Check(r, by, actor.OrgRead, by.Org); err != nil {
			return nil, err
		}
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return nil, err
		}
		defined, err := many(r, scanRole, qRoles, by.Publisher)
		out := BuiltInRoles()
		for _, role := range defined {
			if v.Sees(by, role.Org) || v.Below(by.Org, role.Org) {
				out = append(out, role)
			}
		}
		return out, err
	})
}

// DefineRole makes a role for the subtree of an organization. Nobody defines a
// role with more than they hold. It returns ErrBadRoleKey, ErrRoleTaken,
// ErrBadName, ErrNoPermissions, ErrBeyondKind and ErrBeyondOwn. An
// Idempotency-Key makes it repeatable.
func (s *Service) DefineRole(ctx context.Context, by actor.Actor, in NewRole) (Role, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Role, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Role{}, err
		}
		in.Org = ownOr(v, by, in.Org)
		o, err := reach(tx, v, by, actor.MemberManage, in.Org)
		if err != nil {
			return Role{}, err
		}
		n, err := in.clean()
		if err == nil {
			err = grantable(n.Permissions, o.Kind, v.Effective(by))
		}
		if err != nil {
			return Role{}, err
		}
		load := func(id [16]byte) (Role, error) { return one(tx, scanRole, qRoleByID, by.Publisher, RoleID(id)) }
		return actor.Once(tx, by, load, func() ([16]byte, Role, error) {
			r, err := insertRole(tx, by.Publisher, n)
			if err != nil {
				return r.id, r, err
			}
			return r.id, r, recordRole(tx, by, r, "role.defined")
		})
	})
}

func recordRole(tx *db.Tx, by actor.Actor, r Role, event string) error {
	return actor.Record(tx, by, actor.Entry{Entity: "role", ID: r.id, Event: event, Data: map[string]any{
		"org": r.Org, "role": r.Key, "permissions": r.Permissions,
	}})
}

// RoleChange is the input of RedefineRole and DropRole.
type RoleChange struct {
	Key         string    `json:"key"`
	Permissions actor.Set `json:"permissions"`   // RedefineRole only
	Rev         int64     `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// RedefineRole gives a defined role other permissions, for everybody who has it,
// at their next sign-in. What it adds must be held by the caller. It returns
// ErrNoPermissions, ErrBeyondKind, ErrBeyondOwn and ErrStale.
func (s *Service) RedefineRole(ctx context.Context, by actor.Actor, in RoleChange) (Role, error) {
	return s.changeRole(ctx, by, in, "role.redefined", func(tx *db.Tx, v actor.View, o Organization, r Role) (Role, error) {
		if in.Permissions.IsEmpty() {
			return r, ErrNoPermissions.At("permissions")
		}
		if err := withinKind(in.Permissions, o.Kind); err != nil {
			return r, err
		}
		if err := handOn(in.Permissions.Minus(r.Permissions), v.Effective(by)); err != nil {
			return r, err
		}
		r.Permissions = in.Permissions
		n, err := tx.Exec(qRoleSave, setArg(r.Permissions), by.Publisher, r.id, r.Rev)
		if err == nil && n == 0 {
			err = stale(r.Rev)
		}
		r.Rev++
		return r, err
	})
}

// DropRole removes a defined role that nobody has. It returns ErrRoleInUse and
// ErrStale.
func (s *Service) DropRole(ctx context.Context, by actor.Actor, in RoleChange) error {
	_, err := s.changeRole(ctx, by, in, "role.dropped", func(tx *db.Tx, _ actor.View, _ Organization, r Role) (Role, error) {
		used, err := some(tx, qRoleUser, by.Publisher, r.Key)
		if err != nil {
			return r, err
		}
		if used {
			return r, ErrRoleInUse.With("role", r.Key)
		}
		n, err := tx.Exec(qRoleDelete, by.Publisher, r.id, r.Rev)
		if err == nil && n == 0 {
			err = stale(r.Rev)
		}
		return r, err
	})
	return err
}

// changeRole is the frame of both: rights where the role was defined, revision,
// act, journal. A built-in role reads as not found: it belongs to nobody.
func (s *Service) changeRole(
	ctx context.Context, by actor.Actor, in RoleChange, event string,
	act func(*db.Tx, actor.View, Organization, Role) (Role, error),
) (Role, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Role, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Role{}, err
		}
		r, err := one(tx, scanRole, qRoleLock, by.Publisher, in.Key)
		if err != nil {
			return r, err
		}
		o, err := reach(tx, v, by, actor.MemberManage, r.Org)
		if err == nil {
			err = checkRev(in.Rev, r.Rev)
		}
		if err != nil {
			return Role{}, err
		}
		if r, err = act(tx, v, o, r); err != nil {
			return r, err
		}
		return r, recordRole(tx, by, r, event)
	})
}
