package online

import (
	"context"

	"github.com/licet/licet/client"
)

// Report tells the server how the program was used and asks whether an update is
// there, both only where it was switched on: on this machine (client.Choose), or by
// the customer's administrator for all machines. Call it when the program starts,
// or once a day; it sends at most one report a day, and nothing at all where both
// are off here. What the user may be told is in client.Container.Update.
//
// Errors: *client.Refusal, client.ErrOffline, and those of the disk. None of them
// should stop a program.
func (t *Transport) Report(ctx context.Context, c *client.Container) (client.Told, error) {
	body, err := c.NewReport()
	if err != nil || body == nil {
		return client.Told{}, err
	}
	answer, err := t.post(ctx, c, "/api/v1/usage/report", "application/json", "application/json", body)
	if err != nil {
		return client.Told{}, err
	}
	return c.Reported(answer)
}

// Report is Transport.Report over the standard transport.
func Report(ctx context.Context, c *client.Container) (client.Told, error) {
	return (&Transport{}).Report(ctx, c)
}
