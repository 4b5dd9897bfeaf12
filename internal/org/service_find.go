package org

import (
	"context"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Search is the input of Find: the beginning of a number, or of a name when
// Number is empty. Case counts in numbers, not in names.
type Search struct {
	Number string
	Name   string
	Range
}

// findScan bounds how many rows one Find looks at: beside a narrow scope most
// rows are somebody else's.
const findScan = 2000

// Find lists organizations of the caller's scope by the beginning of their number
// (in the order of numbers) or name (in the order of names). A page may be short,
// even empty, and still have a next one.
func (s *Service) Find(ctx context.Context, by actor.Actor, in Search) (Page[Organization], error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) (Page[Organization], error) {
		var none Page[Organization]
		if err := s.gate.Check(r, by, actor.OrgRead, by.Org); err != nil {
			return none, err
		}
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return none, err
		}
		items, cursor, err := scanFor(r, by.Publisher, in)
		if err != nil {
			return none, err
		}
		p := Page[Organization]{}
		for i, o := range items {
			if v.Sees(by, o.ID) {
				p.Items = append(p.Items, o)
			}
			if len(p.Items) == in.limit() && i+1 < len(items) || i+1 == findScan {
				p.Next = cursor(o)
				break
			}
		}
		return p, nil
	})
}

// scanFor reads the next rows in order, and says how a row is named as a cursor.
func scanFor(r *db.Reader, p PublisherID, in Search) ([]Organization, func(Organization) string, error) {
	if in.Number != "" || in.Name == "" {
		items, err := many(r, scanOrg, qOrgNumbers, p, in.Number, beyond(in.Number), in.After, findScan)
		return items, func(o Organization) string { return o.Number }, err
	}
	prefix := fold(in.Name)
	from, after, ok := strings.Cut(in.After, ":")
	if in.After == "" {
		after, from, ok = prefix, "", true
	}
	id, err := afterID[actor.Org](from)
	if err != nil || !ok {
		return nil, nil, ErrBadPage
	}
	items, err := many(r, scanOrg, qOrgNames, p, after, id, beyond(prefix), findScan)
	return items, func(o Organization) string { return o.ID.String() + ":" + fold(o.Name) }, err
}

// beyond is above every text that begins with prefix.
func beyond(prefix string) string { return prefix + "\U0010FFFF" }
