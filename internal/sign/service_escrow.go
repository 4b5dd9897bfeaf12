package sign

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Export returns every secret of the installation (peppers, data keys, issuing
// and depot keys) in one file under a passphrase: the escrow from which Import
// makes a database usable again whose identity file is lost. Only the
// installation's administrator may. Root keys are not in it; the server never
// had them. Of a key in the security module it holds the id, not the key. work is log2 of scrypt's N, 0 for the usual. Errors:
// sign.passphrase_short, sign.seal.
func (s *Service) Export(ctx context.Context, by actor.Actor, passphrase string, work int) ([]byte, error) {
	var e escrow
	if shortPassphrase(passphrase) {
		return nil, ErrPassphraseShort // before the journal says that there is an export
	}
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := s.gate.Check(tx, by, actor.PublisherManage, actor.OrgID{}); err != nil {
			return err
		}
		if e, err = s.collect(tx); err != nil {
			return err
		}
		return recordInstallation(tx, by, "keys.exported", nil)
	})
	if err != nil {
		return nil, err
	}
	return e.seal(passphrase, work)
}

// collect opens every secret of the database.
func (s *Service) collect(q db.Querier) (e escrow, err error) {
	all, err := allPublishers(q)
	if err != nil {
		return e, err
	}
	if err := s.exportPeppers(q, &e); err != nil {
		return e, err
	}
	for _, p := range all {
		one, err := s.exportPublisher(q, p)
		if err != nil {
			return e, err
		}
		e.Publishers = append(e.Publishers, one)
	}
	return e, nil
}

// RotateIdentity makes a new key for the identity file at path and seals every
// secret of the database to it. The file holds both keys until the database has
// changed, so that it may be stopped at any moment and run again. No server may
// run meanwhile: it would not be able to open what is sealed anew. Only the
// installation's administrator may. It returns the new public key.
func (s *Service) RotateIdentity(ctx context.Context, by actor.Actor, path string) (string, error) {
	fresh, err := s.id.extended()
	if err != nil {
		return "", err
	}
	err = s.db.Read(ctx, func(r *db.Reader) error { return s.gate.Check(r, by, actor.PublisherManage, actor.OrgID{}) })
	if err != nil {
		return "", err
	}
	if err := replaceFile(path, fresh.text()); err != nil {
		return "", ErrIdentityBad.With("path", path).Wrap(err)
	}
	next := &Service{db: s.db, gate: s.gate, id: fresh, vault: &Vault{db: s.db, id: fresh}, ring: newKeyring(s.db, fresh)}
	next.vault.forget()
	err = s.change(ctx, by, actor.PublisherManage, func(tx *db.Tx) error {
		e, err := s.collect(tx)
		if err != nil {
			return err
		}
		if err := next.take(tx, e, &Imported{}); err != nil {
			return err
		}
		return recordInstallation(tx, by, "identity.rotated", nil)
	})
	if err != nil {
		return "", err
	}
	if err := replaceFile(path, fresh.first().text()); err != nil {
		return "", ErrIdentityBad.With("path", path).Wrap(err)
	}
	return fresh.Recipient(), nil
}

func (s *Service) exportPeppers(q db.Querier, e *escrow) error {
	rows, err := peppers(q)
	if err != nil {
		return err
	}
	for _, row := range rows {
		secret, err := s.id.Open(pepperLabel(row.id, row.purpose), row.sealed)
		if err != nil {
			return err
		}
		e.Peppers = append(e.Peppers, escrowPepper{row.id, row.purpose, row.from.UnixMicro(), secret})
	}
	return nil
}

func (s *Service) exportPublisher(q db.Querier, p publisherID) (escrowPublisher, error) {
	out := escrowPublisher{ID: p.String()}
	data, err := dataKeys(q, p)
	if err != nil {
		return out, err
	}
	for _, d := range data {
		secret, err := s.id.Open(dataLabel(p, d.id), d.sealed)
		if err != nil {
			return out, err
		}
		out.Data = append(out.Data, escrowData{d.id, secret})
	}
	all, err := keys(q, p)
	if err != nil {
		return out, err
	}
	for _, k := range all {
		if k.State == Revoked {
			continue
		}
		seed, err := s.id.Open(keyLabel(p, k.Purpose, k.Place, k.KID), k.sealed)
		if err != nil {
			return out, err
		}
		out.Keys = append(out.Keys, escrowKey{k.KID, k.Purpose, k.Place, seed})
	}
	return out, nil
}

