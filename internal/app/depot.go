package app

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/route"
)

// depotTable is what the public listener serves: the depot's pages, and the
// part of the API that programs of end users call. Errors: app.no_publisher for
// a configured one that is not there.
func (a *App) depotTable(rest *api.API) ([]route.Route, func(http.ResponseWriter, *http.Request, error, int, string), error) {
	site := &site{app: a}
	if err := site.load(context.Background()); err != nil {
		return nil, nil, err
	}
	pages, err := depot.New(depot.Options{
		Licenses: a.Lic, Trials: a.Trials, PublicURL: a.Config.PublicURL, Download: a.Config.Download, Now: a.seams.Now, Pause: a.seams.Sleep,
		Site: func(r *http.Request) depot.Site { return site.now(r.Context()) },
	})
	if err != nil {
		return nil, nil, err
	}
	return append(pages.Routes(), rest.Public()...), pages.Error, nil
}

// site is for whom the depot speaks: the configured publisher, or the only one.
// Where several share the installation and none is configured, it speaks for
// nobody and knows everybody's codes. Publishers come and get new names while the
// server runs, so it is read again now and then.
type site struct {
	app *App

	mu   sync.Mutex
	read time.Time
	is   depot.Site
}

// siteFor is how long what was read about the publisher is shown.
const siteFor = time.Minute

// now is the site as it was read last; what cannot be read now stays.
func (s *site) now(ctx context.Context) depot.Site {
	s.mu.Lock()
	old := s.app.seams.Now().Sub(s.read).Abs() >= siteFor
	is := s.is
	s.mu.Unlock()
	if old && s.load(ctx) == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.is
	}
	return is
}

func (s *site) load(ctx context.Context) error {
	is, err := s.app.siteNow(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = s.app.seams.Now() // also after a failure, or every page would try
	if err == nil {
		s.is = is
	}
	return err
}

// siteNow reads for whom the depot speaks.
func (a *App) siteNow(ctx context.Context) (depot.Site, error) {
	is := depot.Site{Contact: a.Config.Contact}
	var of org.Publisher
	if a.Config.DepotOf != "" {
		var err error
		if of, err = a.Publisher(ctx, a.Config.DepotOf); err != nil {
			return is, err
		}
	} else {
		all, err := a.Publishers(ctx)
		if err != nil {
			return is, err
		}
		if len(all) == 1 {
			of = all[0]
		}
	}
	is.Publisher, is.Name = of.ID, of.Name
	visitor := actor.Anonymous(netip.Addr{})
	visitor.Publisher = of.ID
	offers, err := a.Trials.Offers(ctx, visitor)
	is.Trials = len(offers) > 0
	return is, err
}
