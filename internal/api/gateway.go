package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

const tagGateway = "Gateway"

// maxToken bounds one message of a container, in bytes.
const maxToken = 16 << 10

// question asks whether a license key is good.
type question struct {
	Key     string `json:"key" maxLength:"64" doc:"The license key as typed." example:"CADP-7H2KM-…"`
	Nonce   string `json:"nonce" maxLength:"64" doc:"16 random bytes, base64url without padding; they stand in the signed answer."`
	Product string `json:"product,omitempty" maxLength:"64" doc:"The asking program's product; a key of another one is not good."`
}

// gateway registers what programs of end users call: no API key, the message
// itself proves what it may do.
func (a *API) gateway() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/exchange", ID: "exchange", Tag: tagGateway, Class: route.Activate, MaxBody: maxToken,
		Summary: "Hand in a container's request, receipt or return, and take the update",
		Description: "The body is one token (req, rcp or ret) as docs/reference/formats.md describes it; the answer is the lines of the update. " +
			"The same message gives the same answer, byte for byte.",
	}, media{"text/plain": nil}, media{"text/plain": nil}, a.exchange)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/validate", ID: "validate", Tag: tagGateway, Class: route.Verify, MaxBody: 4 << 10,
		Summary: "Ask whether a license key is good; the answer is signed",
	}, media{"application/json": question{}}, media{"application/json": license.Validity{}}, a.validate)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/consume", ID: "consume", Tag: tagGateway, Class: route.Verify, MaxBody: 4 << 10,
		Summary:     "Consume units of a usage-counted license by its key",
		Description: "For programs that have no container. The same key and nonce consume once and get the same answer again.",
	}, media{"application/json": consumption{}}, media{"application/json": license.Consumed{}}, a.consume)
	a.raw(op{
		Method: http.MethodGet, Path: Prefix + "/pins/{publisher}", ID: "get-pins", Tag: tagGateway, Class: route.Page,
		Summary: "The public keys of a publisher, for the build of a product", Description: "Pin them in the product; do not fetch them at run time.",
	}, nil, media{"application/json": wire.Pins{}}, a.pins)
	a.raw(op{
		Method: http.MethodGet, Path: Prefix + "/blocklist/{publisher}", ID: "get-block-list", Tag: tagGateway, Class: route.Page,
		Summary: "The signed block list of a publisher, to be installed by programs",
		Description: "The publisher is named by its id, as it stands in licenses (iss). The answer is the certificates and the parts of the list " +
			"that counts, one token to a line; it names hashes of container keys and nothing else. ETag is its number.",
	}, nil, media{"text/plain": nil}, a.blockList)
	a.typed()
	a.bearers()
}

func (a *API) exchange(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	token, err := route.ReadBody(r, maxToken)
	if err != nil {
		return err
	}
	lines, err := a.Licenses.Exchange(r.Context(), by, token)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if len(lines) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	body := strings.Join(lines, "\n") + "\n"
	h.Set("Content-Length", strconv.Itoa(len(body))) // or the server cuts it into chunks
	_, err = io.WriteString(w, body)
	return err
}

func (a *API) validate(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, 4<<10)
	if err != nil {
		return err
	}
	var in question
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return ErrMalformed.Wrap(err)
	}
	answer, err := a.Licenses.Validate(r.Context(), by, license.ValidateInput{Key: in.Key, Nonce: in.Nonce, Product: in.Product})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

// consumption asks for units of a usage-counted license.
type consumption struct {
	Key     string `json:"key" maxLength:"64" doc:"The license key as typed." example:"CADP-7H2KM-…"`
	Nonce   string `json:"nonce" maxLength:"64" doc:"16 random bytes, base64url without padding; the same ones consume once."`
	Units   int64  `json:"units" minimum:"1" maximum:"1000000000" doc:"How many."`
	Product string `json:"product,omitempty" maxLength:"64" doc:"The asking program's product; a key of another one is refused."`
}

func (a *API) consume(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, 4<<10)
	if err != nil {
		return err
	}
	var in consumption
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return ErrMalformed.Wrap(err)
	}
	answer, err := a.Licenses.Consume(r.Context(), by, license.ConsumeInput{Key: in.Key, Nonce: in.Nonce, Units: in.Units, Product: in.Product})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

func (a *API) blockList(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	var p actor.PublisherID
	if err := p.UnmarshalText([]byte(r.PathValue("publisher"))); err != nil {
		return license.ErrNoBlockList
	}
	list, err := a.Licenses.BlockList(r.Context(), by, p)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("ETag", etag(list.Seq))
	if r.Header.Get("If-None-Match") == etag(list.Seq) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	body := strings.Join(list.Lines, "\n") + "\n"
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = io.WriteString(w, body)
	return err
}

func (a *API) pins(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	pins, err := a.Pins(r.Context(), r.PathValue("publisher"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(pins)
}
