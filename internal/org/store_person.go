package org

import (
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var (
	qPersonInsert = db.SQL("org.person_insert", `
INSERT INTO person (id, email_index, sealed, state, created_at) VALUES (?, ?, ?, 'active', ?)
ON CONFLICT (email_index) DO NOTHING`)
	qPersonByEmail = db.SQL("org.person_by_email", `
SELECT p.id, k.sealed FROM person p JOIN person_key k ON k.person_id = p.id WHERE p.email_index = ? {for_update}`)
	qPersonState = db.SQL("org.person_state", `
SELECT state FROM person WHERE id = ? {for_update}`)
	qPersonErase = db.SQL("org.person_erase", `
UPDATE person SET email_index = NULL, sealed = NULL, state = 'erased', erased_at = ? WHERE id = ?`)
	qPersonKeyInsert = db.SQL("org.person_key_insert", `
INSERT INTO person_key (person_id, sealed) VALUES (?, ?)`)
	qPersonKeyDelete = db.SQL("org.person_key_delete", `
DELETE FROM person_key WHERE person_id = ?`)
	qPersonPublishers = db.SQL("org.person_publishers", `
SELECT publisher_id FROM person_publisher WHERE person_id = ?`)
	qPersonJoin = db.SQL("org.person_join", `
INSERT INTO person_publisher (person_id, publisher_id) VALUES (?, ?)
ON CONFLICT (person_id, publisher_id) DO NOTHING`)
	qPersonLeave = db.SQL("org.person_leave", `
DELETE FROM person_publisher WHERE person_id = ? AND publisher_id = ?
AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.publisher_id = person_publisher.publisher_id AND m.person_id = person_publisher.person_id)`)

	qMemberInsert = db.SQL("org.member_insert", `
INSERT INTO membership (publisher_id, id, org_id, person_id, role, sealed, created_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (publisher_id, org_id, person_id) DO NOTHING`)
	qMember = db.SQL("org.member", `
SELECT m.id, m.org_id, m.person_id, m.role, m.sealed, k.sealed, m.created_at, m.rev
FROM membership m JOIN person_key k ON k.person_id = m.person_id
WHERE m.publisher_id = ? AND m.id = ? {for_update}`)
	qMembers = db.SQL("org.members", `
SELECT m.id, m.org_id, m.person_id, m.role, m.sealed, k.sealed, m.created_at, m.rev
FROM membership m JOIN person_key k ON k.person_id = m.person_id
WHERE m.publisher_id = ? AND m.org_id = ? AND m.person_id > ? ORDER BY m.person_id LIMIT ?`)
	qMemberRole = db.SQL("org.member_role", `
UPDATE membership SET role = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qMemberDelete = db.SQL("org.member_delete", `
DELETE FROM membership WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qMembersErase = db.SQL("org.members_erase", `
DELETE FROM membership WHERE publisher_id = ? AND person_id = ?`)
	qPlaces = db.SQL("org.places", `
SELECT m.org_id, o.kind, m.role FROM membership m
JOIN organization o ON o.publisher_id = m.publisher_id AND o.id = m.org_id
WHERE m.publisher_id = ? AND m.person_id = ? AND o.state = 'open'`)
)

const emailLabel = "person-email"

// emailIndex is the keyed hash by which a person is found.
func (s *Service) emailIndex(email string) []byte {
	return s.sealer.Blind(actor.InstallationID, emailLabel, []byte(email))
}

func personKeyAAD(id PersonID) []byte { return append([]byte("person-key:"), id[:]...) }

// personFor returns the person with that address and their key, and makes both
// when there are none.
func (s *Service) personFor(tx *db.Tx, email string) (PersonID, []byte, error) {
	index := s.emailIndex(email)
	id, key, err := s.findPerson(tx, index)
	if !errors.Is(err, db.ErrNotFound) {
		return id, key, err
	}
	id, key = db.NewID[Personal](tx), newPersonKey()
	sealed, err := sealPersonal(key, id, Personal{Email: email})
	if err != nil {
		return id, nil, err
	}
	n, err := tx.Exec(qPersonInsert, id, index, sealed, db.At(tx.Now()))
	if err != nil {
		return id, nil, err
	}
	if n == 0 { // somebody else made them meanwhile
		return s.findPerson(tx, index)
	}
	wrapped, err := s.sealer.Seal(tx, actor.InstallationID, personKeyAAD(id), key)
	if err != nil {
		return id, nil, err
	}
	_, err = tx.Exec(qPersonKeyInsert, id, wrapped)
	return id, key, err
}

// findPerson returns db.ErrNotFound when nobody has that address.
func (s *Service) findPerson(tx *db.Tx, index []byte) (id PersonID, key []byte, err error) {
	var wrapped []byte
	if err := tx.QueryRow(qPersonByEmail, index).Scan(&id, &wrapped); err != nil {
		return id, nil, err
	}
	key, err = s.sealer.Open(tx, actor.InstallationID, personKeyAAD(id), wrapped)
	return id, key, err
}

// memberRow is a membership as it is stored.
type memberRow struct {
	Member
	sealed, key []byte
}

func scanMember(r scanner) (memberRow, error) {
	var (
		m  memberRow
		at db.Time
	)
	err := r.Scan(&m.ID, &m.Org, &m.Person, &m.Role, &m.sealed, &m.key, &at, &m.Rev)
	m.CreatedAt = at.Time
	return m, err
}

// open unseals what is known of the member.
func (s *Service) open(q db.Querier, m memberRow) (Member, error) {
	key, err := s.sealer.Open(q, actor.InstallationID, personKeyAAD(m.Person), m.key)
	if err != nil {
		return m.Member, err
	}
	m.Personal, err = openPersonal(key, m.ID, m.sealed)
	return m.Member, err
}

// ErasePerson removes what is known of a person: the key that seals it (so that
// copies in backups turn to noise), the index by which they are found, the
// content, and their memberships. A tombstone with the pseudonym stays, so that
// the books and the journal keep their sums and hashes. Erasing twice is no
// error. It is a part: the caller has checked that it may.
func ErasePerson(tx *db.Tx, by actor.Actor, id PersonID) error {
	var state string
	if err := tx.QueryRow(qPersonState, id).Scan(&state); err != nil {
		return missing(err)
	}
	if state == "erased" {
		return nil
	}
	publishers, err := db.List(tx, func(r *db.Rows) (p PublisherID, err error) {
		err = r.Scan(&p)
		return p, err
	}, qPersonPublishers, id)
	if err != nil {
		return err
	}
	for _, p := range publishers {
		if err := eraseAt(tx, by, p, id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(qPersonKeyDelete, id); err != nil {
		return err
	}
	_, err = tx.Exec(qPersonErase, db.At(tx.Now()), id)
	return err
}

func eraseAt(tx *db.Tx, by actor.Actor, p PublisherID, id PersonID) error {
	if _, err := tx.Exec(qMembersErase, p, id); err != nil {
		return err
	}
	if _, err := tx.Exec(qPersonLeave, id, p); err != nil {
		return err
	}
	return actor.RecordIn(tx, by, p, actor.Entry{Entity: "person", ID: id, Event: "person.erased"})
}

var qIsMember = db.SQL("org.is_member", `
SELECT id FROM membership WHERE publisher_id = ? AND org_id = ? AND person_id = ?`)

// IsMember reports whether a person is a member of an organization.
func IsMember(q db.Querier, p PublisherID, org ID, person PersonID) (bool, error) {
	var id MembershipID
	err := q.QueryRow(qIsMember, p, org, person).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
