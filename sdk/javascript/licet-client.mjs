// Keeps the licenses of a machine: activates, refreshes and returns them over HTTPS,
// and takes leases of floating ones. Needs licet.mjs beside it.
//
//   const c = new Client(pins, '/var/lib/acme', { product: 'cad' });
//   await c.activate('7H2KM-…');
//   if (c.licenses().has('export.step')) { … }
//
//   const lease = (await c.lease({ code: 'F3WQN-…' })).keep();
//   if (lease.has('draw')) { … }
//   await lease.end();
//
// The folder holds one file with the container's private key, its licenses and the
// messages that wait for an answer. It is written before anything is sent and after
// anything is learned, so that a crash or a lost answer repeats the same bytes: the
// server then takes no second seat. A license that is given back is gone from the
// disk before the message that says so is signed. Calls throw Offline when the server
// is not reached, and nothing is lost then: the next activation, refresh or return sends
// what waits first. They throw Refusal when it says no, and Refused for an answer that is not to
// be believed.
//
// One process at a time works on a folder; another is told so (Busy). What a small
// client leaves out, the Go client has: requests as files, sealed parts, restore,
// pairing codes, a clock that is put right, borrowing, waiting for a place in a queue.

import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { hostname, platform } from 'node:os';
import { join } from 'node:path';

import { License, Licenses, Refused, Verifier, b64, claims, fits, keyId, pae, tokens, unb64 } from './licet.mjs';

const FILE = 'licet-container.json', LOCK = 'licet-container.lock', MAX_FILE = 1 << 20, HEADER = 'v4.public.';
const TEXT = 'text/plain; charset=utf-8', JSON_TEXT = 'application/json', NO_ANSWER = 'this is no answer of a license server';
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // an Ed25519 key, before its seed

/** The server was not reached, or something else answered. */
export class Offline extends Error {}

/** Another process works on the folder. */
export class Busy extends Error {}

/** The server's no, or not now: code is stable ('license.no_seat'). */
export class Refusal extends Error {
  constructor(status, code, text, retryAfter) {
    super(code + ': ' + text);
    Object.assign(this, { status, code, text, retryAfter });
  }

  /** Whether the same message would be refused again. */
  get final() {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/** What this machine is known by, as far as a few lines can tell. */
export function machine() {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      return { 'machine-id': readFileSync(path, 'ascii').trim() };
    } catch {
      // the next one
    }
  }
  return { host: hostname() };
}

const keyOf = (st) => createPrivateKey({ key: Buffer.concat([PKCS8, unb64(st.seed)]), format: 'der', type: 'pkcs8' });
const publicOf = (st) => unb64(createPublicKey(keyOf(st)).export({ format: 'jwk' }).x);
const hashOf = (st) => b64(createHash('sha256').update(Buffer.from([1])).update(publicOf(st)).digest());
const heldOf = (st) => st.licenses.map(({ lid, gen }) => ({ lid, gen }));

/** The token of a message; what is empty is left out. */
function token(st, message) {
  const empty = (v) => v === 0 || v === '' || (Array.isArray(v) && v.length === 0);
  const payload = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(message).filter(([, v]) => !empty(v)))));
  const footer = Buffer.from(`{"kid":"${keyId(publicOf(st))}"}`);
  const signature = sign(null, pae(Buffer.from(HEADER), payload, footer, Buffer.from(message.typ + '/1')), keyOf(st));
  return HEADER + b64(Buffer.concat([payload, signature])) + '.' + b64(footer);
}

/**
 * A publisher's licenses on this machine. components are what the machine is known
 * by, name to value; ca the text of certificates to trust for the server, for one
 * that has its own; clock returns Unix seconds, ticks seconds that are measured and
 * that nobody sets.
 */
export class Client {
  static #turns = new Map(); // folder → what this process does there last
  #pins; #dir; #o; #first; #server;

