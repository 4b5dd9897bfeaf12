package online

import (
	"context"
	"errors"
	"net/http"

	"github.com/licet/licet/client"
)

// ErrNoBlockList says that the publisher has issued no block list: there was never
// anything to list.
var ErrNoBlockList = errors.New("online: the publisher has issued no block list")

// BlockList fetches the publisher's block list as a file, which Install of this or of
// any other container takes: also of one on a machine without a network, where
// somebody carries it. Errors: ErrNoBlockList, *client.Refusal, client.ErrOffline,
// client.ErrNoServer.
func BlockList(ctx context.Context, c *client.Container) ([]byte, error) {
	return (&Transport{}).BlockList(ctx, c)
}

// BlockList is the package's function of this name over t.
func (t *Transport) BlockList(ctx context.Context, c *client.Container) ([]byte, error) {
	b, err := t.send(ctx, c, http.MethodGet, "/api/v1/blocklist/"+c.Publisher(), "", "text/plain", nil)
	var no *client.Refusal
	if errors.As(err, &no) && no.Code == "license.no_block_list" {
		return nil, errors.Join(ErrNoBlockList, no)
	}
	return b, err
}
