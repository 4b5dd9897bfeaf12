// Package pkcs11 uses keys and data objects in a PKCS#11 device (a USB key, a
// smart card, a security module) through the helper licet-pkcs11, which loads
// the device's driver in a process of its own.
//
// A Device is one helper logged in to one device; a Pool is several, for a
// server that signs for many at a time. Both start the helper when it is first
// needed, kill it when it does not answer in time, and start another when it has
// ended for whatever reason. A device that was pulled is found again at the next
// call after it is back.
//
// A PIN that the device has refused is never tried a second time, and no PIN is
// tried when one more mistake would lock the device: see Config.PIN.
package pkcs11
