/*
 * Runs the wallet on its own.
 *
 *   export ISSUER=https://face.example.com/oidc/people CREDENTIAL=staff_card PORT=8098
 *   export AUTHORITY=authority.pem    # signs certificates of verifiers; without it no verifier is trusted
 *   node dist/examples/wallet/main.js
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startWallet } from './server.js';

const { ISSUER: issuer = '', CREDENTIAL: credential = 'staff_card', PORT = '8098' } = process.env;
const { AUTHORITY = '' } = process.env;
const authority = AUTHORITY === '' ? null : new X509Certificate(readFileSync(AUTHORITY));
const offerPage = `${issuer}/credentials/${credential}`;
const wallet = await startWallet({ port: Number(PORT), issuer, offerPage, authority });
console.log(`The wallet is at ${wallet.url}.`);