  constructor(pins, folder, options = {}) {
    this.#pins = pins;
    this.#dir = folder;
    this.#o = { product: '', version: '', released: 0, components: machine(), clock: () => Math.floor(Date.now() / 1000), ticks: () => performance.now() / 1000, ...options };
    this.#first = new Verifier(pins);
    this.#server = new URL(this.#o.server || this.#first.server);
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(this.#server.hostname);
    if (this.#server.protocol !== 'https:' && !(this.#server.protocol === 'http:' && local)) {
      throw new TypeError("the server's address must begin with https://");
    }
  }

  // -------------------------------------------------------------- what it does

  /** Collects what a ticket or license key holds. */
  activate(code, quantity = 0) {
    return this.#ask({ act: 'act', code: code.replace(/\s/g, ''), qty: quantity });
  }

  /** Asks for what waits at the server: renewed licenses, recalls, blocks. */
  refresh() {
    return this.#ask({ act: 'ref' });
  }

  /** Returns a license: it is gone from here at once, and the server is told. */
  giveBack(licenseId) {
    return this.#locked(async (st) => {
      const held = st.licenses.find((l) => l.lid === licenseId);
      if (held) {
        this.#ours(st, held.token);
        st.licenses = st.licenses.filter((l) => l !== held);
        st.outbox.push({ typ: 'ret', lid: licenseId, gen: held.gen, ctr: 0 });
        this.#save(st); // durable before it is signed
      } else if (!st.outbox.some((m) => m.lid === licenseId)) {
        throw new RangeError('no such license here');
      }
      await this.#flush(st);
    });
  }

  /** Every license here with its verdict, without asking anybody. */
  licenses() {
    const st = this.#load(), verifier = this.#trust(st), out = new Licenses();
    const here = {
      now: Math.max(this.#o.clock(), st.signed, this.#o.released), product: this.#o.product, released: this.#o.released,
      container: hashOf(st), components: this.#salted(),
    };
    for (const held of st.licenses) {
      for (const l of verifier.check(Buffer.from(held.token), here)) out.push(held.blocked && l.code === 'ok' ? new License('blocked') : l);
    }
    return out;
  }

  /**
   * Takes a place of a floating license: of what a ticket or license key holds (code),
   * or of a license that was leased here before (license, its id). person is who uses
   * it, where the license counts persons: only a hash of it leaves the machine; label
   * names places that are kept. An answer that is lost is asked for once more by the
   * same message, which takes no second place.
   */
  async lease({ code = '', license = '', person = '', label = '', quantity = 0 } = {}) {
    const nonce = b64(randomBytes(16));
    let message, verifier, container;
    const prepare = (st) => {
      const hol = person ? { t: 'person', h: b64(this.#first.component('person', person)) } : { t: 'process' };
      message = token(st, {
        typ: 'lsr', iss: this.#first.issuer, non: nonce, iat: Math.max(this.#o.clock(), st.signed), ...this.#here(st),
        code: code.replace(/\s/g, ''), lid: license, hol, lbl: label, qty: quantity, ...this.#program(),
      });
      verifier = this.#trust(st);
      container = hashOf(st);
    };
    if (existsSync(join(this.#dir, FILE))) prepare(this.#load());
    else await this.#locked(async (st) => { this.#save(st); prepare(st); });
    const check = (line, now) => verifier.check(line, { now, product: this.#o.product, released: 0, container, components: this.#salted() })[0];
    const post = (path, body) => this.#post(path, JSON.stringify({ iss: this.#first.issuer, ...body }), JSON_TEXT);
    const { answer, asked } = await this.#twice('lease', message, TEXT);
    return new Lease({ verifier, check, post, moment: () => this.#moment() }, object(answer), nonce, asked);
  }

  /**
   * Uses up units of a usage-counted license by its key, for which no container is
   * needed. Returns { unit, units, spent (of the license), left }. The same nonce (16
   * random bytes in base64url) consumes once, whenever it is sent.
   */
  async consume(key, units = 1, nonce = b64(randomBytes(16))) {
    const say = { key: key.replace(/\s/g, ''), nonce, units, product: this.#o.product || undefined };
    return object((await this.#twice('consume', JSON.stringify(say), JSON_TEXT)).answer);
  }

  /** A copied folder must not give the original's seat away. */
  #ours(st, line) {
    const verifier = this.#trust(st);
    let c;
    try {
      c = tokens(Buffer.from(line)).map((t) => verifier.open(t, 'lic'))[0];
    } catch (e) {
      if (e instanceof Refused) return; // its key was revoked: it may go
      throw e;
    }
    fits(c, hashOf(st), this.#salted());
  }

  // -------------------------------------------------------------- messages

  #ask({ act, ...more }) {
    return this.#locked(async (st) => {
      await this.#flush(st);
      const req = {
        typ: 'req', iss: this.#first.issuer, act, non: b64(randomBytes(16)), ctr: st.counter + 1, iat: Math.max(this.#o.clock(), st.signed),
        ...this.#here(st), ...more, held: heldOf(st), ...this.#program(),
      };
      this.#send(st, req);
      await this.#flush(st, req.ctr);
    });
  }

  #here(st) {
    return { cnt: { t: 'soft', s: b64(publicOf(st)) }, fp: Object.keys(this.#o.components).map((n, i) => ({ n, h: b64(this.#salted()[i]) })) };
  }

  #program() {
    return { prd: this.#o.product, app: { v: this.#o.version, os: platform() } };
  }

  /** Signs a message and puts it behind those that wait. */
  #send(st, message) {
    st.counter = message.ctr;
    const { typ, non, ctr, lid, gen } = message;
    st.outbox.push({ typ, non, ctr, token: token(st, message), ...(typ === 'ret' ? { lid, gen } : {}) });
  }

  #signReturns(st) {
    for (const m of st.outbox.filter((o) => o.ctr === 0)) {
      st.outbox = st.outbox.filter((o) => o !== m);
      this.#send(st, {
        typ: 'ret', iss: this.#first.issuer, cnt: hashOf(st), non: b64(randomBytes(16)), ctr: st.counter + 1, iat: this.#o.clock(), lid: m.lid, gen: m.gen,
      });
    }
  }

  /**
   * Sends what waits, in order. Another message that the server refuses for good is
   * given up; the outcome of the one that is meant is the caller's.
   */
  async #flush(st, meant = 0) {
    this.#signReturns(st);
    this.#save(st);
    while (st.outbox.length > 0) {
      const m = st.outbox[0];
      const drop = () => {
        st.outbox = st.outbox.filter((o) => o !== m);
        this.#save(st);
      };
      try {
        const answer = await this.#post('exchange', m.token, TEXT);
        if (m.typ === 'rcp') drop();
        else this.#install(st, m, answer);
      } catch (e) {
        const again = e instanceof Refused && ['container', 'fingerprint', 'old'].includes(e.code); // it would be the same the next time
        if (again || (e instanceof Refusal && e.final)) drop();
        if (!(e instanceof Refusal && e.final) || m.ctr === meant || m.typ === 'ret') throw e;
      }
      this.#save(st);
    }
  }

  /** Takes over the answer to a message, as a whole or not at all. */
  #install(st, m, answer) {
    const verifier = this.#trust(st), lics = [], upds = [];
    for (const t of verifier.learn(answer)) {
      if (t.type === 'upd') upds.push(verifier.open(t, 'upd'));
      if (t.type === 'lic') lics.push({ c: verifier.open(t, 'lic'), line: t.line });
    }
    const answers = [...lics.map((l) => l.c), ...upds];
    if (answers.length === 0) throw new Offline('this is no answer of a license server');
    const commands = upds.flatMap((u) => u.l('cmd')).map(claims), hash = hashOf(st);
    const number = (c, name) => Number(c.i(name));
    const seq = number(answers[0], 'seq'), epoch = lics.length > 0 ? number(lics[0].c, 'epo') : st.epoch;
    const at = Math.max(...answers.map((c) => number(c, 'iat')));
    if (upds.some((u) => u.s('cnt') !== hash)) throw new Refused('container');
    if (answers.some((c) => c.s('non') !== m.non)) throw new Refused('not_asked');
    if (upds.length > 1 || answers.some((c) => number(c, 'seq') !== seq)) throw new Refused('update');
    for (const { c } of lics) {
      fits(c, hash, this.#salted());
      if (number(c, 'cmd') !== commands.length || number(c, 'epo') !== epoch) throw new Refused('update');
    }
    const newer = lics.length > 0 && epoch !== st.epoch ? epoch > st.epoch : seq > st.seq || (lics.length === 0 && at > st.signed);
    if (!newer) throw new Refused('old');
    const here = new Map(st.licenses.map((l) => [l.lid, l]));
    const hits = (cmd, ...verbs) => verbs.includes(cmd.s('c')) && here.has(cmd.s('lid')) && here.get(cmd.s('lid')).gen <= number(cmd, 'gen');
    for (const cmd of commands) if (hits(cmd, 'recall', 'replace')) here.delete(cmd.s('lid'));
    for (const { c, line } of lics) {
      const lid = c.s('lid'), gen = number(c, 'gen');
      if (here.has(lid) && here.get(lid).gen > gen) throw new Refused('old');
      here.set(lid, { lid, gen, token: line, blocked: false });
    }
    for (const cmd of commands) if (hits(cmd, 'block')) here.set(cmd.s('lid'), { ...here.get(cmd.s('lid')), blocked: true });
    Object.assign(st, {
      licenses: [...here.values()], seq, epoch: Math.max(epoch, st.epoch), signed: Math.max(at, st.signed),
      trust: [...verifier.seen, ...verifier.lists.keys()], outbox: st.outbox.filter((o) => o.ctr === 0 || o.ctr > m.ctr),
    });
    if (m.typ !== 'req') return;
    this.#send(st, { typ: 'rcp', iss: this.#first.issuer, cnt: hash, non: m.non, ctr: st.counter + 1, iat: this.#o.clock(), held: heldOf(st) });
  }

  /**
   * Says it again if the answer does not come: for what works only once however often
   * it is said. Returns the answer, and when it was asked for.
   */
  async #twice(path, body, type) {
    let asked = this.#moment();
    try {
      return { answer: await this.#post(path, body, type), asked };
    } catch (e) {
      if (!(e instanceof Offline)) throw e;
      asked = this.#moment();
      return { answer: await this.#post(path, body, type), asked };
    }
  }

  #moment() {
    return [this.#o.ticks(), this.#o.clock()];
  }

  #post(path, body, type) {
    const at = new URL(this.#server.pathname.replace(/\/$/, '') + '/api/v1/' + path, this.#server);
    const headers = { 'Content-Type': type, Accept: 'text/plain, application/json, application/problem+json', 'User-Agent': 'licet-javascript/1' };
    return new Promise((resolve, reject) => {
      const fail = (e) => reject(new Offline(e.message));
      const r = (at.protocol === 'https:' ? https : http)(at, { method: 'POST', headers, ca: this.#o.ca, agent: false }, (answer) => {
        const parts = [];
        let size = 0;
        answer.on('error', fail);
        answer.on('data', (part) => {
          parts.push(part);
          if ((size += part.length) > MAX_FILE) r.destroy(new Error('the answer is too long'));
        });
        answer.on('end', () => {
          const all = Buffer.concat(parts);
          if (answer.statusCode === 200 || answer.statusCode === 204) resolve(all);
          else reject(problem(answer, all)); // a redirect would carry the code to somebody else
        });
      });
      r.setTimeout(30_000, () => r.destroy(new Error('no answer in 30 seconds')));
      r.on('error', fail);
      r.end(body);
    });
  }

  // -------------------------------------------------------------- the file

  #trust(st) {
    const verifier = new Verifier(this.#pins);
    verifier.learn(Buffer.from(st.trust.join('\n')));
    return verifier;
  }

  #salted() {
    return Object.entries(this.#o.components).map(([name, value]) => this.#first.component(name, value));
  }

  /** One after the other, in this process and among others. */
  #locked(work) {
    const turn = (Client.#turns.get(this.#dir) ?? Promise.resolve()).then(() => this.#alone(work));
    Client.#turns.set(this.#dir, turn.catch(() => {}));
    return turn;
  }

  /** Node has no locks of the system: a file with our number stands in for one. */
  async #alone(work) {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, LOCK);
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
    } catch (e) {
      if (e.code !== 'EEXIST') throw e;
      if (alive(Number(readFileSync(path, 'ascii')))) throw new Busy('another process works on this folder');
      writeFileSync(path, String(process.pid)); // it was ended in the middle
    }
    try {
      await work(this.#load());
    } finally {
      unlinkSync(path);
    }
  }

  #load() {
    let st;
    try {
      st = JSON.parse(readFileSync(join(this.#dir, FILE), 'utf8')); // a damaged file is never overwritten: it throws
    } catch (e) {
      if (e.code !== 'ENOENT') throw e;
      st = { format: 1, issuer: this.#first.issuer, seed: b64(randomBytes(32)), counter: 0, epoch: 0, seq: 0, signed: 0, trust: [], licenses: [], outbox: [] };
    }
    if (st.format !== 1 || st.issuer !== this.#first.issuer) throw new Error('this folder holds another container');
    return st;
  }

  /** Replaces the file as a whole and returns when it is on the disk. */
  #save(st) {
    const path = join(this.#dir, FILE), fd = openSync(path + '.new', 'w', 0o600);
    writeSync(fd, JSON.stringify(st));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(path + '.new', path);
    if (platform() === 'win32') return; // there a folder cannot be opened, and need not be
    const dir = openSync(this.#dir, 'r');
    fsyncSync(dir);
    closeSync(dir);
  }
}

/**
 * A use of a floating license. It goes on until it is ended, or for renewAfter and some
 * more seconds without a renewal: renew it, or let keep() do so. It counts from before
 * it was asked for, by measured time, and by the clock where that has moved on further:
 * a machine that slept has measured nothing.
 */
export class Lease {
  #client; #secret; #claims; #asked;
  #over = null; // why it is over; 'ended' by us
  #timer = null;

  /** Made by Client.lease. */
  constructor(client, grant, nonce, asked) {
    if (typeof grant.secret !== 'string') throw new Offline(NO_ANSWER);
    this.#client = client;
    this.#secret = grant.secret;
    this.#take(grant, nonce, asked);
  }

  get id() { return this.#lse('s', 'id'); }

  /** Above that of every lease of the license before. */
  get fence() { return this.#lse('i', 'fen'); }

  /** Seconds after which to renew it. */
  get renewAfter() { return this.#lse('i', 'bea'); }

  get license() { return this.#claims.s('lid'); }

  get quantity() { return this.#n('qty'); }

  /** Seconds until it ends without a renewal, its grace not counted; not above 0 when it is over. */
  get left() { return this.#over ? 0 : this.#n('exp') - this.#n('iat') - this.#elapsed(); }

  /** 'valid', 'grace' while its place still waits for a renewal, or 'expired'. */
  get state() { return this.#license().state || 'expired'; }

  /**
   * Whether the program should go on: it is not over, or its license only asks to warn
   * or to log. Never after end().
   */
  get runs() { return this.#license().runs; }

  has(feature) { return this.#license().has(feature); }

  /** A limit by name; undefined where the license sets none or the lease is over. */
  limit(name) { return this.#license().limit(name); }

  /**
   * Asks once. Throws Offline, Refusal and Refused, and the lease goes on to its end;
   * after Refusal license.lease_gone it is over: take a new one.
   */
  async renew() {
    const asked = this.#client.moment();
    try {
      this.#take(object(await this.#say('lease/renew')), '', asked);
    } catch (e) {
      if (e instanceof Refusal && e.status === 404 && e.code === 'license.lease_gone') this.#over ??= e;
      throw e;
    }
  }

  /**
   * Gives the place back. Throws Offline if the server is not reached: the place frees
   * itself then when the lease would have ended.
   */
  async end() {
    clearTimeout(this.#timer);
    if (this.#over) return;
    this.#over = 'ended';
    await this.#say('lease/end');
  }

  /**
   * Renews it from now on by a timer that keeps no program from ending. watch(news,
   * error) is told 'renewed', 'late' (not renewed; it goes on and is tried again) and at
   * last 'ended'. Returns the lease.
   */
  keep(watch = () => {}) {
    if (!this.#timer) this.#later(this.renewAfter, Math.min(5, this.renewAfter), watch);
    return this;
  }

  #later(wait, pause, watch) {
    this.#timer = setTimeout(() => this.#again(pause, watch), wait * 1000);
    this.#timer.unref();
  }

  async #again(pause, watch) {
    let news = 'renewed', error = null, wait = pause;
    try {
      await this.renew();
      wait = this.renewAfter;
      pause = Math.min(5, wait);
    } catch (e) { // whatever it is, it must not end the program
      news = 'late';
      error = e;
      wait = Math.max(pause, Math.min(60, e?.retryAfter || 0));
      pause = Math.min(2 * pause, 60);
    }
    if (this.#over === 'ended') return;
    if (this.#over || this.state === 'expired') {
      this.#over ??= error ?? 'expired';
      news = 'ended';
    }
    try {
      await watch(news, error);
    } catch {
      // the program's own fault
    }
    if (news !== 'ended' && !this.#over) this.#later(wait, pause, watch);
  }

  #say(path) {
    return this.#client.post(path, { lease: this.id, fence: this.fence, secret: this.#secret });
  }

  /** Takes over the lines of an answer, if they are of this lease. */
  #take({ lines }, nonce, asked) {
    if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) throw new Offline(NO_ANSWER);
    const { verifier, check } = this.#client;
    const found = verifier.learn(Buffer.from(lines.join('\n'))).filter((t) => t.type === 'lic');
    if (found.length !== 1) throw new Refused('update');
    const c = verifier.open(found[0], 'lic'), number = (name) => Number(c.i(name));
    const verdict = check(Buffer.from(found[0].line), Math.max(number('iat'), number('nbf')));
    if (verdict.code !== 'ok') throw new Refused(verdict.code);
    if (!leaseOf(c) || number('exp') <= number('iat')) throw new Refused('update');
    if (!this.#claims) {
      if (c.s('non') !== nonce) throw new Refused('not_asked');
    } else {
      if (leaseOf(c).s('id') !== this.id || Number(leaseOf(c).i('fen')) !== this.fence) throw new Refused('not_asked');
      if (number('iat') < this.#n('iat') || number('exp') < this.#n('exp')) throw new Refused('old');
      if (number('iat') === this.#n('iat')) asked = this.#asked; // the same moment there is the same moment here
    }
    this.#claims = c;
    this.#asked = asked;
  }

  #n(name) { return Number(this.#claims.i(name)); }

  #lse(kind, name) {
    const v = leaseOf(this.#claims)[kind](name);
    return kind === 'i' ? Number(v) : v;
  }

  #elapsed() {
    const [ticks, clock] = this.#client.moment();
    return Math.max(ticks - this.#asked[0], clock - this.#asked[1]);
  }

  /** The license at this moment of its own time. */
  #license() {
    if (this.#over === 'ended') return new License('ended');
    const now = this.#over ? this.#n('exp') + this.#n('grc') : Math.max(this.#n('iat') + this.#elapsed(), this.#n('nbf'));
    return new License('ok', this.#claims, now, 0);
  }
}

const leaseOf = (c) => (c.i('exp') !== 0n && claims(c.o('lse')).s('id') !== '' ? claims(c.o('lse')) : null);

function object(answer) {
  try {
    const out = JSON.parse(answer.toString());
    if (out && typeof out === 'object' && !Array.isArray(out)) return out;
  } catch {
    // no answer of ours
  }
  throw new Offline(NO_ANSWER);
}

function alive(pid) {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0);
  } catch (e) {
    return e.code === 'EPERM';
  }
}

function problem(answer, body) {
  try {
    const p = JSON.parse(body.toString());
    if (/^application\/problem\+json\b/.test(answer.headers['content-type']) && p.code) {
      return new Refusal(answer.statusCode, p.code, p.detail ?? '', Number(answer.headers['retry-after'] ?? 0));
    }
  } catch {
    // no answer of ours
  }
  return new Offline(`not an answer of a license server (${answer.statusCode})`);
}
