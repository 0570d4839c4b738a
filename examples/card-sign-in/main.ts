/*
 * Runs the sign-in on its own. CHAIN is a file with this portal's certificate and its issuers, without the authority
 * that wallets trust.
 *
 *   export ISSUER=https://face.example.com/oidc/people CLIENT_ID=portal CLIENT_SECRET=…
 *   export VCT=https://face.example.com/types/staff-card
 *   export PUBLIC_URL=https://portal.example.com CHAIN=chain.pem KEY=key.pem PORT=8099
 *   node dist/examples/card-sign-in/main.js
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startCardSignIn } from './server.js';

const { ISSUER: issuer = '', CLIENT_ID: clientId = '', CLIENT_SECRET: clientSecret = '', VCT: vct = '' } = process.env;
const { PUBLIC_URL: publicUrl = '', CHAIN = 'chain.pem', KEY = 'key.pem', PORT = '8099' } = process.env;
const chain = readFileSync(CHAIN, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
const certified = { chain, key: createPrivateKey(readFileSync(KEY)) };
const given = { port: Number(PORT), issuer, clientId, clientSecret, vct, certified };
const signIn = await startCardSignIn(publicUrl === '' ? given : { ...given, publicUrl });
console.log(`The sign-in is at ${signIn.url}; register ${signIn.redirectUri} for the client.`);
