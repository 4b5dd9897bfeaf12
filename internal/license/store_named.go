package license

import (
	"encoding/json"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// NamedID names a machine that has only a name: a keyed hash over license and name.
type NamedID = db.ID[NamedMachine]

const namedColumns = `m.id, m.license_id, m.lease_id, m.sealed, m.platform, m.cores, m.rev`

var (
	qNamed = db.SQL("license.named", `
SELECT `+namedColumns+` FROM named_machine m WHERE m.publisher_id = ? AND {ids:m.id}`)
	qNamedOfLicense = db.SQL("license.named_of_license", `
SELECT `+namedColumns+` FROM named_machine m
JOIN floating_lease e ON e.publisher_id = m.publisher_id AND e.id = m.lease_id
WHERE m.publisher_id = ? AND m.license_id = ? AND e.state = 'live' ORDER BY m.id LIMIT ?`)
	qNamedInsert = db.SQL("license.named_insert", `
INSERT INTO named_machine (publisher_id, id, license_id, lease_id, sealed, platform, cores, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	qNamedUpdate = db.SQL("license.named_update", `
UPDATE named_machine SET lease_id = ?, sealed = ?, platform = ?, cores = ?, rev = ?
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qNamedForget = db.SQL("license.named_forget", `
DELETE FROM named_machine WHERE publisher_id = ? AND id = ? AND lease_id = ?`)
)

// namedRow is a machine as it is stored.
type namedRow struct {
	m      *NamedMachine
	lease  LeaseID
	sealed []byte
}

func scanNamed(r *db.Rows) (x namedRow, err error) {
	x.m = &NamedMachine{}
	return x, r.Scan(&x.m.ID, &x.m.License, &x.lease, &x.sealed, &x.m.Platform, &x.m.Cores, &x.m.rev)
}

// namedRows reads machines of a license by their ids.
func namedRows(q db.Querier, p actor.PublisherID, l LicenseID, ids db.IDs[NamedMachine]) ([]namedRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := db.List(q, scanNamed, qNamed, p, ids)
	out := all[:0]
	for _, x := range all {
		if x.m.License == l {
			out = append(out, x)
		}
	}
	return out, err
}

// present opens those machines that hold their places, with their leases.
func (s *Service) present(q db.Querier, p actor.PublisherID, l *License, rows []namedRow) ([]*NamedMachine, error) {
	var ids db.IDs[Lease]
	for _, x := range rows {
		ids = append(ids, x.lease)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	leases, err := leasesByID(q, p, qLeases, ids)
	if err != nil {
		return nil, err
	}
	f, _ := l.namedSpec()
	var out []*NamedMachine
	for _, x := range rows {
		a := leases[x.lease]
		if a == nil || a.holds(f, q.Now()) != nil {
			continue
		}
		if err := s.openName(q, p, x); err != nil {
			return nil, err
		}
		x.m.lease = a
		x.m.show(l)
		out = append(out, x.m)
	}
	return out, nil
}

func (s *Service) openName(q db.Querier, p actor.PublisherID, x namedRow) error {
	plain, err := s.vault.Open(q, p, x.m.ID[:], x.sealed)
	if err != nil {
		return err
	}
	var n sealedName
	err = json.Unmarshal(plain, &n)
	x.m.Name, x.m.Parts = n.Name, n.Parts
	return err
}

// keepName writes what is known of a machine under its new lease. Its rev is the
// lease's fence, so that it grows although the row was deleted meanwhile. errAgain
// means that it was named a second time at the same moment.
func (s *Service) keepName(tx *db.Tx, p actor.PublisherID, m *NamedMachine) error {
	plain, err := json.Marshal(sealedName{Name: m.Name, Parts: m.Parts})
	if err != nil {
		return err
	}
	sealed, err := s.vault.Seal(tx, p, m.ID[:], plain)
	if err != nil {
		return err
	}
	if m.rev == 0 {
		_, err := tx.Exec(qNamedInsert, p, m.ID, m.License, m.lease.ID, sealed, m.Platform, m.Cores, m.lease.Fence)
		return err
	}
	n, err := tx.Exec(qNamedUpdate, m.lease.ID, sealed, m.Platform, m.Cores, m.lease.Fence, p, m.ID, m.rev)
	return exactly(1, n, err)
}

// forgetNames deletes what is known of machines whose leases are forgotten.
func forgetNames(tx *db.Tx, p actor.PublisherID, ended []*Lease) error {
	var rows [][]any
	for _, a := range ended {
		if id := NamedID(a.Container); a.Holder == namedHolder(id) {
			rows = append(rows, []any{p, id, a.ID})
		}
	}
	_, err := tx.ExecEach(qNamedForget, rows)
	return err
}
