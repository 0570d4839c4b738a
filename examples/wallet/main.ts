/*
 * Runs the wallet on its own.
 *
 *   export ISSUER=https://face.example.com/oidc/people CREDENTIAL=staff_card PORT=8098
 *   node dist/examples/wallet/main.js
 */
import { startWallet } from './server.js';

const { ISSUER: issuer = '', CREDENTIAL: credential = 'staff_card', PORT = '8098' } = process.env;
const offerPage = `${issuer}/credentials/${credential}`;
const wallet = await startWallet({ port: Number(PORT), issuer, offerPage });
console.log(`The wallet is at ${wallet.url}.`);
