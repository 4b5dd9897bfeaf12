package main

import (
	"slices"

	"github.com/miekg/pkcs11"

	"github.com/licet/licet/client/pkcs11/line"
)

// data is what makes a data object one of ours; name "" stands for all.
func data(name string) []*pkcs11.Attribute {
	like := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_DATA), pkcs11.NewAttribute(pkcs11.CKA_APPLICATION, application),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
	}
	if name != "" {
		like = append(like, pkcs11.NewAttribute(pkcs11.CKA_LABEL, name))
	}
	return like
}

// names lists our data objects.
func (d *device) names(_ line.Call, a *line.Answer) error {
	found, err := d.search(data(""), maxObjects)
	if err != nil {
		return err
	}
	for _, h := range found {
		at, err := d.module.GetAttributeValue(d.session, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_LABEL, nil)})
		if err != nil {
			return err
		}
		if name := string(at[0].Value); len(name) <= line.MaxName {
			a.Names = append(a.Names, tidy(name))
		}
	}
	slices.Sort(a.Names)
	a.Names = slices.Compact(a.Names)
	return d.reallyEmpty(len(a.Names))
}

// read returns a data object. Of several of one name it is the first that can
// be read: a device may have been pulled while one was made.
func (d *device) read(c line.Call, a *line.Answer) error {
	found, err := d.search(data(c.Name), maxObjects)
	if err != nil {
		return err
	}
	for _, h := range found {
		var at []*pkcs11.Attribute
		at, err = d.module.GetAttributeValue(d.session, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
		if err == nil && len(at[0].Value) <= line.MaxObject {
			a.Data = at[0].Value
			return nil
		}
	}
	if err != nil {
		return err
	}
	return refusal{line.NoObject, "no such data object"}
}

// write makes a data object; what is there is never written over.
func (d *device) write(c line.Call, _ *line.Answer) error {
	found, err := d.search(data(c.Name), 1)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return refusal{line.Exists, "a data object of this name is there"}
	}
	_, err = d.module.CreateObject(d.session, append(
		data(c.Name),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_VALUE, c.Data),
	))
	return err
}

// remove deletes a data object.
func (d *device) remove(c line.Call, _ *line.Answer) error {
	found, err := d.search(data(c.Name), maxObjects)
	for _, h := range found {
		if err == nil {
			err = d.module.DestroyObject(d.session, h)
		}
	}
	return err
}
