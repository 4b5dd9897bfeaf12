package org

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// A publisher with 10^5 customers below its root, each with a key and a member:
// what is asked of one of them reads nothing of the others.
func TestPlans(t *testing.T) {
	p, id := actor.PublisherID{0: 1}, db.ID[any]{15: 9}
	ids := db.IDs[any]{id}
	dbtest.Large{
		Tables: []dbtest.Table{
			{
				Name: "publisher", Columns: "id, slug, name, time_zone, language, currency, data_level, salt, created_at, rev",
				Values: "CASE WHEN n = 1 THEN P ELSE ID(n) END, 's' || n, 'n', 'UTC', 'en', 'EUR', 'number', EMPTY, n, 1",
			},
			{
				Name: "organization", Columns: "publisher_id, id, parent_id, kind, number, name, folded, price_class, billing, state, placed, created_at, rev",
				Values: "P, ID(n), CASE WHEN n > 1 THEN ID(1) END, CASE WHEN n > 1 THEN 'customer' ELSE 'publisher' END, n, 'n', 'n' || n, 'list', 'order', 'open', n, n, 1",
			},
			{Name: "person", Columns: "id, email_index, sealed, state, created_at", Values: "ID(n), BYTES(n), EMPTY, 'active', n"},
			{Name: "person_key", Columns: "person_id, sealed", Values: "ID(n), EMPTY"},
			{Name: "person_publisher", Columns: "person_id, publisher_id", Values: "ID(n), P"},
			{Name: "membership", Columns: "publisher_id, id, org_id, person_id, role, sealed, created_at, rev", Values: "P, ID(n), ID(n), ID(n), 'staff', EMPTY, n, 1"},
			{
				Name: "api_key", Columns: "publisher_id, id, org_id, name, hint, permissions, made_by, lookup, created_at, rev",
				Values: "P, ID(n), ID(n), 'n', 'h', '[]', 'm', BYTES(n), n, 1",
			},
			{Name: "token_lookup", Columns: "lookup, publisher_id, id", Values: "BYTES(n), P, ID(n)"},
		},
		Also:  []string{"p", "o", "m", "k", "t"},
		Small: []string{"organization_root"},
		Statements: map[*db.Stmt][]any{
			qPublisher: {p}, qPublisherBySlug: {"s9"}, qPublishers: {p, 10},
			qOrg: {p, id}, qOrgByNumber: {p, "9"}, qOrgChildren: {p, id, id, 10}, qOrgOpenChild: {p, id},
			qOrgNumbers: {p, "1", "2", "1", 10}, qOrgNames: {p, "n", id, "o", 10},
			qOrgMembers: {p, ids}, qOrgKeys: {p, ids}, qOrgSave: {"n", "n", "list", "order", "open", p, id, 1}, qOrgPlace: {id, nil, 1, p, id, 1},
			qKey: {p, id}, qKeyLock: {p, id}, qKeys: {p, id, id, 10}, qKeysOf: {p, id}, qKeyRevoke: {1, p, id}, qTokenDelete: {p, id},
			qAuthenticate:  {id[:]},
			qPersonByEmail: {id[:]}, qPersonState: {id}, qPersonPublishers: {id}, qPersonLeave: {id, p},
			qMember: {p, id}, qMembers: {p, id, id, 10}, qMembersErase: {p, id}, qPlaces: {p, id}, qRoleUser: {p, "admin"},
		},
	}.StayOnIndexes(t)
}
