package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"

	"github.com/licet/licet/internal/api"
)

// The lists that are paged through, and how far.
var listPaths = []string{"/tickets", "/licenses", "/orders"}

const pagesPerList = 40

// pages are requests for pages of 100, from the first on as a client follows
// them.
func (l *lab) pages(ctx context.Context, s *station) ([][]byte, error) {
	if err := s.server.call(ctx, "issue", issueOrder{Tickets: 5_000, Seats: 1}, nil); err != nil {
		return nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", hostOf(s.API))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var out [][]byte
	for _, path := range listPaths {
		next := ""
		for range pagesPerList {
			request := get(hostOf(s.API), fmt.Sprintf("%s%s?limit=100&after=%s", api.Prefix, path, url.QueryEscape(next)), s.Token)
			out = append(out, request)
			if _, err := conn.Write(request); err != nil {
				return nil, err
			}
			a, _, err := readAnswer(in, nil)
			if err != nil {
				return nil, err
			}
			var page struct {
				Next string `json:"next"`
			}
			if a.status != 200 {
				return nil, fmt.Errorf("bench: a list was answered with %d: %s", a.status, a.body)
			}
			if err := json.Unmarshal(a.body, &page); err != nil {
				return nil, err
			}
			if next = page.Next; next == "" {
				break
			}
		}
	}
	return out, nil
}

// mixed are n requests: 16 of 20 validate, 3 activate, 1 reads a list.
func (l *lab) mixed(ctx context.Context, s *station, n int) ([][]byte, error) {
	asks, err := activations(ctx, s.server, s.where, max(2*seatsPerTicket, n*3/20))
	if err != nil {
		return nil, err
	}
	keys, err := validations(ctx, s.server, s.where, 500)
	if err != nil {
		return nil, err
	}
	pages, err := l.pages(ctx, s)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, 0, n)
	for i := range n {
		switch i % 20 {
		case 3, 9, 15:
			if len(asks) == 0 {
				return out, nil
			}
			out, asks = append(out, asks[0]), asks[1:]
		case 19:
			out = append(out, pages[i/20%len(pages)])
		default:
			out = append(out, keys[i%len(keys)])
		}
	}
	return out, nil
}
