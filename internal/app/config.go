package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/licet/licet/internal/connect"
)

// Config is how one installation is set up. Its zero value, filled by
// Defaults, works. Every field is one row of the options table, which is the
// only place that knows names, defaults, rules and secrets.
type Config struct {
	Data         string         // folder of everything that the server keeps
	Database     string         // "" = SQLite in Data, or postgres://…
	ExecMode     string         // how pgx sends statements
	Workers      int            // PostgreSQL connections that write
	Listen       string         // address of the API and, later, the portal
	DepotListen  string         // address of the public depot
	OpsListen    string         // address of metrics and health
	PublicURL    string         // how the outside reaches the depot
	DepotOf      string         // short name of the publisher for whom the depot speaks; "" = the only one
	Contact      string         // for questions of the depot's visitors
	Download     string         // where the activation wizard can be had
	TLSCert      string         // file
	TLSKey       string         // file
	Proxies      []netip.Prefix // whose forwarding headers are believed
	InFlight     int            // requests at a time before shedding
	MaxBody      int64          // bytes of an order document
	ReadTimeout  time.Duration
	IdleTimeout  time.Duration
	StopTimeout  time.Duration // how long a stop waits for what is under way
	LogLevel     string
	LogFormat    string
	JournalShip  string // folder to which the issuance journal is shipped
	BackupAge    time.Duration
	RecallLimit  int  // recalls of one order that need a human
	WebhookLocal bool // let webhooks reach private addresses
	TraceURL     string
	Mail         connect.MailOptions

	Module        string // PKCS#11 driver of the security module; "" = none
	ModuleSlot    string // label or serial of its device
	ModulePINFile string
	ModuleHelper  string // licet-pkcs11
	ModuleHelpers int    // how many of them
	ModuleTimeout time.Duration

	given map[string]bool // settings that did not come from the defaults
}

// Given reports whether a setting was made by flag, environment or file.
func (c *Config) Given(name string) bool { return c.given[name] }

// option is one row of the table: how a setting is called, what it may be, and
// where it goes.
type option struct {
	Name    string // flag --name, environment LICET_NAME, key in the file
	Default string
	Help    string
	Secret  bool // never shown; NAME-file reads it from a file
	set     func(c *Config, value string) error
	get     func(c *Config) string
}

func textOption(name, def, help string, field func(*Config) *string, check func(string) error) option {
	return option{
		Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error {
			if check != nil {
				if err := check(v); err != nil {
					return err
				}
			}
			*field(c) = v
			return nil
		},
		get: func(c *Config) string { return *field(c) },
	}
}

func intOption(name, def, help string, low, high int64, field func(*Config) *int) option {
	return option{
		Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < low || n > high {
				return fmt.Errorf("must be a whole number from %d to %d", low, high)
			}
			*field(c) = int(n)
			return nil
		},
		get: func(c *Config) string { return strconv.Itoa(*field(c)) },
	}
}

func timeOption(name, def, help string, field func(*Config) *time.Duration) option {
	return option{
		Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return errors.New("must be a positive duration such as 30s or 24h")
			}
			*field(c) = d
			return nil
		},
		get: func(c *Config) string { return field(c).String() },
	}
}

func oneOf(allowed ...string) func(string) error {
	return func(v string) error {
		if slices.Contains(allowed, v) {
			return nil
		}
		return fmt.Errorf("must be one of %s", strings.Join(allowed, ", "))
	}
}

func address(v string) error {
	if v == "" || v == "off" {
		return nil
	}
	if _, err := netip.ParseAddrPort(v); err != nil {
		return errors.New("must be address:port, such as 127.0.0.1:8420, or off")
	}
	return nil
}

func databaseURL(v string) error {
	if v == "" || strings.HasPrefix(v, "postgres://") || strings.HasPrefix(v, "postgresql://") {
		return nil
	}
	return errors.New("must be empty for the embedded database, or postgres://user@host/name")
}

// contact is what a page may show and link to.
func contact(v string) error {
	if len(v) > 200 || strings.ContainsFunc(v, unicode.IsControl) {
		return errors.New("must be one line of at most 200 bytes: a mail address, a web address, or text")
	}
	return nil
}

func webURL(v string) error {
	u, err := url.Parse(v)
	if v != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "") {
		return errors.New("must be an address such as https://depot.example.com")
	}
	return nil
}

