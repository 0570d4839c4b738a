/*
 * Know your customer: the portrait of a document compared with a selfie.
 *
 * Quality and liveness come first: a bad picture is retaken and costs no comparison. Then the selfie is scored against
 * a token of the portrait, and the score chooses the tier. Nothing is stored. The client token needs the scopes
 * `enrol`, `score` and `screen`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/kyc.js portrait.jpg selfie.jpg
 */
import { readFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const facestep = createFacestepClient({ url, clientToken, fetch });

const binding = { scope: 'kyc', accuracy: 4 };

/**
 * Margin above the threshold from which a score needs no manual review. Determine the margin with data of your own
 * customers.
 */
const clearMargin = 0.15;

type Outcome =
  | { readonly tier: 'approve' | 'review'; readonly score: number; readonly threshold: number }
  | { readonly tier: 'reject' }
  | { readonly tier: 'retake'; readonly picture: 'portrait' | 'selfie'; readonly reasons: readonly string[] };

async function check(portrait: Uint8Array, selfie: Uint8Array): Promise<Outcome> {
  const screened = [
    { picture: 'portrait', screening: await facestep.quality(portrait) },
    { picture: 'selfie', screening: await facestep.quality(selfie) },
    // Only the selfie needs liveness, because a document shows a picture of a picture.
    { picture: 'selfie', screening: await facestep.liveness(selfie) },
  ] as const;
  const bad = screened.find(({ screening }) => !screening.pass);
  if (bad !== undefined) return { tier: 'retake', picture: bad.picture, reasons: bad.screening.reasons };

  const { token } = await facestep.generate([portrait], binding);
  const { score, threshold } = await facestep.authenticateScore(token, [selfie], binding);
  // The server gives no score for a mismatch, because a near miss would help an attacker.
  if (score === null) return { tier: 'reject' };
  return { tier: score >= threshold + clearMargin ? 'approve' : 'review', score, threshold };
}

const [portraitFile = '', selfieFile = ''] = process.argv.slice(2);
try {
  const outcome = await check(readFileSync(portraitFile), readFileSync(selfieFile));
  console.log(JSON.stringify(outcome));
  process.exitCode = outcome.tier === 'approve' ? 0 : 1;
} catch (error) {
  if (!(error instanceof FacestepError)) throw error;
  console.log(JSON.stringify({ tier: 'retake', reasons: [error.code] }));
  process.exitCode = 1;
}
