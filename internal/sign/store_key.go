package sign

import (
	"bytes"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

const keyColumns = `id, kid, purpose, state, public, sealed, cert, root_kid, announce, not_before, not_after, created_at, changed_at`

var (
	qKeys = db.SQL("sign.keys", `SELECT `+keyColumns+` FROM signing_key
		WHERE publisher_id = ? ORDER BY publisher_id, id`)
	qKeyByKID = db.SQL("sign.key_by_kid", `SELECT `+keyColumns+` FROM signing_key
		WHERE publisher_id = ? AND kid = ?`)
	qKeysExpiring = db.SQL("sign.keys_expiring", `SELECT `+keyColumns+` FROM signing_key
		WHERE state = 'active' AND purpose = 'issue' AND not_after < ?`)
	qKeyUsed   = db.SQL("sign.key_used", `SELECT kid FROM signing_key WHERE kid = ? AND state <> 'revoked' LIMIT 1`)
	qKeyInsert = db.SQL("sign.key_insert", `INSERT INTO signing_key
		(publisher_id, id, kid, purpose, state, public, sealed, cert, root_kid, announce,
		 not_before, not_after, created_at, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	qKeyRetireActive = db.SQL("sign.key_retire_active", `UPDATE signing_key SET state = 'retired', changed_at = ?
		WHERE publisher_id = ? AND purpose = ? AND state = 'active' AND kid <> ?`)
	qKeyActivate = db.SQL("sign.key_activate", `UPDATE signing_key
		SET state = 'active', cert = ?, root_kid = ?, not_before = ?, not_after = ?, changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state = 'requested'`)
	qKeyRecertify = db.SQL("sign.key_recertify", `UPDATE signing_key
		SET cert = ?, root_kid = ?, announce = ?, changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state IN ('active', 'retired')`)
	qKeyRetire = db.SQL("sign.key_retire", `UPDATE signing_key SET state = 'retired', changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state = ?`)
	qKeyRevoke = db.SQL("sign.key_revoke", `UPDATE signing_key SET state = 'revoked', sealed = NULL, changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state <> 'revoked'`)
	qKeysRevoked = db.SQL("sign.keys_revoked", `SELECT publisher_id, kid FROM signing_key
		WHERE state = 'revoked' AND purpose = 'issue'`)
	qKeyReseal = db.SQL("sign.key_reseal", `UPDATE signing_key SET sealed = ?
		WHERE publisher_id = ? AND kid = ? AND state <> 'revoked'`)

	qRoots = db.SQL("sign.roots", `SELECT id, kid, public, rank, state, created_at, changed_at FROM trust_root
		WHERE publisher_id = ? ORDER BY publisher_id, id`)
	qRootInsert = db.SQL("sign.root_insert", `INSERT INTO trust_root
		(publisher_id, id, kid, public, rank, state, created_at, changed_at)
		VALUES (?, ?, ?, ?, ?, 'trusted', ?, ?) ON CONFLICT (publisher_id, kid) DO NOTHING`)
	qRootRevoke = db.SQL("sign.root_revoke", `UPDATE trust_root SET state = 'revoked', changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state = 'trusted'`)
	qRootRank = db.SQL("sign.root_rank", `UPDATE trust_root SET rank = ?, changed_at = ?
		WHERE publisher_id = ? AND kid = ? AND state = 'trusted'`)
	qRootFree = db.SQL("sign.root_free", `UPDATE trust_root SET rank = 'former', changed_at = ?
		WHERE publisher_id = ? AND rank = ? AND state = 'trusted' AND kid <> ?`)

	qLines = db.SQL("sign.lines", `SELECT id, typ, subject, part, token, created_at FROM trust_line
		WHERE publisher_id = ? ORDER BY publisher_id, typ, subject, part`)
	qLineInsert = db.SQL("sign.line_insert", `INSERT INTO trust_line
		(publisher_id, id, typ, subject, part, token, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	qLineDelete = db.SQL("sign.line_delete", `DELETE FROM trust_line
		WHERE publisher_id = ? AND typ = ? AND subject = ?`)
	qPublishers = db.SQL("sign.publishers", `SELECT publisher_id FROM signing_key
		UNION SELECT publisher_id FROM data_key UNION SELECT publisher_id FROM trust_root`)
)

// keyRow is a key with its sealed private half, or with its sealed id in the
// module.
type keyRow struct {
	Key
	sealed []byte
}

// moduleMark stands in front of what is sealed when it is not the private half
// but where that is.
const moduleMark = "pkcs11 "

// mark returns the stored form of what was sealed.
func (p Place) mark(sealed []byte) []byte {
	if p == Here {
		return sealed
	}
	return append([]byte(moduleMark), sealed...)
}

// placeOf undoes mark.
func placeOf(stored []byte) (Place, []byte) {
	if sealed, ok := bytes.CutPrefix(stored, []byte(moduleMark)); ok {
		return InModule, sealed
	}
	return Here, stored
}

func scanKey(r *db.Rows) (keyRow, error) {
	var (
		k                          keyRow
		cert, root                 *string
		from, to, created, changed db.Time
	)
	err := r.Scan(&k.ID, &k.KID, &k.Purpose, &k.State, &k.Public, &k.sealed, &cert, &root, &k.Announce, &from, &to, &created, &changed)
	k.Place, k.sealed = placeOf(k.sealed)
	if cert != nil {
		k.Cert = *cert
	}
	if root != nil {
		k.RootKID = *root
	}
	k.NotBefore, k.NotAfter, k.Created, k.Changed = from.Time, to.Time, created.Time, changed.Time
	return k, err
}

// keys returns every key of a publisher, oldest first.
func keys(q db.Querier, p publisherID) ([]keyRow, error) {
	rows, err := q.Query(qKeys, p)
	return db.Collect(rows, err, scanKey)
}

// expiring returns the active issuing keys whose time ends before an instant.
func expiring(q db.Querier, end time.Time) ([]Key, error) {
	rows, err := q.Query(qKeysExpiring, db.At(end))
	return db.Collect(rows, err, func(r *db.Rows) (Key, error) {
		k, err := scanKey(r)
		return k.Key, err
	})
}

// used reports whether any publisher's key of this id may still be asked to sign.
func used(q db.Querier, kid string) (bool, error) {
	err := q.QueryRow(qKeyUsed, kid).Scan(&kid)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// keyByKID returns one key of the publisher, or ErrNotFound.
func keyByKID(q db.Querier, p publisherID, kid string) (keyRow, error) {
	rows, err := q.Query(qKeyByKID, p, kid)
	found, err := db.Collect(rows, err, scanKey)
	if err != nil {
		return keyRow{}, err
	}
	if len(found) == 0 {
		return keyRow{}, ErrNotFound.With("kid", kid)
	}
	return found[0], nil
}

func insertKey(tx *db.Tx, p publisherID, k keyRow) error {
	_, err := tx.Exec(qKeyInsert, p, k.ID, k.KID, string(k.Purpose), string(k.State), k.Public, k.Place.mark(k.sealed),
		orNull(k.Cert), orNull(k.RootKID), k.Announce, db.At(k.NotBefore), db.At(k.NotAfter), db.At(k.Created), db.At(k.Changed))
	return err
}

// activate installs a certificate; the active key of the same purpose retires
// first, because at most one is active at any moment. It returns the kid of
// the key that retired, "" if none did.
func activate(tx *db.Tx, p publisherID, k Key) (retired string, err error) {
	all, err := keys(tx, p)
	if err != nil {
		return "", err
	}
	for _, one := range all {
		if one.Purpose == k.Purpose && one.State == Active && one.KID != k.KID {
			retired = one.KID
		}
	}
	now := db.At(tx.Now())
	if _, err = tx.Exec(qKeyRetireActive, now, p, string(k.Purpose), k.KID); err != nil {
		return "", err
	}
	_, err = tx.Exec(qKeyActivate, k.Cert, k.RootKID, db.At(k.NotBefore), db.At(k.NotAfter), now, p, k.KID)
	return retired, err
}

// roots returns the roots that a publisher has told the server about, oldest first.
func roots(q db.Querier, p publisherID) ([]Root, error) {
	rows, err := q.Query(qRoots, p)
	return db.Collect(rows, err, func(r *db.Rows) (Root, error) {
		var (
			root             Root
			state            string
			created, changed db.Time
		)
		err := r.Scan(&root.ID, &root.KID, &root.Public, &root.Rank, &state, &created, &changed)
		root.Revoked = state == "revoked"
		root.Created, root.Changed = created.Time, changed.Time
		return root, err
	})
}

func insertRoot(tx *db.Tx, p publisherID, r Root) (bool, error) {
	now := db.At(tx.Now())
	n, err := tx.Exec(qRootInsert, p, r.ID, r.KID, r.Public, string(r.Rank), now, now)
	return n == 1, err
}

// lines returns the root-signed lines of a publisher in a fixed order.
func lines(q db.Querier, p publisherID) ([]Line, error) {
	rows, err := q.Query(qLines, p)
	return db.Collect(rows, err, func(r *db.Rows) (Line, error) {
		var (
			l       Line
			typ     string
			created db.Time
		)
		err := r.Scan(&l.ID, &typ, &l.Subject, &l.Part, &l.Token, &created)
		l.Type, l.Created = wire.Type(typ), created.Time
		return l, err
	})
}

// replaceLines stores the parts of one statement about a subject; an older
// statement of the same type about it is gone.
func replaceLines(tx *db.Tx, p publisherID, typ wire.Type, subject string, tokens []string) error {
	if _, err := tx.Exec(qLineDelete, p, string(typ), subject); err != nil {
		return err
	}
	for i, token := range tokens {
		_, err := tx.Exec(qLineInsert, p, db.NewID[Line](tx), string(typ), subject, i+1, token, db.At(tx.Now()))
		if err != nil {
			return err
		}
	}
	return nil
}

// allPublishers returns every publisher that has a key of any kind.
func allPublishers(q db.Querier) ([]publisherID, error) {
	rows, err := q.Query(qPublishers)
	return db.Collect(rows, err, func(r *db.Rows) (publisherID, error) {
		var p publisherID
		err := r.Scan(&p)
		return p, err
	})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// orSealed turns a key that is not there into the fault of a sealed value that
// cannot be opened.
func orSealed(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrSealed.Wrap(err)
	}
	return err
}

// read fills the stock from one snapshot.
func (s *stock) read(q db.Querier) (err error) {
	if s.version, err = version(q); err != nil {
		return err
	}
	if s.keys, err = keys(q, s.publisher); err != nil {
		return err
	}
	if s.roots, err = roots(q, s.publisher); err != nil {
		return err
	}
	s.lines, err = lines(q, s.publisher)
	return err
}

// RevokedKeys returns the ids of all revoked issuing keys that q can see, by
// publisher.
func RevokedKeys(q db.Querier) (map[actor.PublisherID][]string, error) {
	rows, err := q.Query(qKeysRevoked)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[actor.PublisherID][]string{}
	for rows.Next() {
		var p actor.PublisherID
		var kid string
		if err := rows.Scan(&p, &kid); err != nil {
			return nil, err
		}
		out[p] = append(out[p], kid)
	}
	return out, rows.Err()
}
