package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/internal/db"
)

// lastBackupFile remembers, in the data folder, when the newest backup was made
// from here, for the doctor.
const lastBackupFile = "last-backup.json"

// CreateBackup copies the database into an empty or new folder while work goes
// on, verifies the copy, and remembers when it was made.
func (a *App) CreateBackup(ctx context.Context, folder string) (db.Manifest, error) {
	if _, err := db.Backup(ctx, a.DB, folder); err != nil {
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

func lastBackup(data string) (time.Time, error) {
	raw, err := os.ReadFile(filepath.Join(data, lastBackupFile))
	if err != nil {
		return time.Time{}, err
	}
	var note map[string]time.Time
	err = json.Unmarshal(raw, &note)
	return note["made"], err
}
