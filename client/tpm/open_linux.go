package tpm

import (
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
)

// openMachine opens the TPM through the kernel's resource manager.
func openMachine() (transport.TPMCloser, error) { return linuxtpm.Open("/dev/tpmrm0") }
