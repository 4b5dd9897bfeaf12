package license

import (
	"slices"
	"strings"

	"github.com/licet/licet/internal/catalog"
)

// redeem lets q units of an upgrade, extension or add-on change a license that is
// here. Like a quantity that is activated, q is how much there shall be: asking
// again changes nothing, asking for more adds the rest.
func (c *contact) redeem(l *License, q int64) error {
	if err := c.open(l); err != nil {
		return err
	}
	a, err := c.base(l)
	if err != nil {
		return err
	}
	base := c.licenses[a.License]
	if err := a.leaving(); err != nil {
		return err
	}
	if err := base.State.Open(); err != nil {
		return err
	}
	if p := c.msg.req.Product; p != "" && p != base.terms.Item.Product && p != l.terms.Item.Product {
		return ErrOtherProduct.With("product", l.terms.Item.Product, "value", p)
	}
	if kinds := l.terms.Item.ContainerKinds; l.terms.Item.Kind == catalog.Upgrade && !slices.Contains(kinds, c.box.Keys.Kind) {
		return ErrContainerKind.With("value", c.box.Keys.Kind, "allowed", kinds)
	}
	have := int64(0)
	if e := base.effectOf(l.ID); e != nil {
		have = e.Quantity
	}
	if q > have {
		e, err := base.redeem(l, q-have, c.newEffect(), c.now)
		if err != nil {
			return err
		}
		c.event("effect", e.ID, "effect.redeemed", effectData{
			License: base.ID, By: l.ID, Quantity: e.Quantity, Exchange: c.msg.exchange, Box: c.box.ID,
		})
	}
	c.deliver(StepActivate, a)
	return nil
}

// open says whether units of an upgrade, extension or add-on may be redeemed.
func (c *contact) open(l *License) error {
	if err := l.State.Open(); err != nil {
		return err
	}
	if last, over := l.over(c.now); over {
		return ErrTicketExpired.With("last", last)
	}
	return nil
}

// base finds what l is to change here: the license that the message names, the one
// that l has changed already, or the only one that fits.
func (c *contact) base(l *License) (*Activation, error) {
	var fit []*Activation
	for _, a := range c.here {
		base := c.licenses[a.License]
		e := base.effectOf(l.ID)
		mine := e != nil && e.Quantity > 0
		if mine || l.Seats.Free() > 0 && l.fitsOn(base) {
			fit = append(fit, a)
		}
	}
	if named := c.msg.base; !named.IsZero() {
		fit = slices.DeleteFunc(fit, func(a *Activation) bool { return a.License != named })
	}
	switch len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		if l.Seats.Free() == 0 {
			return nil, l.full(ErrNoSeat)
		}
		item := &l.terms.Item
		return nil, ErrNoBase.With("article", item.Number, "targets", strings.Join(item.Targets, ", "))
	}
	var choices []string
	for _, a := range fit {
		choices = append(choices, c.licenses[a.License].terms.Item.Number+" = "+a.License.String())
	}
	return nil, ErrBaseWhich.With("article", l.terms.Item.Number, "count", len(fit), "choices", strings.Join(choices, ", "))
}
