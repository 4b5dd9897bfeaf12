// Verifies Licet license files, offline. One file; needs Node 18 or later and
// nothing else.
//
//   const licenses = new Verifier(pins).check(file, { product: 'cad' });
//   if (licenses.has('export.step')) { … }
//
// pins is the JSON that the publisher's `licet key pins` exports, embedded in the
// program; file is the bytes of the license file. Nothing here reads a clock, a
// file or the network, but for `now` where the caller gives none. What is accepted
// and why something is refused is docs/reference/verifier.md, to the letter; the
// vectors in wire/testdata/files.txt hold this file to it.

import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';

const MAX_TOKEN = 16384, MAX_FILE = 1 << 20, MAX_LINES = 1000, MAX_PINS = 64 << 10;
const MAX_COUNT = 2n ** 53n, MAX_TIME = 253402300799n, MAX_GRACE = 316224000n, MAX_LEASE = 86400n;
const ED25519 = 'v4.public.', P256 = 'lct.p256.';

/** Why something is not believed; code is one of the specification's. */
export class Refused extends Error {
  constructor(code) {
    super('licet: ' + code);
    this.code = code;
  }
}

// ---------------------------------------------------------------- encodings

export const b64 = (raw) => Buffer.from(raw).toString('base64url');

/** The bytes of exactly the one base64url text that stands for them. */
export function unb64(text) {
  const raw = Buffer.from(text, 'base64url');
  if (raw.toString('base64url') !== text) throw new Refused('malformed');
  return raw;
}

export const keyId = (pub) => b64(createHash('sha256').update(pub).digest().subarray(0, 8));

