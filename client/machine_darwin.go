package client

import (
	"os/exec"
	"syscall"
)

func readMachine(string) Machine {
	// ioreg is part of the system; asking the kernel itself would need cgo.
	out, err := exec.Command("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").Output()
	if err != nil {
		out = nil
	}
	uuid, serial := parseIOReg(string(out))
	model, _ := syscall.Sysctl("hw.model")
	guest, err := syscall.SysctlUint32("kern.hv_vmm_present")
	return Machine{
		Components: []Component{
			{Name: "platform-uuid", Value: uuid},
			{Name: "serial", Value: serial},
			{Name: "mac", Value: firstMAC(), Weak: true},
		},
		Virtual: err == nil && guest != 0 || virtualMaker(model),
	}
}
