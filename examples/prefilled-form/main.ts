/*
 * Runs the form on its own.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=library CLIENT_SECRET=… PORT=8091
 *   node dist/examples/prefilled-form/main.js
 */
import { startPrefilledForm } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '', PORT = '8091' } = process.env;
const form = await startPrefilledForm({ port: Number(PORT), issuer, clientId, clientSecret });
console.log(`The form is at ${form.url}; register ${form.redirectUri} for the client.`);
