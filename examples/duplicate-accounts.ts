/*
 * Duplicate accounts: is the person behind a new account already known?
 *
 * Needs one reference picture of each known account, stored with consent. /match-bulk compares the new picture with up
 * to a hundred at once; /consistency-check tests whether the matching pictures and the new picture all show one person.
 * Nothing is stored. The client token needs the scope `match`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/duplicate-accounts.js new.jpg account-1.jpg account-2.jpg account-3.jpg …
 */
import { readFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const facestep = createFacestepClient({ url, clientToken, fetch });

/** A strict accuracy level, because many comparisons produce more false matches, and a match accuses a person. */
const accuracy = 6;
const mostAtOnce = 100;
/** Below the server's limit of 50 MB for a form. */
const mostBytes = 48 * 1024 * 1024;

interface Reference {
  readonly account: string;
  readonly picture: Uint8Array;
}

function takeBatch(picture: Uint8Array, references: readonly Reference[], most: number): readonly Reference[] {
  let bytes = picture.length;
  const end = references.findIndex((reference, index) => {
    bytes += reference.picture.length;
    return index >= most || (index > 0 && bytes > mostBytes);
  });
  return end < 0 ? references : references.slice(0, end);
}

/** @returns accounts with the same face, and accounts whose reference picture is unusable */
async function findMatches(picture: Uint8Array, references: readonly Reference[]) {
  const matches: Reference[] = [];
  const unusable: Reference[] = [];
  for (let from = 0; from < references.length; ) {
    const batch = takeBatch(picture, references.slice(from), mostAtOnce);
    from += batch.length;
    const results = await facestep.matchBulk(
      picture,
      batch.map((reference) => reference.picture),
      { accuracy },
    );
    matches.push(...batch.filter((_, index) => results[index]?.match === true));
    unusable.push(...batch.filter((_, index) => results[index]?.code !== undefined));
  }
  return { matches, unusable };
}

/**
 * Returns true if the new picture and up to nine matching pictures show one person. If not, a human should review them.
 */
async function isOnePerson(picture: Uint8Array, matches: readonly Reference[]): Promise<boolean> {
  const group = [picture, ...takeBatch(picture, matches, 9).map((match) => match.picture)];
  return (await facestep.consistencyCheck(group, { accuracy })).consistent;
}

const [newFile = '', ...knownFiles] = process.argv.slice(2);
try {
  const picture = readFileSync(newFile);
  const references = knownFiles.map((account) => ({ account, picture: readFileSync(account) }));
  const { matches, unusable } = await findMatches(picture, references);
  const consistent = matches.length === 0 || (await isOnePerson(picture, matches));
  const accountsOf = (found: readonly Reference[]) => found.map(({ account }) => account);
  console.log(JSON.stringify({ duplicates: accountsOf(matches), unusable: accountsOf(unusable), consistent }));
  // A match is a reason for a review, not a verdict.
  process.exitCode = matches.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof FacestepError)) throw error;
  console.log(JSON.stringify({ error: error.code }));
  process.exitCode = 2;
}
