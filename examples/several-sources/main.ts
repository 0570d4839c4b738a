/*
 * Runs the application on its own.
 *
 *   export ISSUER=https://face.example.com/oidc/work SOURCE=https://face.example.com/oidc/payroll
 *   export CLIENT_ID=bank CLIENT_SECRET=… PORT=8093
 *   node dist/examples/several-sources/main.js
 */
import { startSeveralSources } from './server.js';

const { ISSUER: issuer = '', SOURCE: source = '', CLIENT_ID: clientId = '' } = process.env;
const { CLIENT_SECRET: clientSecret = '', PORT = '8093' } = process.env;
const bank = await startSeveralSources({
  port: Number(PORT),
  issuer,
  sources: { payroll: source },
  clientId,
  clientSecret,
});
console.log(`The bank is at ${bank.url}; register ${bank.redirectUri} for the client.`);
