package app

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/text"
)

// SupportBundle writes a ZIP file for support: version, settings, findings,
// jobs, journal heads and row counts. It holds no secret, no code and no
// personal data; every text passes through Redact.
func (a *App) SupportBundle(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	build, _ := debug.ReadBuildInfo()
	heads, err := a.heads(ctx)
	if err != nil {
		return err
	}
	jobs, err := a.Jobs.Health(ctx)
	if err != nil {
		return err
	}
	schema, err := a.DB.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data any
	}{
		{"version.json", map[string]any{
			"version": Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": runtime.NumCPU(),
			"schema": schema, "engine": a.DB.Engine(), "tracing": Tracing, "since": a.began,
		}},
		{"settings.json", a.Config.Dump()},
		{"findings.json", a.Examine(ctx, text.EN)},
		{"jobs.json", jobs},
		{"journal.json", heads},
		{"database.json", a.DB.Stats()},
		{"build.json", build},
	} {
		if err := addJSON(z, f.name, a.seams.Now(), f.data); err != nil {
			return err
		}
	}
	return z.Close()
}

func addJSON(z *zip.Writer, name string, at time.Time, data any) error {
	raw, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, Redact(string(raw))+"\n")
	return err
}

// heads are the ends of the journals by publisher id.
func (a *App) heads(ctx context.Context) (map[string]int64, error) {
	all, err := a.Publishers(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		for _, p := range all {
			if out[p.ID.String()], err = actor.JournalHead(r, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
