/*
 * A door with a roster: one capture, held against everybody who may enter, in one call. Whoever is found enters; a refusal is one
 * word, whatever its reason. docs/roster.md says how many people a level carries, and how sure it is. The same door with a camera
 * and a page: door/server.ts.
 *
 * The client token needs the scopes `enrol` and `identify`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/door.js enrol roster.json Ada 1.jpg 2.jpg 3.jpg
 *   node dist/examples/door.js open roster.json capture.jpg
 */
import { readFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';
import { createFileStore } from './door/file-store.js';
import { createRoster } from './door/roster.js';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const [command, file = '', ...rest] = process.argv.slice(2);
const roster = createRoster(createFacestepClient({ url, clientToken, fetch }), createFileStore(file));

if (command === 'enrol') {
  const [name = '', ...photoFiles] = rest;
  const photos = photoFiles.map((photo) => readFileSync(photo));
  const isNew = await roster.enrol(name, photos);
  console.log(isNew ? `${name} may enter.` : 'This face is on the roster under another name.');
  process.exitCode = isNew ? 0 : 1;
} else {
  const name = await roster.whoIsThere([readFileSync(rest[0] ?? '')]).catch((error: unknown) => {
    // Whoever is refused for their photo reads the same word.
    if (error instanceof FacestepError) return null;
    throw error;
  });
  console.log(name === null ? 'Closed.' : `Open: ${name}`);
  process.exitCode = name === null ? 1 : 0;
}
