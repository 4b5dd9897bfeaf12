package tpm

import (
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/windowstpm"
)

// openMachine opens the TPM through the TPM Base Services.
func openMachine() (transport.TPMCloser, error) { return windowstpm.Open() }
