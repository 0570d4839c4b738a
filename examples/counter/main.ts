/*
 * Runs the counter by itself. Put the sign-in of your staff before it.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=library-desk CLIENT_SECRET=… PORT=8094
 *   node dist/examples/counter/main.js
 */
import { startCounter } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '', PORT = '8094' } = process.env;
const counter = await startCounter({ port: Number(PORT), issuer, clientId, clientSecret });
console.log(`The counter is at ${counter.url}.`);
