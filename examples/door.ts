/*
 * A door with a roster: one call compares a camera picture with everyone who may enter. A refusal never shows a reason.
 * `door/roster.ts` has the calls. docs/roster.md says how many people each accuracy level supports, and how reliable it
 * is.
 *
 * The client token needs the scopes `enrol` and `identify`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/door.js enrol roster.json Ada 1.jpg 2.jpg 3.jpg
 *   node dist/examples/door.js open roster.json capture.jpg
 */
import { readFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';
import { createFileStore, createRoster } from './door/roster.js';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const [command, file = '', ...rest] = process.argv.slice(2);
const roster = createRoster(createFacestepClient({ url, clientToken, fetch }), createFileStore(file));

if (command === 'enrol') {
  const [name = '', ...photoFiles] = rest;
  const photos = photoFiles.map((photo) => readFileSync(photo));
  const isNew = await roster.enrol(name, photos);
  console.log(isNew ? `${name} may enter.` : 'This face or name is already on the roster.');
  process.exitCode = isNew ? 0 : 1;
} else {
  const name = await roster.whoIsThere([readFileSync(rest[0] ?? '')]).catch((error: unknown) => {
    // A refused photo gets the same answer as an unknown face.
    if (error instanceof FacestepError) return null;
    throw error;
  });
  console.log(name === null ? 'Closed.' : `Open: ${name}`);
  process.exitCode = name === null ? 1 : 0;
}