// recordInstallation writes a journal line about the whole installation into the
// journal of every publisher with keys: it concerns each of them, and a journal
// without a publisher has no chain.
func recordInstallation(tx *db.Tx, by actor.Actor, event string, facts any) error {
	all, err := allPublishers(tx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p == actor.InstallationID {
			continue
		}
		if err := actor.RecordIn(tx, by, p, actor.Entry{Entity: "publisher", ID: p, Event: event, Data: facts}); err != nil {
			return err
		}
	}
	return nil
}

// Imported counts what an import has sealed anew.
type Imported struct {
	Peppers  int `json:"peppers"`
	DataKeys int `json:"data_keys"`
	Keys     int `json:"keys"`
}

// Repair makes a Service on a database whose identity file is lost: it loads
// or creates the file at identityPath and opens nothing. Only Import is of use
// on it; afterwards Open works again.
func Repair(d *db.DB, gate *actor.Gate, identityPath string) (*Service, error) {
	id, err := LoadIdentity(identityPath)
	if errors.Is(err, ErrIdentityMissing) {
		id, err = CreateIdentity(identityPath)
	}
	if err != nil {
		return nil, err
	}
	v := &Vault{db: d, id: id}
	v.forget()
	v.peppers.Store(&pepperSet{})
	return &Service{db: d, gate: gate, id: id, vault: v, ring: newKeyring(d, id)}, nil
}

// Import seals the secrets of an export to this installation's identity: those
// of peppers, data keys and keys that the database has, and peppers and data
// keys that it has lost. It changes no state of any key, and refuses the export
// of another installation, as far as the present secrets can still be read to
// compare. Only the installation's administrator may. Errors:
// sign.wrong_passphrase, sign.escrow_file.
func (s *Service) Import(ctx context.Context, by actor.Actor, file []byte, passphrase string) (Imported, error) {
	e, err := openEscrow(file, passphrase)
	if err != nil {
		return Imported{}, err
	}
	var out Imported
	err = s.change(ctx, by, actor.PublisherManage, func(tx *db.Tx) error {
		out = Imported{}
		if err := s.take(tx, e, &out); err != nil {
			return err
		}
		return recordInstallation(tx, by, "keys.imported", out)
	})
	if err != nil {
		return Imported{}, err
	}
	s.ring.forget()
	return out, s.vault.reload(ctx)
}

// take seals the secrets of an export to the Service's identity.
func (s *Service) take(tx *db.Tx, e escrow, out *Imported) error {
	if err := s.importPeppers(tx, e.Peppers, out); err != nil {
		return err
	}
	for _, one := range e.Publishers {
		p, err := db.ParseID[actor.Publisher](one.ID)
		if err != nil {
			return ErrEscrowFile.Wrap(err)
		}
		if err := s.importPublisher(tx, p, one, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) importPeppers(tx *db.Tx, all []escrowPepper, out *Imported) error {
	present := map[int64]pepperRow{}
	rows, err := peppers(tx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		present[row.id] = row
	}
	for _, p := range all {
		aad := pepperLabel(p.ID, p.Purpose)
		sealed, err := s.sealAgain(aad, present[p.ID].sealed, p.Secret)
		if err != nil {
			return err
		}
		from := db.At(time.UnixMicro(p.From))
		if _, err := tx.Exec(qPepperReplace, p.ID, p.Purpose, sealed, from, db.At(tx.Now())); err != nil {
			return err
		}
		out.Peppers++
	}
	return nil
}

func (s *Service) importPublisher(tx *db.Tx, p publisherID, e escrowPublisher, out *Imported) error {
	present := map[int64][]byte{}
	rows, err := dataKeys(tx, p)
	if err != nil {
		return err
	}
	for _, row := range rows {
		present[row.id] = row.sealed
	}
	for _, d := range e.Data {
		sealed, err := s.sealAgain(dataLabel(p, d.ID), present[d.ID], d.Secret)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(qDataReplace, p, d.ID, sealed, db.At(tx.Now())); err != nil {
			return err
		}
		out.DataKeys++
	}
	for _, k := range e.Keys {
		if !k.fits() {
			return ErrEscrowFile
		}
		sealed, err := s.id.Seal(keyLabel(p, k.Purpose, k.Place, k.KID), k.Seed)
		if err != nil {
			return err
		}
		n, err := tx.Exec(qKeyReseal, k.Place.mark(sealed), p, k.KID)
		if err != nil {
			return err
		}
		out.Keys += int(n)
	}
	return nil
}

// sealAgain seals a secret of an export. Where the present blob still opens, it
// must hold the same secret.
func (s *Service) sealAgain(aad, present, secret []byte) ([]byte, error) {
	if len(secret) != secretSize {
		return nil, ErrEscrowFile
	}
	if present != nil {
		if old, err := s.id.Open(aad, present); err == nil && !bytes.Equal(old, secret) {
			return nil, ErrEscrowFile
		}
	}
	return s.id.Seal(aad, secret)
}
