import { z } from 'zod';
import { clientTokenReply } from '../../access/application-replies.js';
import { type LineReply, personLogReply } from '../../audit/ledger/replies.js';
import { callServer } from '../../cli/call-server.js';
import { parseJsonAs } from '../../core/base/json.js';
import { type EpochMs, toEpochSec, toIso } from '../../core/units.js';
import { startedReply } from '../../step-up/replies.js';
import { asStated, differs, notSeen, type Seen, type Tenant } from './lines.js';

const claimsGuard = z.record(z.string(), z.json());

/** Creates the checks of the lines for which the administrator signs the test user in. */
export function createSignInChecks({ adapter, connection, contract, subject, deps, ask }: Tenant) {
  const who = { connection: connection.id, subject };
  let since = toIso(deps.clock.now());
  let first: LineReply | null = null;
  /** Start of the sign-in that the hook accepted. */
  let acceptedFrom: EpochMs | null = null;
  // Functions at the provider decide and log sign-ins, and the server reads their log each minute.
  const isLoggedThere = adapter.readDecisions !== undefined;
  const isOfSignIn = ({ hook }: LineReply) => (isLoggedThere ? hook !== null : hook === contract.signInHook);
  const delay = isLoggedThere ? ' The decision log can take a minute.' : '';
  const unseen = isLoggedThere
    ? notSeen('The functions logged no decision. They log none for a sign-in that waits for a face check.')
    : differs('The decision log has no call of the hook after the sign-in.');

  /** Waits for a new call in the decision log. Without one, `result` says why. */
  async function waitForCall(question: string): Promise<{ call: LineReply } | { call: null; result: Seen }> {
    let answer = await ask(`${question}${delay} Type y when this is done, or press Enter to skip: `);
    if (answer !== 'y') return { call: null, result: notSeen('No person signed in.') };
    while (answer === 'y') {
      const { lines } = await callServer('POST /people/log', personLogReply, deps, { ...who, limit: 50 });
      const found = lines.find((line) => isOfSignIn(line) && line.time > since);
      since = found?.time ?? since;
      if (found !== undefined) return { call: found };
      answer = await ask('The decision log has no call yet. Type y to look again, or press Enter to go on: ');
    }
    return { call: null, result: unseen };
  }

  async function hook_called() {
    if (contract.signInHook === null) return null;
    const waited = await waitForCall('Sign the test user in, without a face check.');
    if (waited.call === null) return waited.result;
    first = waited.call;
    if (first.code === 'state_unavailable') return differs('The hook was called, and the decision was late.');
    return asStated('The hook was called, and decided within its time budget.');
  }

  async function hook_refuses() {
    if (contract.signInHook === null) return null;
    if (first?.outcome === 'passed') return differs('The hook accepted the sign-in without a face check.');
    if (first?.outcome !== 'refused') return notSeen('The hook refused no sign-in.');
    const answer = await ask('The hook refused that sign-in. Did the provider refuse it? [y/n]: ');
    if (answer === '') return notSeen('No person answered.');
    return answer === 'y' ? asStated('The sign-in was refused.') : differs('The provider allowed the sign-in.');
  }

  async function waitForPass(question: string): Promise<Seen> {
    const beganAt = deps.clock.now();
    const waited = await waitForCall(question);
    if (waited.call === null) return waited.result;
    const { outcome } = waited.call;
    if (outcome !== 'passed') return differs(`The hook decided: ${outcome}.`);
    acceptedFrom = beganAt;
    return asStated('The hook accepted the sign-in.');
  }

  async function hook_accepts() {
    if (contract.signInHook === null) return null;
    if ((await adapter.profile.readToken(subject)) === null) return notSeen('The test user is not enrolled.');
    if (isLoggedThere && first?.outcome === 'let_through') return notSeen('Shadow mode asks for no face check.');
    if (isLoggedThere) return waitForPass('Sign the test user in, with a face check.');
    const application = first?.application ?? null;
    if (application === null) return notSeen('No call with an application was seen.');
    const asked = { name: 'facestep accept', scopes: ['verify'], expiresIn: 60 * 60 };
    const client = await callServer('POST /generateToken', clientTokenReply, deps, asked);
    try {
      const check = { ...who, application, immediate: true };
      const { url } = await callServer('POST /step-ups', startedReply, deps, check, client.token);
      return await waitForPass(`Check the face of the test user at ${url} and sign them in again.`);
    } finally {
      await callServer('POST /revokeToken', z.object({}), deps, { id: client.id });
    }
  }

  async function claim() {
    if (contract.claim === null) return null;
    const { name, says } = contract.claim;
    if (acceptedFrom === null) return notSeen('The hook accepted no sign-in after a face check.');
    const token = await ask('Paste a token of the sign-in after the face check, or press Enter to skip: ');
    const [, payload = ''] = token.split('.');
    const claims = parseJsonAs(Buffer.from(payload, 'base64url').toString(), claimsGuard);
    if (claims === undefined) return notSeen('No token was pasted.');
    const { iat } = claims;
    if (typeof iat !== 'number' || iat < toEpochSec(acceptedFrom))
      return notSeen('The pasted token was not issued after the sign-in began.');
    const value = JSON.stringify(claims[name]);
    if (value === undefined) return differs(`The token has no claim ${name}.`);
    return value.includes(`"${says}"`)
      ? asStated(
          `The claim ${name} says "${says}" (${typeof claims[name]}). The signature of the token was not checked.`,
        )
      : differs(`The claim ${name} does not say "${says}".`);
  }

  return { hook_called, hook_refuses, hook_accepts, claim };
}