// options is the table. Its order is the order of the reference.
var options = slices.Concat([]option{
	textOption("data", "", "Folder of the database, the keys and the shipped journal. Default: licet-data in the working folder.", func(c *Config) *string { return &c.Data }, nil),
	{
		Name: "database", Help: "postgres://… uses PostgreSQL; empty uses the embedded SQLite in the data folder.", Secret: true,
		set: func(c *Config, v string) error { c.Database = v; return databaseURL(v) },
		get: func(c *Config) string { return c.Database },
	},
	textOption("database-exec-mode", "", "How statements reach PostgreSQL: empty, or exec or cache_describe behind PgBouncer.", func(c *Config) *string { return &c.ExecMode }, oneOf("", "exec", "cache_describe", "cache_statement", "describe_exec", "simple_protocol")),
	intOption("database-workers", "8", "PostgreSQL connections that write; more is slower, not faster.", 1, 64, func(c *Config) *int { return &c.Workers }),
	textOption("listen", "127.0.0.1:8420", "Address of the API.", func(c *Config) *string { return &c.Listen }, address),
	textOption("depot-listen", "127.0.0.1:8421", "Address of the public depot.", func(c *Config) *string { return &c.DepotListen }, address),
	textOption("ops-listen", "127.0.0.1:8422", "Address of health, metrics and the job page; keep it inside.", func(c *Config) *string { return &c.OpsListen }, address),
	textOption("public-url", "", "How customers reach the depot; printed on tickets and sent to products.", func(c *Config) *string { return &c.PublicURL }, webURL),
	textOption("depot-publisher", "", "Short name of the publisher for whom the depot speaks; codes of others are unknown there. Default: the only one, or all.", func(c *Config) *string { return &c.DepotOf }, nil),
	textOption("depot-contact", "", "Mail address, web address or text for questions; stands on the depot's pages.", func(c *Config) *string { return &c.Contact }, contact),
	textOption("depot-download", "", "Where customers get the activation wizard; empty says that it came with the program.", func(c *Config) *string { return &c.Download }, webURL),
	textOption("tls-cert", "", "Certificate chain (PEM file); empty behind a reverse proxy.", func(c *Config) *string { return &c.TLSCert }, nil),
	textOption("tls-key", "", "Private key of the certificate (PEM file).", func(c *Config) *string { return &c.TLSKey }, nil),
	{
		Name: "trusted-proxies", Help: "Addresses or networks, separated by commas, whose X-Forwarded-For is believed.",
		set: setProxies, get: getProxies,
	},
	intOption("max-in-flight", "1024", "Requests at a time; beyond it the less urgent get 503 and Retry-After.", 8, 65536, func(c *Config) *int { return &c.InFlight }),
	{
		Name: "max-document", Default: "8388608", Help: "Bytes of an order document.",
		set: func(c *Config, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < 1<<16 || n > 1<<28 {
				return fmt.Errorf("must be a whole number from %d to %d", 1<<16, 1<<28)
			}
			c.MaxBody = n
			return nil
		},
		get: func(c *Config) string { return strconv.FormatInt(c.MaxBody, 10) },
	},
	timeOption("read-timeout", "30s", "How long a request may take to arrive.", func(c *Config) *time.Duration { return &c.ReadTimeout }),
	timeOption("idle-timeout", "2m", "How long an idle connection stays open.", func(c *Config) *time.Duration { return &c.IdleTimeout }),
	timeOption("stop-timeout", "20s", "How long a stop waits for what is under way.", func(c *Config) *time.Duration { return &c.StopTimeout }),
	textOption("log-level", "info", "debug, info, warn or error.", func(c *Config) *string { return &c.LogLevel }, oneOf("debug", "info", "warn", "error")),
	textOption("log-format", "text", "text or json.", func(c *Config) *string { return &c.LogFormat }, oneOf("text", "json")),
	textOption("journal-ship", "", "Folder to which the issuance journal is shipped; put it on another disk. Default: issuance in the data folder.", func(c *Config) *string { return &c.JournalShip }, nil),
	timeOption("backup-age", "26h", "licet doctor warns when the newest backup is older.", func(c *Config) *time.Duration { return &c.BackupAge }),
	intOption("recall-limit", "10", "An order that recalls more seats than this waits for a human.", 0, 1_000_000, func(c *Config) *int { return &c.RecallLimit }),
	{
		Name: "webhook-private", Default: "false", Help: "true lets webhooks reach private and loopback addresses (tests, intranets).",
		set: func(c *Config, v string) error {
			b, err := strconv.ParseBool(v)
			c.WebhookLocal = b
			return err
		},
		get: func(c *Config) string { return strconv.FormatBool(c.WebhookLocal) },
	},
	textOption("pkcs11-module", "", "Driver (shared library) of the security module that holds issuing keys; empty without one.", func(c *Config) *string { return &c.Module }, nil),
	textOption("pkcs11-slot", "", "Label or serial number of the device in the security module. Default: the only one.", func(c *Config) *string { return &c.ModuleSlot }, nil),
	textOption("pkcs11-pin-file", "", "File whose first line is the device's PIN; read at each login, so that a corrected PIN counts at once.", func(c *Config) *string { return &c.ModulePINFile }, nil),
	textOption("pkcs11-helper", "", "Program that loads the driver. Default: licet-pkcs11 beside this program, else in the PATH.", func(c *Config) *string { return &c.ModuleHelper }, nil),
	intOption("pkcs11-helpers", "2", "How many helpers run, and so how many signatures are made at a time; 1 for drivers that serve one process only.", 1, 64, func(c *Config) *int { return &c.ModuleHelpers }),
	timeOption("pkcs11-timeout", "5s", "How long a signature may take before its helper is ended and another started.", func(c *Config) *time.Duration { return &c.ModuleTimeout }),
}, mailOptions(), []option{
	textOption("trace-url", "", "OTLP/HTTP address for traces; only in builds with the tag otel.", func(c *Config) *string { return &c.TraceURL }, webURL),
})

