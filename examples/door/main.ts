/*
 * Runs the door on its own, on the machine with the camera. Protect `/roster` with your staff's sign-in.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_… ROSTER=roster.json PORT=8095
 *   node dist/examples/door/main.js
 */
// In your project: '@facestep/client'.
import { createFacestepClient } from '../../client/index.js';
import { createFileStore, createRoster } from './roster.js';
import { startDoor } from './server.js';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const { ROSTER: file = 'roster.json', PORT = '8095' } = process.env;
const roster = createRoster(createFacestepClient({ url, clientToken, fetch }), createFileStore(file));
const door = await startDoor({ port: Number(PORT), openRoster: async () => roster });
console.log(`The door is at ${door.url}, and its roster at ${door.url}/roster.`);
