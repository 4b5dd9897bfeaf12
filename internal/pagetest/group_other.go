//go:build !unix

package pagetest

import "syscall"

func ownGroup() *syscall.SysProcAttr { return nil }