func setProxies(c *Config, v string) error {
	c.Proxies = nil
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if a, err := netip.ParseAddr(part); err == nil {
			c.Proxies = append(c.Proxies, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", part)
		}
		c.Proxies = append(c.Proxies, p.Masked())
	}
	return nil
}

func getProxies(c *Config) string {
	parts := make([]string, len(c.Proxies))
	for i, p := range c.Proxies {
		parts[i] = p.String()
	}
	return strings.Join(parts, ",")
}

// ParseConfig takes the settings out of args, the environment and the file that
// --config or LICET_CONFIG names, in that order of precedence, and returns the
// arguments that are not settings. Every mistake is reported, with the place
// where it stands; unknown keys of the file are mistakes.
func ParseConfig(args []string, environ func(string) string) (Config, []string, error) {
	flags, rest, err := takeFlags(args)
	problems := []error{err}
	file := flags["config"]
	if file == "" {
		file = environ("LICET_CONFIG")
	}
	fromFile := map[string]string{}
	if file != "" {
		if fromFile, err = readFile(file); err != nil {
			problems = append(problems, err)
		}
	}
	c := Config{given: map[string]bool{}}
	for _, o := range options {
		value, where := o.Default, "default"
		if v, ok := fromFile[o.Name]; ok {
			value, where = v, file
		}
		if v := environ(o.env()); v != "" {
			value, where = v, o.env()
		}
		if v, ok := flags[o.Name]; ok {
			value, where = v, "--"+o.Name
		}
		c.given[o.Name] = where != "default"
		if o.Secret && strings.HasPrefix(value, "file:") {
			if value, err = secretFile(strings.TrimPrefix(value, "file:")); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", where, err))
			}
		}
		if err := o.set(&c, value); err != nil {
			problems = append(problems, fmt.Errorf("%s: %s %w", where, o.Name, err))
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		problems = append(problems, errors.New("tls-cert and tls-key go together: set both or neither"))
	}
	if err := c.Mail.Check(); err != nil {
		problems = append(problems, err)
	}
	if c.Data == "" {
		c.Data = "licet-data"
	}
	if c.JournalShip == "" {
		c.JournalShip = filepath.Join(c.Data, "issuance")
	}
	return c, rest, errors.Join(problems...)
}

func (o option) env() string { return "LICET_" + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_")) }

// takeFlags splits settings off a command line. What it does not know stays for
// the command.
func takeFlags(args []string) (flags map[string]string, rest []string, err error) {
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return flags, append(rest, args[i:]...), nil
		}
		name, value, given := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		if !strings.HasPrefix(args[i], "--") || name != "config" && !known(name) {
			rest = append(rest, args[i])
			continue
		}
		if !given {
			if i++; i == len(args) {
				return flags, rest, fmt.Errorf("--%s needs a value", name)
			}
			value = args[i]
		}
		flags[name] = value
	}
	return flags, rest, nil
}

func known(name string) bool {
	return slices.ContainsFunc(options, func(o option) bool { return o.Name == name })
}

func readFile(path string) (map[string]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := yaml.UnmarshalWithOptions(raw, &values, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := map[string]string{}
	var problems []error
	for name, v := range values {
		if !known(name) {
			problems = append(problems, fmt.Errorf("%s: unknown setting %q; licet config lists all", path, name))
			continue
		}
		out[name] = fmt.Sprint(v)
	}
	return out, errors.Join(problems...)
}

func secretFile(path string) (string, error) {
	raw, err := os.ReadFile(path)
	return strings.TrimSpace(string(raw)), err
}

// Setting is one row of the redacted dump: what is set, and what it means.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Env     string `json:"env"`
	Help    string `json:"help"`
}

// Dump lists every setting with its value; secrets show only that they are set.
func (c *Config) Dump() []Setting {
	out := make([]Setting, 0, len(options))
	for _, o := range options {
		v := o.get(c)
		if o.Secret && v != "" {
			v = "(set)"
		}
		out = append(out, Setting{Name: o.Name, Value: v, Default: o.Default, Env: o.env(), Help: o.Help})
	}
	return out
}
