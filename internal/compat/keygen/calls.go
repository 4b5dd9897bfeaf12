package keygen

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
)

func (a *API) me(c *call) (int, any, error) {
	l, err := a.look(c, license.KeyInput{})
	return http.StatusOK, document{Data: l.license(nil)}, err
}

// question is the body of a validation.
type question struct {
	Meta struct {
		Key   string `json:"key"`
		Scope scope  `json:"scope"`
	} `json:"meta"`
}

// verdict is what a validation says.
type verdict struct {
	Valid    bool   `json:"valid"`
	Detail   string `json:"detail"`
	Code     string `json:"code"`
	Constant string `json:"constant"` // the same, for older programs
	TS       string `json:"ts"`
}

func (a *API) verdict(c *call, code string) verdict {
	lang := text.Match(c.Header.Get("Accept-Language"))
	key := "keygen.verdict." + strings.ToLower(code)
	if !text.Has(key) {
		key = "keygen.verdict.other"
	}
	return verdict{
		Valid: code == codeValid, Code: code, Constant: code, Detail: text.T(lang, key, "code", code),
		TS: a.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
	}
}

func (a *API) validate(c *call) (int, any, error) {
	var q question
	if err := errors.Join(c.decode(&q), q.Meta.Scope.check()); err != nil {
		return 0, nil, err
	}
	l, err := a.look(c, license.KeyInput{Machines: q.Meta.Scope.machines()})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, document{Data: l.license(instant(a.Now())), Meta: a.verdict(c, l.judge(&q.Meta.Scope, a.Now()))}, nil
}

// validateKey needs no authentication: the key in the body is what it is about. An
// unknown key is a verdict.
func (a *API) validateKey(c *call) (int, any, error) {
	var q question
	if err := errors.Join(c.decode(&q), q.Meta.Scope.check()); err != nil {
		return 0, nil, err
	}
	l, err := a.Licenses.LookKey(c.Context(), c.by, license.KeyInput{
		Holding: license.Holding{Key: q.Meta.Key, Product: c.product}, Machines: q.Meta.Scope.machines(),
	})
	if errors.Is(err, license.ErrUnknownCode) || errors.Is(err, license.ErrCode) {
		return http.StatusOK, document{Meta: a.verdict(c, codeNotFound)}, nil
	}
	if err != nil {
		return 0, nil, err
	}
	k := keyed{KeyedLicense: l, key: q.Meta.Key, to: c.account}
	return http.StatusOK, document{Data: k.license(instant(a.Now())), Meta: a.verdict(c, k.judge(&q.Meta.Scope, a.Now()))}, nil
}

func (a *API) features(c *call) (int, any, error) {
	l, err := a.look(c, license.KeyInput{})
	return http.StatusOK, document{Data: l.features()}, err
}

func (a *API) machines(c *call) (int, any, error) {
	l, err := a.look(c, license.KeyInput{All: true})
	out := make([]resource, 0, len(l.Machines))
	for _, m := range l.Machines {
		out = append(out, a.render(c.account, m))
	}
	return http.StatusOK, document{Data: out}, err
}

// asked is the machine that the path names, by its id or its fingerprint.
func (a *API) asked(c *call) (keyed, *license.NamedMachine, error) {
	name := c.PathValue("machine")
	l, err := a.look(c, license.KeyInput{Machines: []string{name}})
	if err != nil {
		return l, nil, err
	}
	at := slices.IndexFunc(l.Machines, func(m *license.NamedMachine) bool { return m.ID.String() == name })
	if at < 0 {
		at = slices.IndexFunc(l.Machines, func(m *license.NamedMachine) bool { return m.Name == name })
	}
	if at < 0 {
		return l, nil, license.ErrNamedUnknown
	}
	return l, l.Machines[at], nil
}

func (a *API) machine(c *call) (int, any, error) {
	_, m, err := a.asked(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, document{Data: a.render(c.account, m)}, nil
}

func (a *API) components(c *call) (int, any, error) {
	_, m, err := a.asked(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, document{Data: components(m)}, nil
}

// activation is the body that names a machine.
type activation struct {
	Data struct {
		Attributes struct {
			Fingerprint string `json:"fingerprint"`
			Platform    string `json:"platform"`
			Cores       int64  `json:"cores"`
		} `json:"attributes"`
		Relationships struct {
			License struct {
				Data ref `json:"data"`
			} `json:"license"`
			Components struct {
				Data []struct {
					Attributes struct {
						Fingerprint string `json:"fingerprint"`
						Name        string `json:"name"`
					} `json:"attributes"`
				} `json:"data"`
			} `json:"components"`
		} `json:"relationships"`
	} `json:"data"`
}

func (a *API) activate(c *call) (int, any, error) {
	var in activation
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	holds, err := c.holding()
	if err == nil {
		err = named(&holds, in.Data.Relationships.License.Data.ID)
	}
	if err != nil {
		return 0, nil, err
	}
	attributes := in.Data.Attributes
	machine := license.NamedInput{Name: attributes.Fingerprint, Platform: attributes.Platform, Cores: attributes.Cores}
	for _, p := range in.Data.Relationships.Components.Data {
		machine.Parts = append(machine.Parts, license.NamedPart{Name: p.Attributes.Fingerprint, Title: p.Attributes.Name})
	}
	m, err := a.Licenses.ActivateNamed(c.Context(), c.by, holds, machine)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, document{Data: a.render(c.account, m)}, nil
}

func (a *API) ping(c *call) (int, any, error) {
	holds, err := c.holding()
	if err != nil {
		return 0, nil, err
	}
	m, err := a.Licenses.BeatNamed(c.Context(), c.by, holds, c.PathValue("machine"))
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, document{Data: a.render(c.account, m)}, nil
}

func (a *API) deactivate(c *call) (int, any, error) {
	holds, err := c.holding()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, a.Licenses.ReturnNamed(c.Context(), c.by, holds, c.PathValue("machine"))
}
