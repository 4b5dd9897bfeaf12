package app

import "github.com/licet/licet/internal/connect"

// mailOptions are the rows of the options table about the mail server.
func mailOptions() []option {
	return []option{
		textOption("mail-host", "", "Mail server that takes mail from here; empty sends none. licet mail test tries the settings.", func(c *Config) *string { return &c.Mail.Host }, nil),
		intOption("mail-port", "0", "Its port; 0 is 587 for starttls, 465 for implicit, 25 for none.", 0, 65535, func(c *Config) *int { return &c.Mail.Port }),
		textOption("mail-tls", connect.MailStartTLS, "starttls, implicit (TLS from the first byte), or none for a server on this machine.", func(c *Config) *string { return &c.Mail.TLS }, oneOf(connect.MailStartTLS, connect.MailImplicit, connect.MailPlain)),
		textOption("mail-ca", "", "File of the certificates (PEM) that the mail server's is checked against. Default: the system's.", func(c *Config) *string { return &c.Mail.CA }, nil),
		textOption("mail-user", "", "Name to sign in with; empty where the server asks for none.", func(c *Config) *string { return &c.Mail.User }, nil),
		textOption("mail-password-file", "", "File whose first line is the password; read at each connection, so that a new one counts at once.", func(c *Config) *string { return &c.Mail.PasswordFile }, nil),
		textOption("mail-from", "", "Sender of all mail: noreply@example.com, or Name <noreply@example.com>.", func(c *Config) *string { return &c.Mail.From }, nil),
	}
}
