package wire

import "testing"

// A secret gives the same keys everywhere; the numbers are frozen.
func TestCloudKeys(t *testing.T) {
	secret := CloudSecret + b64.EncodeToString(newStream("an account").bytes(32))
	keys, err := CloudKeys(" " + secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	sign, box, err := CloudKey(secret)
	if err != nil || keys.Kind != ContainerCloud || keys.Sign != sign.Public().String() || keys.Encrypt != EncryptionPublic(box) || keys.Hash() == "" {
		t.Fatalf("%+v %v", keys, err)
	}
	typed, err := TypedRequest{Sign: [32]byte(sign.Public().Bytes)}.Keys()
	if err != nil || typed.Encrypt != keys.Encrypt {
		t.Errorf("the public halves do not belong together: %v", err)
	}
	for _, bad := range []string{"", CloudSecret, secret[1:], secret[:len(secret)-1], secret + "A", "lk_" + secret[4:], secret[:10] + "!" + secret[11:]} {
		if _, err := CloudKeys(bad); Reason(err) != "malformed" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
