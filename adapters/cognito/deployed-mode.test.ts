import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lambdaConfig, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { LambdaFunction } from '../../simulators/cognito/lambda.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import { describeMode } from '../../src/connections/mode-at-provider.js';
import type { Fetch } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { deployFunctions, toFunctionDeps } from '../../test/contract/cognito.js';
import { readDeployedMode } from './deployed-mode.js';

/* The configuration says enforce in every test; the functions decide what is reported. */

let simulator: CognitoSimulator;
let pool: UserPool;
beforeEach(async () => {
  simulator = await startCognitoSimulator();
  pool = await simulator.createPool({ LambdaConfig: lambdaConfig });
  deployFunctions(simulator, pool);
});
afterEach(() => simulator.close());

function change(changes: Partial<LambdaFunction>, only = /./): void {
  const { functions } = simulator.lambda;
  for (const [arn, found] of functions) if (only.test(arn)) functions.set(arn, { ...found, ...changes });
}

const now = epochMs(Date.parse('2026-11-28T08:00:00Z'));
function read(...given: [functions?: object | null, changed?: Fetch]) {
  const { settings, fetch: reach } = toFunctionDeps(simulator, pool, ...given);
  return readDeployedMode({ settings, fetch: reach, clock: { now: () => now } });
}

/** Reads as a connection that accepts sign-ins without a password. */
function readAccepting() {
  const { settings, fetch: reach } = toFunctionDeps(simulator, pool);
  const accepting = { ...settings, cognito: { ...settings.cognito, passwordless: true } };
  return readDeployedMode({ settings: accepting, fetch: reach, clock: { now: () => now } });
}

const said = async (...given: Parameters<typeof read>) => describeMode('enforce', await read(...given));

test('enforce is reported only if every function has it', async () => {
  expect(await read()).toMatchObject({ mode: 'enforce', reason: null, readAt: '2026-11-28T08:00:00.000Z' });
  change({ environment: { FACESTEP_MODE: 'shadow' } }, /createAuthChallenge$/);
  expect(await read()).toMatchObject({
    mode: 'mixed',
    parts: [
      { name: 'defineAuthChallenge', mode: 'enforce' },
      { name: 'createAuthChallenge', mode: 'shadow' },
      { name: 'verifyAuthChallengeResponse', mode: 'enforce' },
      { name: 'preTokenGeneration', mode: 'enforce' },
    ],
  });
  expect(await said()).toMatch(/^enforce at this server; in the functions: mixed \(.*createAuthChallenge shadow,/);
  change({ environment: { FACESTEP_MODE: 'shadow' } });
  expect(await said()).toBe('enforce at this server; in the functions: shadow (read 2026-11-28T08:00:00.000Z)');
});

test.each([
  ['not set', {}],
  ['invalid', { FACESTEP_MODE: 'Enforce' }],
])('a mode that is %s is neither enforce nor shadow', async (_, environment) => {
  change({ environment });
  expect(await read()).toMatchObject({ mode: 'mixed', parts: Array(4).fill(expect.objectContaining({ mode: null })) });
});

test.each([
  ['the configuration names no functions', () => read(null), /does not name them/],
  [
    'the caller may not read them',
    () => {
      simulator.lambda.isReadable = false;
      return read();
    },
    /AccessDeniedException.*lambda:GetFunctionConfiguration/,
  ],
  [
    'the caller may not decrypt their variables',
    () => {
      change({ isEncrypted: true }, /preTokenGeneration$/);
      return read();
    },
    /the variables of preTokenGeneration \(AccessDeniedException\).*kms:Decrypt/,
  ],
  [
    'one does not exist',
    () => {
      simulator.lambda.functions.delete([...simulator.lambda.functions.keys()][0]!);
      return read();
    },
    /ResourceNotFoundException/,
  ],
  [
    'an update is not active yet',
    () => {
      change({ lastUpdateStatus: 'InProgress' }, /verify/);
      return read();
    },
    /last update of verifyAuthChallengeResponse is not active \(InProgress\)/,
  ],
  [
    'the user pool calls none of them, so tokens are issued without them',
    () => {
      pool.settings = { ...pool.settings, LambdaConfig: {} };
      return read();
    },
    /the user pool does not call all of them/,
  ],
  [
    'the caller may not see what the user pool calls',
    () => {
      pool.denied.add('DescribeUserPool');
      return read();
    },
    /AccessDeniedException.*cognito-idp:DescribeUserPool/,
  ],
  ['AWS cannot be reached', () => read(triggerFunctions, () => Promise.reject(new Error('refused'))), /no answer/],
] as const)('the mode is unknown, with the reason, if %s', async (_, reading, reason) => {
  const found = await reading();
  expect(found).toMatchObject({ mode: null, parts: [], reason: expect.stringMatching(reason) });
  expect(describeMode('enforce', found)).toMatch(/^enforce at this server; in the functions: not known/);
});

describe('sign-ins without a password', () => {
  const accepting = { FACESTEP_MODE: 'enforce', FACESTEP_PASSWORDLESS: 'true' };
  const refusing = { FACESTEP_MODE: 'enforce', FACESTEP_PASSWORDLESS: 'false' };
  const at = '(read 2026-11-28T08:00:00.000Z)';

  test('are reported as the functions have them, not as configured', async () => {
    change({ environment: accepting });
    expect(await read()).toMatchObject({ passwordless: { active: true, expected: false } });
    expect(await said()).toBe(
      `enforce at this server; in the functions: enforce, sign-ins without a password accepted (configured: refused) ${at}`,
    );
    expect(describeMode('enforce', await readAccepting())).toBe(
      `enforce at this server; in the functions: enforce, sign-ins without a password accepted ${at}`,
    );
    change({ environment: refusing });
    expect(await read()).toMatchObject({ passwordless: { active: false, expected: false } });
    expect(await said()).toBe(`enforce at this server; in the functions: enforce ${at}`);
    expect(describeMode('enforce', await readAccepting())).toContain('refused (configured: accepted)');
  });

  test('are mixed if only one function accepts them', async () => {
    change({ environment: refusing });
    change({ environment: accepting }, /defineAuthChallenge$/);
    expect(await read()).toMatchObject({ passwordless: { active: 'mixed' } });
    expect(await said()).toContain('sign-ins without a password accepted by some (configured: refused)');
  });

  test('are refused in shadow mode, which is no difference', async () => {
    change({ environment: { ...accepting, FACESTEP_MODE: 'shadow' } });
    expect(await readAccepting()).toMatchObject({ passwordless: { active: false, expected: false } });
  });

  test('are unknown if the functions cannot be read', async () => {
    simulator.lambda.isReadable = false;
    expect(await read()).toMatchObject({ passwordless: null });
  });
});
