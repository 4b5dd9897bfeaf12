// A client for the tests: client.mjs PINS FOLDER SERVER CA NAME VERB [ARGUMENT]. NAME
// is what the machine is known by. It prints each license and how the verb went.

import { readFileSync } from 'node:fs';

import { Client, Offline, Refusal } from './licet-client.mjs';
import { Refused } from './licet.mjs';

const [pins, folder, server, ca, name, verb, argument] = process.argv.slice(2);
const c = new Client(readFileSync(pins), folder, {
  server, ca: readFileSync(ca, 'ascii'), version: '1.0',
  components: { 'machine-id': name + '-id', 'disk-serial': name + '-disk', 'dmi-uuid': name + '-board' },
});
let said = 'done';
try {
  await { activate: () => c.activate(argument), refresh: () => c.refresh(), return: () => c.giveBack(argument), list: () => {} }[verb]();
} catch (e) {
  if (e instanceof Offline) said = 'offline';
  else if (e instanceof Refusal) said = 'refused ' + e.code;
  else if (e instanceof Refused) said = 'not believed ' + e.code;
  else throw e;
}
for (const l of c.licenses()) {
  console.log(l.code === 'ok' ? `license ${l.id} ${l.generation} ${l.state} ${l.features.join(',')}` : 'license ' + l.code);
}
console.log(said);
