// Package tpm binds a container to the machine's TPM 2.0: its keys are P-256
// keys that the TPM derives from a seed of its own and never gives out. A copy
// of the disk, in another machine or beside another TPM, does not hold.
//
//	c, err := client.Open(client.Config{Pins: pins, Keys: tpm.New(tpm.Config{})})
//
// The container's files stay in its folder. Nothing is stored in the TPM: what it
// derives is named by a random number in the container's state, and made again
// for each use, which takes a fraction of a second. A TPM that is cleared, by its
// owner or by an update of the firmware, derives other keys; the container then
// has to be restored.
//
// A virtual TPM counts as software: a snapshot of the machine takes it along, and
// sets it back. Its containers are soft ones, with the fingerprint as the second
// factor, and are reported as virtual. A TPM is taken for a real one if its
// manufacturer is known to make chips or firmware for real machines, and the
// machine does not look like a virtual one.
package tpm
