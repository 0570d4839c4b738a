/*
 * Runs the tax office on its own.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=tax-office CLIENT_SECRET=… PORT=8097
 *   node dist/examples/organisations/main.js
 */
import { startTaxOffice } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '', PORT = '8097' } = process.env;
const office = await startTaxOffice({ port: Number(PORT), issuer, clientId, clientSecret });
console.log(`The tax office is at ${office.url}; register ${office.redirectUri} for the client.`);