/** PASETO's pre-authentication encoding. */
export function pae(...pieces) {
  const number = (n) => {
    const b = Buffer.alloc(8);
    b.writeUInt32LE(n);
    return b;
  };
  return Buffer.concat([number(pieces.length), ...pieces.flatMap((p) => [number(p.length), p])]);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// ---------------------------------------------------------------- strict JSON

// A schema says what a value must be: 's' a text, 'i' an integer, [x] a list of x,
// { '*': x } an object of any names, other objects exactly these names; unknown
// names may hold anything. Integers become BigInt, objects become Map.
const names = (texts, integers, more) => ({
  ...Object.fromEntries(texts.split(' ').map((n) => [n, 's'])), ...Object.fromEntries(integers.split(' ').map((n) => [n, 'i'])), ...more,
});
const HELD = names('lid', 'gen spt');
const SCHEMAS = {
  lic: names('typ iss lid art prd mdl unt enf hld ser non sec', 'gen qty iat nbf exp grc mnt seq epo cmd nxt', {
    ftr: ['s'], lim: { '*': 'i' }, cnt: names('t k', 'n', { f: ['s'] }), lse: names('id', 'fen bea'),
  }),
  ikc: names('typ iss kid pub', 'nbf exp iat', { use: ['s'] }),
  rvk: names('typ iss obj kid why kno', 'iat par pts'),
  rot: names('typ iss kid pub', 'iat'),
  upd: names('typ iss cnt non', 'seq iat', { cmd: [names('c lid why', 'gen')] }),
  blk: names('typ iss', 'seq iat par pts', { lic: [HELD], cnt: ['s'] }),
};
const PINS = { iss: 's', roots: [{ kid: 's', pub: 's' }], salt: 's', depot: 's', server: 's' };

const kind = (schema) => (typeof schema === 'string' ? schema : Array.isArray(schema) ? 'l' : 'o');
const BEGINS = { s: '"', i: '-0123456789', o: '{', l: '[' };
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

/** Names as a decoder sees them that ignores case; two signs fold to letters. */
const fold = (name) => name.replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(/\u017f/g, 's').replace(/\u212a/g, 'k');

/** Scanner reads the text once and stops at the first fault. */
class Scanner {
  constructor(raw) {
    this.b = raw;
    this.i = 0;
  }

  at() {
    return this.i < this.b.length ? String.fromCharCode(this.b[this.i]) : '';
  }

  skip() {
    while (this.i < this.b.length && ' \t\r\n'.includes(this.at())) this.i++;
  }

  fail() {
    throw new Refused('malformed');
  }

  value(schema, depth) {
    const c = this.at();
    if (c === '' || (schema !== undefined && !BEGINS[kind(schema)].includes(c))) this.fail();
    if (c === '"') return this.text().value;
    if (c === '{') return this.object(schema, depth + 1);
    if (c === '[') return this.list(schema, depth + 1);
    if (c === '-' || (c >= '0' && c <= '9')) return this.integer();
    for (const word of ['true', 'false']) {
      if (this.b.toString('latin1', this.i, this.i + word.length) === word) {
        this.i += word.length;
        return word === 'true';
      }
    }
    return this.fail();
  }

  object(schema, depth) {
    if (depth > 16) this.fail();
    const out = new Map();
    this.i++;
    this.skip();
    if (this.at() === '}') {
      this.i++;
      return out;
    }
    do {
      this.skip();
      if (this.at() !== '"') this.fail();
      const { value: name, escaped } = this.text();
      if (escaped) this.fail();
      if (out.has(name)) throw new Refused('duplicate_key');
      if (out.size >= 128) this.fail();
      out.set(name, undefined);
      this.skip();
      if (this.at() !== ':') this.fail();
      this.i++;
      this.skip();
      out.set(name, this.value(this.inner(schema, name), depth));
    } while (!this.next('}'));
    return out;
  }

  inner(schema, name) {
    if (schema === undefined) return undefined;
    if (has(schema, '*')) return schema['*'];
    if (has(schema, name)) return schema[name];
    if (has(schema, fold(name))) throw new Refused('duplicate_key'); // a claim's name in another case
    return undefined;
  }

  list(schema, depth) {
    if (depth > 16) this.fail();
    const out = [];
    this.i++;
    this.skip();
    if (this.at() === ']') {
      this.i++;
      return out;
    }
    do {
      this.skip();
      out.push(this.value(schema?.[0], depth));
    } while (!this.next(']'));
    return out;
  }

  next(end) {
    this.skip();
    const c = this.at();
    if (c !== end && c !== ',') this.fail();
    this.i++;
    return c === end;
  }

  text() {
    let out = '', start = ++this.i, escaped = false;
    for (;;) {
      const c = this.at();
      if (c === '' || c < ' ') this.fail();
      this.i++;
      if (c !== '"' && c !== '\\') continue;
      try {
        out += utf8.decode(this.b.subarray(start, this.i - 1));
      } catch {
        this.fail();
      }
      if (c === '"') return { value: out, escaped };
      out += this.escape();
      start = this.i;
      escaped = true;
    }
  }

  escape() {
    const c = this.at();
    this.i++;
    if (c !== '' && has(ESCAPES, c)) return ESCAPES[c];
    if (c !== 'u') this.fail();
    const high = this.hex4();
    if (high >= 0xdc00 && high < 0xe000) this.fail();
    if (high < 0xd800 || high >= 0xe000) return String.fromCharCode(high);
    if (this.b.toString('latin1', this.i, this.i + 2) !== '\\u') this.fail();
    this.i += 2;
    const low = this.hex4();
    if (low < 0xdc00 || low >= 0xe000) this.fail();
    return String.fromCharCode(high, low);
  }

  hex4() {
    const digits = this.b.toString('latin1', this.i, this.i + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail();
    this.i += 4;
    return parseInt(digits, 16);
  }

  integer() {
    const [all, digits] = /^-?([0-9]*)/.exec(this.b.toString('latin1', this.i, this.i + 22));
    if (digits === '' || digits.length > 19 || (digits.length > 1 && digits[0] === '0') || all === '-0') this.fail();
    const v = BigInt(all);
    if (v < -(2n ** 63n) || v >= 2n ** 63n) this.fail();
    this.i += all.length;
    return v;
  }
}

/** One JSON object in the strict form, with the kinds of the schema. */
export function parse(raw, schema) {
  const s = new Scanner(raw);
  s.skip();
  if (s.at() !== '{') s.fail();
  const out = s.object(schema, 1);
  s.skip();
  if (s.i !== raw.length) s.fail();
  return out;
}

// ---------------------------------------------------------------- claims

const UNPRINTABLE = [
  [0x00, 0x1f], [0x7f, 0xa0], [0xad, 0xad], [0x600, 0x605], [0x61c, 0x61c], [0x6dd, 0x6dd], [0x70f, 0x70f], [0x890, 0x891],
  [0x8e2, 0x8e2], [0x1680, 0x1680], [0x180e, 0x180e], [0x2000, 0x200f], [0x2028, 0x202f], [0x205f, 0x206f], [0x3000, 0x3000],
  [0xd800, 0xf8ff], [0xfeff, 0xfeff], [0xfff0, 0xfffb], [0xfffe, 0xffff], [0x110bd, 0x110bd], [0x110cd, 0x110cd],
  [0x13430, 0x1343f], [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a], [0xe0000, 0xe007f], [0xf0000, 0x10ffff],
];

function need(good) {
  if (!good) throw new Refused('claim');
}

function id(s, must = true) {
  need((s !== '' || !must) && s.length <= 64 && /^[!#-[\]-{}~]*$/.test(s));
}

function text(s, must = false) {
  need((s !== '' || !must) && Buffer.byteLength(s) <= 64);
  for (const c of s) need(!UNPRINTABLE.some(([low, high]) => c.codePointAt(0) >= low && c.codePointAt(0) <= high));
}

/** bytes are those of a claim; a text that is not base64url is a bad claim. */
function bytes(s) {
  try {
    return unb64(s);
  } catch {
    throw new Refused('claim');
  }
}

function bin(s, n, must = true) {
  if (s !== '' || must) need(bytes(s).length === n);
}

const num = (v, low, high) => need(v >= low && v <= high);
const when = (v, must = false) => num(v, must ? 1n : 0n, MAX_TIME);

function key(kid, pub) {
  bin(kid, 8);
  bin(pub, 32);
  need(keyId(bytes(pub)) === kid);
}

/** claims gives missing ones their zero value. */
export const claims = (map) => ({
  s: (name) => map?.get(name) ?? '',
  i: (name) => map?.get(name) ?? 0n,
  l: (name) => map?.get(name) ?? [],
  o: (name) => map?.get(name) ?? new Map(),
});

const CHECKS = {
  lic(c) {
    id(c.s('lid'));
    num(c.i('gen'), 1n, MAX_COUNT);
    text(c.s('art'));
    text(c.s('prd'), true);
    text(c.s('mdl'));
    need(c.l('ftr').length <= 128);
    for (const f of c.l('ftr')) text(f, true);
    need(c.o('lim').size <= 64);
    for (const [name, v] of c.o('lim')) {
      id(name);
      num(v, -MAX_COUNT, MAX_COUNT);
    }
    id(c.s('unt'), false);
    for (const name of ['qty', 'seq', 'epo']) num(c.i(name), 0n, MAX_COUNT);
    when(c.i('iat'), true);
    for (const name of ['nbf', 'exp', 'mnt', 'nxt']) when(c.i(name));
    need(c.i('exp') === 0n || c.i('exp') > c.i('nbf'));
    num(c.i('grc'), 0n, MAX_GRACE);
    need(['enforce', 'warn', 'log'].includes(c.s('enf')));
    id(c.s('hld'), false);
    bin(c.s('ser'), 8);
    bin(c.s('non'), 16, false);
    num(c.i('cmd'), 0n, 256n);
    need(c.s('sec').length <= 8192);
    bytes(c.s('sec'));
    binding(claims(c.o('cnt')));
    lease(claims(c.o('lse')), c);
  },
  ikc(c) {
    const use = c.l('use');
    key(c.s('kid'), c.s('pub'));
    need(use.length >= 1 && use.length <= 4 && new Set(use).size === use.length);
    need(use.every((u) => ['lic', 'upd', 'val', 'blk'].includes(u)));
    for (const name of ['nbf', 'exp', 'iat']) when(c.i(name), true);
    need(c.i('exp') > c.i('nbf'));
  },
  rvk(c) {
    need(['ikc', 'root'].includes(c.s('obj')));
    bin(c.s('kid'), 8);
    when(c.i('iat'), true);
    text(c.s('why'));
    const list = serials(c.s('kno'));
    need(c.s('obj') === 'ikc' || (list.length === 0 && c.i('pts') === 0n));
    part(c);
  },
  rot(c) {
    key(c.s('kid'), c.s('pub'));
    when(c.i('iat'), true);
  },
  upd(c) {
    bin(c.s('cnt'), 32);
    bin(c.s('non'), 16);
    num(c.i('seq'), 1n, MAX_COUNT);
    when(c.i('iat'), true);
    need(c.l('cmd').length <= 256);
    for (const cmd of c.l('cmd').map(claims)) {
      const bound = ['recall', 'replace', 'block'].includes(cmd.s('c'));
      if (bound || cmd.s('c') === 'ack' || cmd.s('c') === 'time') {
        id(cmd.s('lid'), bound);
        num(cmd.i('gen'), bound ? 1n : 0n, MAX_COUNT);
      } else {
        id(cmd.s('c'));
      }
      id(cmd.s('why'), false);
    }
  },
  blk(c) {
    num(c.i('seq'), 1n, MAX_COUNT);
    when(c.i('iat'), true);
    need(c.l('lic').length <= 512 && c.l('cnt').length <= 512);
    for (const h of c.l('lic').map(claims)) {
      id(h.s('lid'));
      num(h.i('gen'), 1n, MAX_COUNT);
      num(h.i('spt'), 0n, MAX_COUNT);
    }
    for (const k of c.l('cnt')) bin(k, 32);
    part(c);
  },
};

function binding(c) {
  const prints = c.l('f');
  if (c.s('k') === '') {
    need(c.s('t') === '' && prints.length === 0 && c.i('n') === 0n);
    return;
  }
  need(['soft', 'hardware', 'cloud'].includes(c.s('t')));
  bin(c.s('k'), 32);
  need(prints.length <= 32);
  for (const f of prints) bin(f, 8);
  num(c.i('n'), 0n, BigInt(prints.length));
}

function lease(c, of) {
  if (c.s('id') === '' && c.i('fen') === 0n && c.i('bea') === 0n) return;
  id(c.s('id'));
  num(c.i('fen'), 1n, MAX_COUNT);
  num(c.i('bea'), 1n, MAX_LEASE);
  need(of.i('exp') !== 0n && claims(of.o('cnt')).s('k') !== '');
}

/** serials are those of a revocation, strictly rising, in hexadecimal. */
function serials(known) {
  const raw = bytes(known), list = [];
  need(raw.length % 8 === 0);
  for (let i = 0; i < raw.length; i += 8) list.push(raw.toString('hex', i, i + 8));
  for (let i = 1; i < list.length; i++) need(list[i - 1] < list[i]);
  return list;
}

function part(c) {
  const n = c.i('par'), of = c.i('pts');
  need(of >= 0n && of <= 1000n && n >= 0n && n <= of && (of === 0n || n > 0n));
}

// ---------------------------------------------------------------- tokens

/** Token is a line taken apart; nothing in it is trusted. */
class Token {
  constructor(line) {
    if (line.length > MAX_TOKEN) throw new Refused('too_long');
    this.line = line;
    this.header = line.startsWith(ED25519) ? ED25519 : P256;
    const rest = line.slice(this.header.length), dot = rest.indexOf('.');
    if (dot < 0 || rest.length - dot - 1 !== 28) throw new Refused('malformed');
    const body = unb64(rest.slice(0, dot));
    this.footer = unb64(rest.slice(dot + 1));
    const footer = this.footer.toString('latin1');
    if (body.length <= 64 || footer.slice(0, 8) !== '{"kid":"' || footer.slice(19) !== '"}') throw new Refused('malformed');
    this.kid = footer.slice(8, 19);
    unb64(this.kid);
    this.payload = body.subarray(0, -64);
    this.signature = body.subarray(-64);
    const head = body.toString('latin1', 0, 12);
    this.type = head.length === 12 && head.startsWith('{"typ":"') && head[11] === '"' ? head.slice(8, 11) : '';
  }

  /** The claims, if the token verifies as the type with the keys. */
  open(type, keys) {
    const pub = keys.get(this.kid);
    if (pub === undefined) throw new Refused('unknown_key');
    if (this.header !== ED25519) throw new Refused('suite');
    if (!signed(pub, pae(Buffer.from(this.header), this.payload, this.footer, Buffer.from(type + '/1')), this.signature)) {
      throw new Refused('signature');
    }
    if (this.payload.length < 12 || this.type !== type) throw new Refused('type');
    const c = claims(parse(this.payload, SCHEMAS[type]));
    id(c.s('iss'));
    CHECKS[type](c);
    return c;
  }
}

function signed(pub, message, signature) {
  try {
    return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: b64(pub) }, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

/** The tokens of a license file, in order. Lines that are none mean nothing. */
export function tokens(file) {
  if (file.length > MAX_FILE) throw new Refused('too_long');
  let all = Buffer.from(file).toString('latin1'); // a character for each byte
  if (all.startsWith('\xef\xbb\xbf')) all = all.slice(3);
  const lines = all.split(/\r\n|\r|\n/), out = [];
  if (lines[lines.length - 1] === '') lines.pop();
  for (let n = 0; n < lines.length; n++) {
    if (n >= MAX_LINES) throw new Refused('too_long');
    const line = lines[n].replace(/^[ \t]+|[ \t]+$/g, '');
    if (line.startsWith(ED25519) || line.startsWith(P256)) out.push(new Token(line));
  }
  return out;
}

// ---------------------------------------------------------------- trust

/**
 * Verifier is what is believed of one publisher: its pinned roots, and what files
 * of root-signed lines have taught since. Give it every line you ever got.
 */
export class Verifier {
  constructor(pins) {
    const raw = Buffer.from(pins);
    if (raw.length > MAX_PINS) throw new Refused('too_long');
    const p = claims(parse(raw, PINS)), roots = p.l('roots').map(claims);
    this.issuer = p.s('iss');
    id(this.issuer);
    need(roots.length >= 1 && roots.length <= 8);
    for (const r of roots) key(r.s('kid'), r.s('pub'));
    this.rank = new Map(roots.map((r, n) => [r.s('kid'), n + 1]));
    need(this.rank.size === roots.length);
    this.salt = bytes(p.s('salt'));
    need(this.salt.length >= 16 && this.salt.length <= 64);
    this.server = p.s('server');
    need(Buffer.byteLength(this.server) <= 1024);
    this.roots = new Map(roots.map((r) => [r.s('kid'), unb64(r.s('pub'))]));
    this.sponsors = new Map(); // a rotated root → the pinned ones that announced it
    this.fallen = new Set();
    this.certs = new Map();
    this.issuers = new Map();
    this.revoked = new Map(); // issuing key → root → its newest statement
    this.seen = new Set();
    this.lists = new Map();
  }

  /** The 16 bytes that stand for a component of a machine. */
  component(name, value) {
    return createHmac('sha256', this.salt).update(name + ':' + value).digest().subarray(0, 16);
  }

  /**
   * Takes over what the roots say in a file, and its block lists. Lines that are
   * not believed teach nothing. Throws Refused for a damaged file.
   */
  learn(file) {
    const lines = tokens(file);
    for (const [type, add] of [['rot', this.#root], ['rvk', this.#revocation], ['ikc', this.#cert]]) {
      for (const t of lines) {
        if (t.type !== type || this.seen.has(t.line)) continue;
        try {
          const c = t.open(type, this.roots);
          if (c.s('iss') !== this.issuer) continue;
          if (add.call(this, t.kid, c)) this.seen.add(t.line);
        } catch (e) {
          if (!(e instanceof Refused)) throw e;
        }
      }
    }
    for (const t of lines) {
      if (t.type !== 'blk' || this.lists.has(t.line)) continue;
      try {
        this.open(t, 'blk');
        this.lists.set(t.line, t);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
      }
    }
    return lines;
  }

  #root(by, c) {
    const kid = c.s('kid');
    if (!this.rank.has(by)) return false;
    if (this.rank.has(kid)) return true;
    if (this.issuers.has(kid)) return false;
    this.roots.set(kid, unb64(c.s('pub')));
    this.sponsors.set(kid, new Set([...(this.sponsors.get(kid) ?? []), by]));
    return true;
  }

  #revocation(by, c) {
    const kid = c.s('kid');
    if (c.s('obj') === 'root') {
      if (by !== kid && (this.rank.get(by) ?? 0) <= (this.rank.get(kid) ?? 0)) return false;
      this.fallen.add(kid);
      return true;
    }
    if (!this.revoked.has(kid)) this.revoked.set(kid, new Map());
    const said = this.revoked.get(kid);
    if (!said.has(by) || c.i('iat') > said.get(by).at) said.set(by, { at: c.i('iat'), known: new Set() });
    if (c.i('iat') === said.get(by).at) for (const s of serials(c.s('kno'))) said.get(by).known.add(s);
    return true;
  }

  #cert(by, c) {
    const kid = c.s('kid');
    if (this.roots.has(kid)) return false;
    this.certs.set(kid, [...(this.certs.get(kid) ?? []), { root: by, c }]);
    this.issuers.set(kid, unb64(c.s('pub')));
    return true;
  }

  #live(root) {
    if (this.fallen.has(root)) return false;
    return this.rank.has(root) || [...(this.sponsors.get(root) ?? [])].some((s) => !this.fallen.has(s));
  }

  /** The claims of a token of an issuing key that was allowed to sign it. */
  open(token, type) {
    const c = token.open(type, this.issuers);
    if (c.s('iss') !== this.issuer) throw new Refused('issuer');
    let why = 'unknown_key';
    for (const { root, c: cert } of this.certs.get(token.kid) ?? []) {
      if (!cert.l('use').includes(type)) why = 'use';
      else if (c.i('iat') < cert.i('nbf') || c.i('iat') > cert.i('exp')) why = 'window';
      else if (!this.#live(root)) why = 'revoked';
      else {
        const serial = type === 'lic' ? unb64(c.s('ser')).toString('hex') : '';
        for (const { known } of (this.revoked.get(token.kid) ?? new Map()).values()) {
          if (!known.has(serial)) throw new Refused('revoked');
        }
        return c;
      }
    }
    throw new Refused(why);
  }

  #blocked(lic, container) {
    const bySeq = new Map();
    for (const t of this.lists.values()) {
      try {
        const c = this.open(t, 'blk');
        bySeq.set(c.i('seq'), [...(bySeq.get(c.i('seq')) ?? []), c]);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
      }
    }
    const whole = (parts) => {
      const of = parts[0].i('pts');
      return parts.every((c) => c.i('pts') === of) && new Set(parts.map((c) => c.i('par'))).size === parts.length &&
        parts.length === Math.max(Number(of), 1);
    };
    const seqs = [...bySeq.keys()].filter((s) => whole(bySeq.get(s)));
    if (seqs.length === 0) return false;
    return bySeq.get(seqs.reduce((a, b) => (a > b ? a : b))).some((c) =>
      (container !== '' && lic.i('iat') <= c.i('iat') && c.l('cnt').includes(container)) ||
      c.l('lic').map(claims).some((h) => h.s('lid') === lic.s('lid') && lic.i('gen') <= h.i('gen')));
  }

  /**
   * Judges every license in a file and returns Licenses. now is the trusted time
   * in Unix seconds, released the program's release time (0: do not look at
   * maintenance), container the key hash of this machine's container, components
   * the 16 bytes of each of its components. Throws Refused for a damaged file.
   */
  check(file, { now = Math.floor(Date.now() / 1000), product = '', released = 0, container = '', components = [] } = {}) {
    const out = new Licenses();
    for (const t of this.learn(file)) {
      if (t.type === 'lic') out.push(this.#judge(t, { now: BigInt(now), product, released: BigInt(released), container, components }));
    }
    return out;
  }

  #judge(token, here) {
    try {
      need(here.now > 0n);
      const c = this.open(token, 'lic');
      if (here.product !== '' && here.product !== c.s('prd')) throw new Refused('product');
      fits(c, here.container, here.components);
      if (this.#blocked(c, here.container)) throw new Refused('blocked');
      return new License('ok', c, here.now, here.released);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      return new License(e.code);
    }
  }
}

/** Throws Refused if a license is bound to another container or machine. */
export function fits(lic, container, components) {
  const bound = claims(lic.o('cnt'));
  if (bound.s('k') === '') return;
  if (bound.s('k') !== container) throw new Refused('container');
  const prints = new Set(components.map((x) => b64(x.subarray(0, 8))));
  const found = new Set(bound.l('f').filter((f) => prints.has(f))).size;
  if (BigInt(found) < bound.i('n')) throw new Refused('fingerprint');
}

/** The licenses of a file, each with its verdict. */
export class Licenses extends Array {
  has(feature) {
    return this.some((l) => l.has(feature));
  }

  /** The greatest of the limits that licenses which run set; undefined: none does. */
  limit(name) {
    let best;
    for (const l of this) {
      const v = l.limit(name);
      if (v !== undefined && (best === undefined || v > best)) best = v;
    }
    return best;
  }
}

/**
 * One license. code is 'ok', or why it is none for this program here; state is
 * valid, grace, not_yet, expired or unmaintained; until the second at which that
 * changes or has changed (0: never); runs whether the program should go on.
 */
export class License {
  #c;

  constructor(code, c = claims(), now = 0n, released = 0n) {
    this.#c = c;
    Object.assign(this, { code, id: c.s('lid'), generation: Number(c.i('gen')), features: c.l('ftr'), product: c.s('prd'), enforce: c.s('enf'), state: '', until: 0, runs: false });
    if (code !== 'ok') return;
    const start = c.i('nbf'), exp = c.i('exp'), end = exp + c.i('grc'), mnt = c.i('mnt');
    const [state, until] = start > now ? ['not_yet', start]
      : exp !== 0n && now >= end ? ['expired', end]
        : mnt !== 0n && released >= mnt ? ['unmaintained', mnt]
          : exp !== 0n && now >= exp ? ['grace', end] : ['valid', exp];
    this.state = state;
    this.until = Number(until);
    this.runs = state === 'valid' || state === 'grace' || this.enforce === 'warn' || this.enforce === 'log';
  }

  /** Whether the program may use a feature; '*' stands for all of them. */
  has(feature) {
    const features = this.#c.l('ftr');
    return this.runs && (features.includes(feature) || features.includes('*'));
  }

  /** A limit by name, exact up to 2⁵³; undefined where the license sets none. */
  limit(name) {
    const v = this.#c.o('lim').get(name);
    return this.runs && v !== undefined ? Number(v) : undefined;
  }

  /** Any claim: texts, BigInt, lists and maps as they stand in the license. */
  claim(name) {
    return this.#c.s(name);
  }
}
