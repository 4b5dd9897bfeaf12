package client

import (
	"fmt"
	"syscall"
	"unsafe"
)

var (
	kernel32         = syscall.NewLazyDLL("kernel32.dll")
	procVolume       = kernel32.NewProc("GetVolumeInformationW")
	procFirmware     = kernel32.NewProc("GetSystemFirmwareTable")
	procWindowsDir   = kernel32.NewProc("GetSystemWindowsDirectoryW")
	procMoveFileEx   = kernel32.NewProc("MoveFileExW")
	procLockFileEx   = kernel32.NewProc("LockFileEx")
	procUnlockFileEx = kernel32.NewProc("UnlockFileEx")
)

func readMachine(string) Machine {
	bios := parseSMBIOS(firmwareTable())
	const names = `HARDWARE\DESCRIPTION\System\BIOS`
	bare := []Component{
		{Name: "machine-guid", Value: registry(`SOFTWARE\Microsoft\Cryptography`, "MachineGuid")},
		{Name: "dmi-uuid", Value: bios.uuid},
		{Name: "volume", Value: systemVolume(), image: true},
		{Name: "mac", Value: firstMAC(), Weak: true},
	}
	if virtualMaker(bios.maker, bios.product,
		registry(names, "SystemManufacturer"), registry(names, "SystemProductName"), registry(names, "BIOSVendor")) {
		return Machine{Components: guest(bare), Virtual: true}
	}
	return Machine{Components: bare}
}

// registry reads a text below HKEY_LOCAL_MACHINE, in the 64-bit view, so that
// programs of both widths read the same; "" if there is none.
func registry(path, name string) string {
	key, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return ""
	}
	value, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return ""
	}
	const wow64 = 0x0100 // KEY_WOW64_64KEY
	var h syscall.Handle
	if syscall.RegOpenKeyEx(syscall.HKEY_LOCAL_MACHINE, key, 0, syscall.KEY_READ|wow64, &h) != nil {
		return ""
	}
	defer syscall.RegCloseKey(h)
	var buf [256]uint16
	var kind uint32
	n := uint32(len(buf) * 2)
	if syscall.RegQueryValueEx(h, value, nil, &kind, (*byte)(unsafe.Pointer(&buf[0])), &n) != nil || kind != syscall.REG_SZ {
		return ""
	}
	return syscall.UTF16ToString(buf[:n/2])
}

// systemVolume returns the serial number of the volume that Windows is on.
func systemVolume() string {
	var dir [syscall.MAX_PATH]uint16
	n, _, _ := procWindowsDir.Call(uintptr(unsafe.Pointer(&dir[0])), uintptr(len(dir)))
	if n < 3 || n >= uintptr(len(dir)) {
		return ""
	}
	dir[3] = 0 // C:\
	var serial uint32
	ok, _, _ := procVolume.Call(uintptr(unsafe.Pointer(&dir[0])), 0, 0, uintptr(unsafe.Pointer(&serial)), 0, 0, 0, 0)
	if ok == 0 || serial == 0 {
		return ""
	}
	return fmt.Sprintf("%08x", serial)
}

// firmwareTable returns the raw SMBIOS table without its Windows header.
func firmwareTable() []byte {
	const provider = 'R'<<24 | 'S'<<16 | 'M'<<8 | 'B'
	buf := make([]byte, 64<<10)
	n, _, _ := procFirmware.Call(provider, 0, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
	if n < 8 || n > uintptr(len(buf)) {
		return nil
	}
	return buf[8:n]
}
