// @ts-check

/*
 * Runs on OneLogin's machines. `adapters/onelogin/smart-hook.ts` appends the settings and the customer's function.
 * Needs Node 22 only. Never throws, because the effect on a sign-in is undocumented, and never logs the context,
 * which may contain a password.
 */
'use strict';

const { createHmac } = require('node:crypto');

/**
 * @typedef {object} Settings
 * @property {'pre-authentication' | 'user-migration'} type
 * @property {string} url - address of our hook
 * @property {number} patienceMs - OneLogin's time-out, less the time to return an answer
 * @property {number} askMs - our server's share of that
 * @property {number | null} normalPolicyId - null is the user's own
 * @property {'face_policy' | 'refuse'} unverified
 * @property {'face_policy' | 'allow' | 'refuse'} whenDown
 * @typedef {(context: unknown) => unknown} Handler
 * @typedef {'allow' | 'step_up' | 'deny' | 'refused' | 'down'} Decision - refused: our server answered without a
 * decision
 */

/**
 * Returns the value at a path, or undefined.
 * @param {unknown} value
 * @param {string[]} path
 * @returns {unknown}
 */
const at = (value, ...path) =>
  path.reduce((inner, name) => (inner === Object(inner) ? Reflect.get(Object(inner), name) : undefined), value);

/**
 * @param {unknown} value
 * @param {number} maxLength
 */
const textOf = (value, maxLength) =>
  typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined;

/** @param {unknown} value */
const numberOf = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

/**
 * Returns the id of a policy, which may be text.
 * @param {unknown} value
 */
function policyOf(value) {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/**
 * @param {Settings} settings
 * @param {object} question
 * @param {AbortSignal} signal
 * @returns {Promise<Decision>}
 */
async function ask({ url, askMs }, question, signal) {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(askMs)]);
  try {
    const body = JSON.stringify(question);
    const time = Math.floor(Date.now() / 1000);
    const mac = createHmac('sha256', process.env.FACESTEP_SECRET ?? '')
      .update(`${time}.${body}`)
      .digest('hex');
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-facestep-signature': `t=${time},v1=${mac}` },
      body,
      redirect: 'error',
      signal: inTime,
    });
    if (response.status >= 400 && response.status < 500) {
      console.log(`facestep: refused with status ${response.status}`);
      return 'refused';
    }
    const decision = response.status === 200 ? at(await response.json(), 'decision') : undefined;
    if (decision === 'allow' || decision === 'step_up' || decision === 'deny') return decision;
    console.log(`facestep: no decision, status ${response.status}`);
  } catch {
    console.log(inTime.aborted ? 'facestep: no answer in time' : 'facestep: no answer');
  }
  return 'down';
}

/**
 * @param {unknown} work
 * @param {AbortSignal} signal
 */
const within = (work, signal) =>
  Promise.race([
    work,
    new Promise((_, reject) => {
      if (signal.aborted) reject(new Error('late'));
      signal.addEventListener('abort', () => reject(new Error('late')), { once: true });
    }),
  ]);

/**
 * Returns OneLogin's answer. An unknown policy is never named, because the effect is undocumented.
 * @param {'allow' | 'face_policy' | 'refuse'} outcome
 * @param {number | null} normal
 */
function steer(outcome, normal) {
  const face = policyOf(Number(process.env.FACESTEP_POLICY_ID));
  const policy = outcome === 'allow' && normal !== null ? normal : face;
  if (outcome === 'allow' && normal === null) console.log('facestep: allowed, but the user has no policy');
  if (outcome === 'refuse' || policy === null) return { success: false, user: null };
  return { success: true, user: { policy_id: policy } };
}

/**
 * Runs the customer's function first. Its denial is final; the policy it chooses is the normal one.
 * @param {Settings} settings
 * @param {Handler | null} theirs
 * @param {unknown} context
 * @param {AbortSignal} signal
 */
async function preAuthenticate(settings, theirs, context, signal) {
  // Read first, because the other function may change the context.
  const own = policyOf(at(context, 'user', 'policy_id'));
  const question = {
    user_id: numberOf(at(context, 'user', 'id')) ?? textOf(at(context, 'user', 'id'), 19),
    app_id: numberOf(at(context, 'app', 'id')),
    ip: textOf(at(context, 'location', 'ip'), 64),
    risk: numberOf(at(context, 'risk', 'score')),
    request_id: textOf(at(context, 'request_id'), 256),
    correlation_id: textOf(at(context, 'correlation_id'), 256),
  };
  let normal = settings.normalPolicyId ?? own;
  if (theirs !== null) {
    // Half of the time is reserved for us: otherwise a slow function would look like an outage.
    const answer = await within(theirs(context), AbortSignal.timeout(settings.patienceMs / 2));
    if (answer !== Object(answer)) throw new Error('no answer');
    // Functions of the first contract have no `success`.
    const success = at(answer, 'success');
    if (success !== undefined && success !== true) return steer('refuse', null);
    const chosen = policyOf(at(answer, 'user', 'policy_id'));
    if (chosen !== null && chosen !== own) normal = chosen;
  }
  const isComplete = question.user_id !== undefined && question.request_id !== undefined;
  const decision = isComplete ? await ask(settings, question, signal) : 'refused';
  const outcomes = /** @type {const} */ ({
    allow: 'allow',
    step_up: 'face_policy',
    deny: 'refuse',
    refused: settings.unverified,
    down: settings.whenDown,
  });
  return steer(outcomes[decision], normal);
}

/**
 * Runs the customer's function, which migrates users, only after our approval. The password is sent nowhere else.
 * @param {Settings} settings
 * @param {Handler | null} theirs
 * @param {unknown} context
 * @param {AbortSignal} signal
 */
async function migrate(settings, theirs, context, signal) {
  const question = {
    user_identifier: textOf(at(context, 'user_identifier'), 320),
    request_id: textOf(at(context, 'request_id'), 256),
    correlation_id: textOf(at(context, 'correlation_id'), 256),
  };
  const isComplete = question.user_identifier !== undefined && question.request_id !== undefined;
  if (theirs === null || !isComplete) return { success: false, user: {} };
  const decision = await ask(settings, question, signal);
  const isAllowed = decision === 'allow' || (decision === 'down' && settings.whenDown === 'allow');
  if (!isAllowed) return { success: false, user: {} };
  const answer = await within(theirs(context), signal);
  if (answer !== Object(answer)) throw new Error('no answer');
  return answer;
}

/**
 * @param {Settings} settings
 * @param {(() => Handler) | null} loadTheirs
 * @returns {Handler}
 */
exports.createHandler = (settings, loadTheirs) => {
  /** @type {Handler | null} */
  let theirs = null;
  return async (context) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), settings.patienceMs);
    const isMigration = settings.type === 'user-migration';
    try {
      if (loadTheirs !== null) theirs ??= loadTheirs();
      return await (isMigration ? migrate : preAuthenticate)(settings, theirs, context, controller.signal);
    } catch {
      console.log('facestep: the other function failed or came too late');
      return isMigration ? { success: false, user: {} } : steer(settings.unverified, null);
    } finally {
      clearTimeout(timer);
    }
  };
};
