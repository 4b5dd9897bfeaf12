package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
)

// lastBackupFile remembers, in the data folder, when the newest backup was made
// from here, for the doctor.
const lastBackupFile = "last-backup.json"

// CreateBackup copies the database into an empty or new folder while work goes
// on, verifies the copy, and remembers when it was made.
func (a *App) CreateBackup(ctx context.Context, folder string) (db.Manifest, error) {
	id, err := sign.LoadIdentity(a.IdentityPath())
	if err != nil {
		return db.Manifest{}, err
	}
	if _, err := db.Backup(ctx, a.DB, folder, db.SealedTo(id.Recipient())); err != nil {
		return db.Manifest{}, err
	}
	m, err := db.VerifyBackup(ctx, folder)
	if err != nil {
		return m, err
	}
	note, err := json.Marshal(map[string]time.Time{"made": m.Made})
	if err != nil {
		return m, err
	}
	return m, os.WriteFile(filepath.Join(a.Config.Data, lastBackupFile), append(note, '\n'), 0o600)
}

// opens refuses an identity that is not the one that a backup needs.
func opens(id *sign.Identity, path, folder string) error {
	m, err := db.ReadManifest(folder)
	if err == nil && m.Identity != "" && !id.Holds(m.Identity) {
		err = ErrOtherIdentity.With("path", path, "want", m.Identity)
	}
	return err
}

func lastBackup(data string) (time.Time, error) {
	raw, err := os.ReadFile(filepath.Join(data, lastBackupFile))
	if err != nil {
		return time.Time{}, err
	}
	var note map[string]time.Time
	err = json.Unmarshal(raw, &note)
	return note["made"], err
}
