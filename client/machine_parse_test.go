package client

import (
	"strings"
	"testing"
)

func TestSMBIOS(t *testing.T) {
	uuid := []byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	table := append([]byte{0, 4, 0, 0}, "BIOS maker\x00\x00"...)
	table = append(table, 1, 27, 1, 0, 1, 2, 0, 0)
	table = append(append(table, uuid...), 6, 0, 0)
	table = append(table, "ACME\x00Virtual Machine\x00\x00"...)
	got := parseSMBIOS(table)
	want := smbios{"ACME", "Virtual Machine", "00112233-4455-6677-8899-aabbccddeeff"}
	if got != want {
		t.Errorf("%+v", got)
	}
	for n := range table { // never beyond the end
		parseSMBIOS(table[:n])
	}
	if !virtualMaker(got.product) || virtualMaker("Dell Inc.", "Precision 5680") {
		t.Error("virtual machines are not known by their names")
	}
}

func TestIOReg(t *testing.T) {
	uuid, serial := parseIOReg(`+-o MacBookPro18,3  <class IOPlatformExpertDevice>
    {
      "IOPlatformSerialNumber" = "C02ABCDEFGHI"
      "manufacturer" = <"Apple Inc.">
      "IOPlatformUUID" = "11111111-2222-3333-4444-555555555555"
    }
`)
	if uuid != "11111111-2222-3333-4444-555555555555" || serial != "C02ABCDEFGHI" {
		t.Errorf("%q %q", uuid, serial)
	}
}

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		" {4C1F-00E7}\n": "4c1f-00e7", "To Be Filled By O.E.M.": "", "00000000-0000-0000-0000-000000000000": "",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF": "", "00:00:00:00:00:00": "", "Default string": "", "0x5000c500": "0x5000c500",
	} {
		if got := tidy(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestWeakComponentsStandIn(t *testing.T) {
	m := Machine{Components: []Component{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}, {Name: "mac", Value: "3", Weak: true}}}
	if got := len(m.parts([]byte("salt"))); got != 3 {
		t.Errorf("%d parts of a machine that shows two", got)
	}
	m.Components = append(m.Components, Component{Name: "c", Value: "4"})
	if got := len(m.parts([]byte("salt"))); got != 3 {
		t.Errorf("%d parts of a machine that shows three and a weak one", got)
	}
	if got := len(m.hashes([]byte("salt"))); got != 4 {
		t.Errorf("%d hashes", got)
	}
}

func TestThisMachine(t *testing.T) {
	for _, c := range ThisMachine().Components {
		if c.Value == "" || strings.Contains(c.Name, ":") {
			t.Errorf("component %+v", c)
		}
	}
}
