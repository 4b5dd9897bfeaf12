package org

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const keyColumns = `id, org_id, name, hint, permissions, made_by, parent_key, created_at, expires_at, revoked_at, rev`

var (
	qKeyInsert = db.SQL("org.key_insert", `
INSERT INTO api_key (publisher_id, id, org_id, name, hint, permissions, made_by, parent_key, lookup, created_at, expires_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`)
	qTokenInsert = db.SQL("org.token_insert", `
INSERT INTO token_lookup (lookup, publisher_id, id) VALUES (?, ?, ?)`)
	qTokenDelete = db.SQL("org.token_delete", `
DELETE FROM token_lookup WHERE lookup = (SELECT lookup FROM api_key WHERE publisher_id = ? AND id = ?)`)
	qKey     = db.SQL("org.key", `SELECT `+keyColumns+` FROM api_key WHERE publisher_id = ? AND id = ?`)
	qKeyLock = db.SQL("org.key_lock", `SELECT `+keyColumns+` FROM api_key WHERE publisher_id = ? AND id = ? {for_update}`)
	qKeys    = db.SQL("org.keys", `SELECT `+keyColumns+` FROM api_key
WHERE publisher_id = ? AND org_id = ? AND id > ? ORDER BY id LIMIT ?`)
	qKeysOf = db.SQL("org.keys_of", `SELECT `+keyColumns+` FROM api_key
WHERE publisher_id = ? AND parent_key = ? AND revoked_at IS NULL ORDER BY id {for_update}`)
	qKeyRevoke = db.SQL("org.key_revoke", `
UPDATE api_key SET revoked_at = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND revoked_at IS NULL`)
	// The one read of a request that brings a token.
	qAuthenticate = db.SQL("org.authenticate", `
SELECT k.publisher_id, k.id, k.org_id, o.kind, o.state, k.permissions, k.expires_at, k.revoked_at
FROM token_lookup t
JOIN api_key k ON k.publisher_id = t.publisher_id AND k.id = t.id
JOIN organization o ON o.publisher_id = k.publisher_id AND o.id = k.org_id
WHERE t.lookup = ?`)
)

func scanKey(r scanner) (Key, error) {
	var (
		k                    Key
		perms                db.JSON[[]actor.Permission]
		made, expires, ended db.Time
	)
	err := r.Scan(&k.ID, &k.Org, &k.Name, &k.Hint, &perms, &k.MadeBy, &k.parent, &made, &expires, &ended, &k.Rev)
	k.Permissions = setOf(perms)
	k.CreatedAt, k.ExpiresAt, k.RevokedAt = made.Time, expires.Time, ended.Time
	return k, err
}

// insertKey stores a key and the look-up by which its token is found.
func insertKey(tx *db.Tx, p PublisherID, k Key, lookup []byte) error {
	_, err := tx.Exec(qKeyInsert, p, k.ID, k.Org, k.Name, k.Hint, setArg(k.Permissions), k.MadeBy, k.parent,
		lookup, db.At(k.CreatedAt), db.At(k.ExpiresAt))
	if err != nil {
		return err
	}
	_, err = tx.Exec(qTokenInsert, lookup, p, k.ID)
	return err
}

// revokeTree revokes a key and every key that was made with it, and returns them.
func revokeTree(tx *db.Tx, p PublisherID, id KeyID) ([]KeyID, error) {
	var gone []KeyID
	for todo := []KeyID{id}; len(todo) > 0; todo = todo[1:] {
		children, err := many(tx, scanKey, qKeysOf, p, todo[0])
		if err != nil {
			return nil, err
		}
		for _, k := range children {
			todo = append(todo, k.ID)
		}
		if _, err := tx.Exec(qKeyRevoke, db.At(tx.Now()), p, todo[0]); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(qTokenDelete, p, todo[0]); err != nil {
			return nil, err
		}
		gone = append(gone, todo[0])
	}
	return gone, nil
}

// keyFound is what a token leads to.
type keyFound struct {
	actor actor.Actor
	kind  Kind
	state State
	key   Key
}

func scanFound(r scanner) (keyFound, error) {
	var (
		f              keyFound
		perms          db.JSON[[]actor.Permission]
		expires, ended db.Time
	)
	err := r.Scan(&f.actor.Publisher, &f.key.ID, &f.actor.Org, &f.kind, &f.state, &perms, &expires, &ended)
	f.key.ExpiresAt, f.key.RevokedAt = expires.Time, ended.Time
	f.actor.Kind, f.actor.ID = actor.KindKey, keyActor(f.key.ID)
	f.actor.Perms = setOf(perms).And(KindCeiling(f.kind))
	return f, err
}

// keyActor is the pseudonym of a key in the journal.
func keyActor(id KeyID) string { return "key:" + id.String() }
