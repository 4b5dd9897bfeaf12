package org

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var (
	qRoleInsert = db.SQL("org.role_insert", `
INSERT INTO role (publisher_id, id, org_id, key, name_en, name_de, permissions, created_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (publisher_id, key) DO NOTHING`)
	qRole = db.SQL("org.role", `
SELECT id, org_id, key, name_en, name_de, permissions, rev FROM role WHERE publisher_id = ? AND key = ?`)
	qRoleByID = db.SQL("org.role_by_id", `
SELECT id, org_id, key, name_en, name_de, permissions, rev FROM role WHERE publisher_id = ? AND id = ?`)
	qRoleLock = db.SQL("org.role_lock", `
SELECT id, org_id, key, name_en, name_de, permissions, rev FROM role WHERE publisher_id = ? AND key = ? {for_update}`)
	qRoles = db.SQL("org.roles", `
SELECT id, org_id, key, name_en, name_de, permissions, rev FROM role WHERE publisher_id = ? ORDER BY key`)
	qRoleSave = db.SQL("org.role_save", `
UPDATE role SET permissions = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qRoleDelete = db.SQL("org.role_delete", `
DELETE FROM role WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qRoleUser = db.SQL("org.role_user", `
SELECT id FROM membership WHERE publisher_id = ? AND role = ? LIMIT 1`)
)

func scanRole(r scanner) (Role, error) {
	var (
		role  Role
		perms db.JSON[[]actor.Permission]
	)
	err := r.Scan(&role.id, &role.Org, &role.Key, &role.EN, &role.DE, &perms, &role.Rev)
	role.Permissions = setOf(perms)
	return role, err
}

func insertRole(tx *db.Tx, p PublisherID, n NewRole) (Role, error) {
	r := Role{id: db.NewID[Role](tx), Key: n.Key, Org: n.Org, EN: n.EN, DE: n.DE, Permissions: n.Permissions, Rev: 1}
	done, err := tx.Exec(qRoleInsert, p, r.id, r.Org, r.Key, r.EN, r.DE, setArg(r.Permissions), db.At(tx.Now()))
	if err == nil && done == 0 {
		err = ErrRoleTaken.With("role", n.Key).At("key")
	}
	return r, err
}

// roleOf returns the role of that key, built in or defined; actor.ErrNotFound
// when there is none.
func roleOf(q db.Querier, p PublisherID, key string) (Role, error) {
	if r, ok := builtInRole(key); ok {
		return r, nil
	}
	return one(q, scanRole, qRole, p, key)
}
