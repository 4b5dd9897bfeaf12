package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
)

//go:embed assets/* layout.html
var embedded embed.FS

// asset is one file that pages load.
type asset struct {
	body []byte
	kind string
}

// assets maps the path under which a file is served, which holds the hash of
// its content, to the file; names maps its plain name to that path.
var assets, names = load()

func load() (map[string]asset, map[string]string) {
	files, paths := map[string]asset{}, map[string]string{}
	entries, err := fs.ReadDir(embedded, "assets")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	for _, e := range entries {
		body, err := fs.ReadFile(embedded, "assets/"+e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		at := "/assets/" + hex.EncodeToString(sum[:6]) + "/" + e.Name()
		kind := mime.TypeByExtension(path.Ext(e.Name()))
		if path.Ext(e.Name()) == ".js" {
			kind = "text/javascript; charset=utf-8"
		}
		files[at], paths[e.Name()] = asset{body, kind}, at
	}
	return files, paths
}

// Asset returns the path of an embedded file; it panics on a name that is not
// there, which the test of every view finds.
func Asset(name string) string {
	at, ok := names[name]
	if !ok {
		panic("no asset " + name)
	}
	return at
}

// Routes serves the assets; every listener with pages takes them into its
// table.
func Routes() []route.Route {
	return []route.Route{{
		Method: http.MethodGet, Pattern: "/assets/{hash}/{name}", Public: true, Class: route.Page,
		Handler: func(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
			a, ok := assets[r.URL.Path]
			if !ok {
				return fault.New(fault.NotFound, route.ErrNoRoute.Code)
			}
			w.Header().Set("Content-Type", a.kind)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, err := w.Write(a.body)
			return err
		},
	}}
}
