package online

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// Validate asks the server about a license key, for programs that are always
// online and need no container. The answer is signed, and is believed only if it
// answers this very question; whether the key is good is in its OK and Why.
// product narrows the question; "" = any.
//
// Errors: *wire.CodeError for a typing error, *client.Refusal, client.ErrOffline,
// and those of package wire for an answer that is not to be believed.
func (t *Transport) Validate(ctx context.Context, c *client.Container, key, product string) (*wire.Validation, error) {
	k, err := wire.ParseKey(key)
	if err != nil {
		return nil, err
	}
	var raw [wire.NonceLen]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, err
	}
	nonce := wire.Nonce(raw)
	body, err := json.Marshal(struct {
		Key     string `json:"key"`
		Nonce   string `json:"nonce"`
		Product string `json:"product,omitempty"`
	}{k.String(), nonce, product})
	if err != nil {
		return nil, err
	}
	b, err := t.post(ctx, c, "/api/v1/validate", "application/json", "application/json", body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Token string   `json:"token"`
		Chain []string `json:"chain"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return nil, fmt.Errorf("%w: %w", client.ErrOffline, err)
	}
	return c.CheckValidation(answer.Token, answer.Chain, nonce)
}

// Validate is Transport.Validate over the standard transport.
func Validate(ctx context.Context, c *client.Container, key, product string) (*wire.Validation, error) {
	return (&Transport{}).Validate(ctx, c, key, product)
}
