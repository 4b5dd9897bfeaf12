//go:build unix

package pagetest

import "syscall"

// ownGroup keeps Ctrl-C of the one who runs the tests from the programs.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
