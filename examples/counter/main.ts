/*
 * Runs the counter on its own. Protect it with your staff's sign-in.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=library-desk CLIENT_SECRET=… PORT=8094
 *   export KIOSK_ID=p9T2nQx1bW4k   # of the kiosk next to it, if any
 *   node dist/examples/counter/main.js
 */
import { startCounter } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '' } = process.env;
const { PORT = '8094', KIOSK_ID: id } = process.env;
const kiosk = id === undefined ? null : async () => ({ id, url: null });
const counter = await startCounter({ port: Number(PORT), issuer, clientId, clientSecret, kiosk });
console.log(`The counter is at ${counter.url}.`);
