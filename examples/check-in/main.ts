/*
 * Runs the check-in on its own, for one place.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=check-in CLIENT_SECRET=… PLACE="North Hall" PORT=8096
 *   node dist/examples/check-in/main.js
 */
import { startCheckIn } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '', PORT = '8096' } = process.env;
const { PLACE = 'North Hall', KEEP_DAYS = '14' } = process.env;
const places = new Map([['place', PLACE]]);
const given = { port: Number(PORT), issuer, clientId, clientSecret, places, keepDays: Number(KEEP_DAYS) };
const checkIn = await startCheckIn(given);
console.log(`The check-in is at ${checkIn.url}; register ${checkIn.redirectUri} for the client.`);
