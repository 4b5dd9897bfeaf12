package bench

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// echoDoc is what E reads and writes: a license of about 400 bytes.
type echoDoc struct {
	ID       string           `json:"id"`
	Issuer   string           `json:"issuer"`
	Product  string           `json:"product"`
	Article  string           `json:"article"`
	Holder   string           `json:"holder"`
	Features []string         `json:"features"`
	Limits   map[string]int64 `json:"limits"`
	Issued   int64            `json:"issued"`
	Expires  int64            `json:"expires"`
	Machine  string           `json:"machine"`
	Nonce    string           `json:"nonce"`
	Text     string           `json:"text"`
}

type signedDoc struct {
	Doc       echoDoc `json:"doc"`
	Signature []byte  `json:"signature,omitempty"`
}

func sampleDoc() echoDoc {
	return echoDoc{
		ID: "0198f3a2-7b1c-7c3e-9f00-2b1f6a7d9e01", Issuer: "0198f3a2-0000-7c3e-9f00-2b1f6a7d9e01", Product: "CAD",
		Article: "CAD-PRO-PERP", Holder: "C-100042", Features: []string{"draw2d", "model3d", "parts", "render"},
		Limits: map[string]int64{"assemblies": 500}, Issued: 1_790_000_000, Expires: 1_821_536_000,
		Machine: "q83vASNFZ4mrze8BI0VniQ", Nonce: "AAECAwQFBgcICQoLDA0ODw", Text: "Dauerlizenz für mehrere Geräte, gültig ab Lieferung",
	}
}

// echo is the yardstick: what net/http costs with nothing behind it.
type echo struct {
	key    ed25519.PrivateKey
	server *http.Server
	base   string
}

// The paths of E.
const (
	echoNothing = "/204"
	echoEcho    = "/echo"
	echoSign    = "/sign"
)

func newEcho(ctx context.Context) (*echo, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	socket, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &echo{key: key, base: "http://" + socket.Addr().String()}
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = e.server.Serve(socket) }()
	return e, nil
}

// ServeHTTP implements http.Handler.
func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == echoNothing {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var in echoDoc
	if err = errors.Join(err, json.Unmarshal(raw, &in)); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	out := signedDoc{Doc: in}
	if r.URL.Path == echoSign {
		out.Signature = ed25519.Sign(e.key, raw)
	}
	body, err := json.Marshal(out)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// handle implements handler.
func (e *echo) handle(_ context.Context, do string, _ json.RawMessage) (any, error) {
	if do == "where" {
		return e.base, nil
	}
	return nil, unknown(do)
}

func (e *echo) close() error { return e.server.Close() }

// echoRequest is the prepared request for a path of E.
func echoRequest(base, path string) ([]byte, error) {
	body, err := json.Marshal(sampleDoc())
	return post(hostOf(base), path, "application/json", body), err
}

// driverHandle is the driver as a worker.
func driverHandle(ctx context.Context, do string, with json.RawMessage) (any, error) {
	if do != "drive" {
		return nil, unknown(do)
	}
	d, err := take[drive](with)
	if err != nil {
		return nil, err
	}
	return d.do(ctx)
}
