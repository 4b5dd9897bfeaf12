module github.com/licet/licet/cmd/licet-pkcs11

go 1.26.0

require (
	github.com/licet/licet v0.0.0
	github.com/miekg/pkcs11 v1.1.2
)

replace github.com/licet/licet => ../..
