// A client for the tests: client.mjs PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME
// is what the machine is known by. It prints each license and how the verb went. With
// the verb lease it does what the lines of its input say and prints a line for each; its
// clocks stand still until a line moves them.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { Client, Offline, Refusal } from './licet-client.mjs';
import { Refused } from './licet.mjs';

const [pins, folder, server, ca, name, verb, argument] = process.argv.slice(2);
const options = {
  server, ca: readFileSync(ca, 'ascii'), version: '1.0',
  components: { 'machine-id': name + '-id', 'disk-serial': name + '-disk', 'dmi-uuid': name + '-board' },
};

async function said(work) {
  try {
    return (await work()) ?? 'done';
  } catch (e) {
    if (e instanceof Offline) return 'offline';
    if (e instanceof Refusal) return 'refused ' + e.code;
    if (e instanceof Refused) return 'not believed ' + e.code;
    throw e;
  }
}

async function once() {
  const c = new Client(readFileSync(pins), folder, options);
  const outcome = await said({ activate: () => c.activate(argument), refresh: () => c.refresh(), return: () => c.giveBack(argument), list: () => {} }[verb]);
  for (const l of c.licenses()) {
    console.log(l.code === 'ok' ? `license ${l.id} ${l.generation} ${l.state} ${l.features.join(',')}` : 'license ' + l.code);
  }
  console.log(outcome);
}

async function leases() {
  let ticks = 100, clock = Math.floor(Date.now() / 1000), x, over;
  const news = new Set(), c = new Client(readFileSync(pins), folder, { ...options, clock: () => clock, ticks: () => ticks });
  const verbs = {
    take: async (code, person = '') => { x = await c.lease({ code, person }); },
    again: async () => { x = await c.lease({ license: x.license }); },
    renew: () => x.renew(),
    end: () => x.end(),
    move: (by, also) => { ticks += Number(by); clock += Number(also); },
    look: () => `lease ${x.fence} ${x.state} ${x.left} ${x.renewAfter} ${Number(x.runs)} ${Number(x.has('draw'))} ${x.limit('parts') ?? '-'}`,
    keep: () => {
      over = new Promise((resolve) => {
        x.keep((what) => {
          news.add(what);
          if (what === 'ended') resolve();
          throw new Error('a fault of the program');
        });
      });
    },
    over: () => over,
    news: () => [...news].sort().join(' '),
    consume: async (key, units, nonce) => {
      const { spent, left } = await c.consume(key, Number(units), nonce);
      return `spent ${spent} left ${left}`;
    },
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, ...more] = line.split(' ');
    console.log(await said(() => verbs[what](...more)));
  }
}

await (verb === 'lease' ? leases() : once());
