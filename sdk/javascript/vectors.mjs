// Reads the vectors of files.txt from standard input and prints "id verdict".

import { readFileSync } from 'node:fs';

import { Refused, Verifier, unb64 } from './licet.mjs';

const plain = (s) => Buffer.from(s.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
const list = (s) => (s === '' ? [] : s.split(','));

function verdict(l, c) {
  if (l.code !== 'ok') return l.code;
  const has = c.has.map((f) => (l.has(f) ? '1' : '0')).join('');
  const limits = c.lim.map((n) => l.limit(n) ?? '-').join(',');
  return `ok:${l.state}:${l.enforce}:${l.until}:${l.runs ? 1 : 0}:${has}:${limits}`;
}

function judge(v, pieces, checks) {
  const c = checks.get(v.check[0]);
  let file = Buffer.concat(v.file[0].split(',').flatMap((name) => [pieces.get(name), Buffer.from('\n')]));
  for (const edit of v.edit ?? []) {
    const [, at, n, by] = /^(\d+)-(\d+)\+(.*)$/.exec(edit);
    file = Buffer.concat([file.subarray(0, +at), Buffer.from(by, 'hex'), file.subarray(+at + +n)]);
  }
  try {
    return new Verifier(pieces.get(v.pins[0])).check(file, c).map((l) => verdict(l, c)).join('|') || 'none';
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return e.code;
  }
}

const pieces = new Map(), checks = new Map(), out = [];
for (const line of readFileSync(0, 'latin1').split('\n')) {
  if (line === '' || line.startsWith('#')) continue;
  const v = {};
  for (const pair of line.split(' ')) {
    const at = pair.indexOf('=');
    (v[pair.slice(0, at)] ??= []).push(pair.slice(at + 1));
  }
  if (v.set) pieces.set(v.set[0], plain(v.text[0]));
  else if (v.id) out.push(v.id[0] + ' ' + judge(v, pieces, checks));
  else if (v.check) {
    checks.set(v.check[0], {
      now: Number(v.now[0]), released: Number(v.released[0]), product: plain(v.product[0]).toString(), container: plain(v.container[0]).toString(),
      components: list(v.components[0]).map(unb64), has: list(v.has[0]), lim: list(v.lim[0]),
    });
  }
}
process.stdout.write(out.join('\n') + '\n');
