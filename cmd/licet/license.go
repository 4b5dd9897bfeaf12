package main

import (
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/license"
)

// licenseCmd shows and changes licenses.
type licenseCmd struct {
	List        licenseListCmd        `cmd:"" help:"List licenses."`
	Show        licenseShowCmd        `cmd:"" help:"Show a license with its activations."`
	Extend      licenseExtendCmd      `cmd:"" help:"Extend a license; devices learn it at their next contact."`
	Block       licenseBlockCmd       `cmd:"" help:"Block a license: devices refuse it from their next contact on."`
	Unblock     licenseUnblockCmd     `cmd:"" help:"Lift the block of a license."`
	Recall      licenseRecallCmd      `cmd:"" help:"Take licenses back for good; devices remove them at their next contact."`
	Eligibility licenseEligibilityCmd `cmd:"" help:"Record why an academic license was sold to somebody; the depot shows it."`
	Replace     licenseReplaceCmd     `cmd:"" help:"Put another license in the place of one; devices swap them at their next contact."`
}

type licenseListCmd struct {
	holding
	State string `enum:",available,blocked,recall_pending,recalled,replaced" default:"" help:"Only those in this state: available, blocked, recall_pending, recalled or replaced."`
}

// Run implements the command.
func (c licenseListCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) ([]license.LicenseInfo, error) {
		q, err := c.query(e, a, by)
		if err != nil {
			return nil, err
		}
		q.State = license.LicenseState(c.State)
		return pages(func(after string) (license.Page[license.LicenseInfo], error) {
			q.After = after
			return a.Lic.ListLicenses(e.ctx, by, q)
		})
	}, every((*teller).license))
}

// licenseShown is a license with its activations.
type licenseShown struct {
	license.LicenseInfo
	Activations []license.ActivationInfo `json:"activations"` // newest first, ended ones too
}

type licenseShowCmd struct {
	shown
	License string `arg:"" help:"Id of the license."`
}

// Run implements the command.
func (c licenseShowCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) (out licenseShown, err error) {
		id, err := idOf[license.License](c.License)
		if err != nil {
			return out, err
		}
		if out.LicenseInfo, err = a.Lic.GetLicense(e.ctx, by, id); err != nil {
			return out, err
		}
		out.Activations, err = pages(func(after string) (license.Page[license.ActivationInfo], error) {
			return a.Lic.ListActivations(e.ctx, by, id, after, 500)
		})
		return out, err
	}, func(t *teller, l licenseShown) {
		t.license(l.LicenseInfo)
		for _, x := range l.Activations {
			t.activation(x)
		}
	})
}

// ofOne is an act on one license.
type ofOne struct {
	acted
	License string `arg:"" help:"Id of the license; licet ticket find has it."`
}

func (c ofOne) turn(e *env, words []string, turn func(*app.App, actor.Actor, license.LicenseID) (license.LicenseInfo, error)) error {
	return do(e, c.acted, words, func(a *app.App, by actor.Actor) (license.LicenseInfo, error) {
		id, err := idOf[license.License](c.License)
		if err != nil {
			return license.LicenseInfo{}, err
		}
		return turn(a, by, id)
	}, (*teller).license)
}

type licenseExtendCmd struct {
	ofOne
	Until string `required:"" placeholder:"2006-01-02" help:"The last day."`
}

// Run implements the command.
func (c licenseExtendCmd) Run(e *env) error {
	until, err := day.Parse(c.Until)
	if err != nil {
		return err
	}
	return c.turn(e, []string{"license extend", c.License, c.Until}, func(a *app.App, by actor.Actor, id license.LicenseID) (license.LicenseInfo, error) {
		return a.Lic.Extend(e.ctx, by, id, until)
	})
}

type licenseEligibilityCmd struct {
	shown
	License  string `arg:"" help:"Id of the license."`
	Who      string `required:"" help:"A category or institution, such as student; no person's name."`
	Evidence string `required:"" help:"What was seen, such as the number of a contract; no copy of it, and no name."`
	Until    string `placeholder:"2006-01-02" help:"The last day on which the evidence counts; default: for good."`
}

// Run implements the command.
func (c licenseEligibilityCmd) Run(e *env) error {
	in := license.Eligibility{Who: c.Who, Evidence: c.Evidence}
	if c.Until != "" {
		var err error
		if in.Until, err = day.Parse(c.Until); err != nil {
			return err
		}
	}
	return show(e, c.shown, func(a *app.App, by actor.Actor) (out license.LicenseInfo, err error) {
		id, err := idOf[license.License](c.License)
		if err != nil {
			return out, err
		}
		return a.Lic.RecordEligibility(e.ctx, by, id, in)
	}, (*teller).license)
}

type licenseBlockCmd struct{ ofOne }

// Run implements the command.
func (c licenseBlockCmd) Run(e *env) error {
	return c.turn(e, []string{"license block", c.License}, func(a *app.App, by actor.Actor, id license.LicenseID) (license.LicenseInfo, error) {
		return a.Lic.BlockLicense(e.ctx, by, id)
	})
}

type licenseUnblockCmd struct{ ofOne }

// Run implements the command.
func (c licenseUnblockCmd) Run(e *env) error {
	return c.turn(e, []string{"license unblock", c.License}, func(a *app.App, by actor.Actor, id license.LicenseID) (license.LicenseInfo, error) {
		return a.Lic.UnblockLicense(e.ctx, by, id)
	})
}

type licenseRecallCmd struct {
	acted
	Licenses []string `arg:"" optional:"" name:"license" help:"Ids of licenses."`
	Ticket   string   `help:"All licenses of this ticket, beside the others."`
	Why      string   `help:"Code that devices are told: a-z, 0-9, dots, dashes."`
}

// Run implements the command.
func (c licenseRecallCmd) Run(e *env) error {
	words := []string{"license recall", strings.Join(c.Licenses, " "), c.Ticket, c.Why}
	return do(e, c.acted, words, func(a *app.App, by actor.Actor) (out license.RecallResult, err error) {
		in := license.RecallInput{Why: c.Why}
		for _, s := range c.Licenses {
			id, err := idOf[license.License](s)
			if err != nil {
				return out, err
			}
			in.Licenses = append(in.Licenses, id)
		}
		if c.Ticket != "" {
			if in.Ticket, err = idOf[license.Ticket](c.Ticket); err != nil {
				return out, err
			}
		}
		return a.Lic.Recall(e.ctx, by, in)
	}, func(t *teller, r license.RecallResult) {
		t.say("", "cli.recall.result", "licenses", r.Licenses, "devices", r.Devices, "freed", r.Freed, "pending", r.Pending)
	})
}

type licenseReplaceCmd struct {
	ofOne
	Article string `help:"Number of an article or configuration; default: the same terms anew."`
}

// Run implements the command.
func (c licenseReplaceCmd) Run(e *env) error {
	return do(e, c.acted, []string{"license replace", c.License, c.Article}, func(a *app.App, by actor.Actor) (out license.ReplaceResult, err error) {
		id, err := idOf[license.License](c.License)
		if err != nil {
			return out, err
		}
		return a.Lic.Replace(e.ctx, by, license.ReplaceInput{License: id, Article: c.Article})
	}, (*teller).replaced)
}
