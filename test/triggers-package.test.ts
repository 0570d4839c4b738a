import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { installInEmptyProject } from '../support/run/empty-project.js';
import { readExample } from '../support/run/example.js';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';

/* What `npm run build:triggers` and `osls deploy` would put into an account, without one. */

const run = promisify(execFile);
const folder = createFolder('package');

const bundle = join(projectRoot, 'triggers', 'dist', 'index.mjs');
const resourceGuard = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() });
let resources: Record<string, z.infer<typeof resourceGuard>>;
let text: string;

beforeAll(async () => {
  await run(process.execPath, [join(projectRoot, 'scripts/build-triggers.mjs')], { cwd: projectRoot });
  const parameters = {
    userPoolId: 'eu-central-1_AbCdEfGhI',
    clientIds: '1example23456789,2example23456789',
    connection: 'customers',
    mode: 'enforce',
    publicUrl: 'https://face.example.com',
    receiptKeys: '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y","kid":"k"}]}',
  };
  const osls = join(projectRoot, 'node_modules/osls/bin/serverless.js');
  const options = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const env = { PATH: process.env.PATH, HOME: folder, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
  await run(process.execPath, [osls, 'package', '--package', folder, ...options], { cwd: projectRoot, env });
  text = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  resources = z.object({ Resources: z.record(z.string(), resourceGuard) }).parse(JSON.parse(text)).Resources;
});

const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);

describe('the bundle of the triggers', () => {
  test('is under 500 KB and contains no engine and no SDK', () => {
    expect(statSync(bundle).size).toBeLessThan(500_000);
    const code = readFileSync(bundle, 'utf8');
    expect(code).not.toMatch(/onnxruntime|@aws-sdk|@smithy|libsql|express|argon2/);
  });
});

describe('the package of the triggers', () => {
  test('exports the four handlers with their types, runs their examples and has no dependencies', async () => {
    const project = await installInEmptyProject('triggers');
    try {
      expect(project.installed()).toEqual(['@facestep/cognito-triggers']);
      const name = '@facestep/cognito-triggers';
      expect(project.filesOf(name)).toEqual(['README.md', 'dist/index.mjs', 'index.d.mts', 'package.json']);
      const types = readFileSync(join(projectRoot, 'triggers/index.d.mts'), 'utf8');
      const typed = [...types.matchAll(/^export declare const (\w+)/gm)].map(([, handler = '']) => handler);
      const examples = typed.map((handler) => [handler, readExample('triggers/index.d.mts', handler)]);
      const output = await project.run(
        `import * as triggers from '${name}';
         import type { Handler } from '${name}';
         const handlers: Record<string, Handler> = triggers;
         const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
         const event = { version: '1', request: { session: [] }, response: {} };
         const responses: Record<string, unknown> = {};
         for (const [handler, code] of JSON.parse(process.argv[2] ?? ''))
           responses[handler] = await new AsyncFunction('event', handler, code + '; return response;')(event, handlers[handler]);
         process.stdout.write('\\n' + JSON.stringify({ handlers: Object.keys(triggers), responses }));`,
        [JSON.stringify(examples)],
      );
      const { handlers, responses } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
      expect(handlers.toSorted()).toEqual(typed.toSorted());
      // Without their variables, the functions let no one in.
      expect(responses).toMatchObject({
        defineAuthChallenge: { issueTokens: false, failAuthentication: true },
        createAuthChallenge: {},
        verifyAuthChallengeResponse: { answerCorrect: false },
        preTokenGeneration: {},
      });
    } finally {
      project.remove();
    }
  }, 180_000);
});

describe('the deployment template', () => {
  test('allows the functions only to write their logs', () => {
    const roles = ofType('AWS::IAM::Role');
    expect(roles.map(([name]) => name)).toEqual(['TriggersRole']);
    const policies = z
      .array(z.object({ PolicyDocument: z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }) }))
      .parse(roles[0]?.[1].Properties?.Policies);
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: ['Define', 'Create', 'Verify', 'PreToken'].map((name) => ({
          'Fn::GetAtt': [`${name}LogGroup`, 'Arn'],
        })),
      },
    ]);
    expect(ofType('AWS::IAM::Policy')).toEqual([]);
    expect(roles[0]?.[1].Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('allows only this user pool in this account to invoke the functions', () => {
    const permissions = ofType('AWS::Lambda::Permission');
    expect(permissions).toHaveLength(4);
    const invoked = permissions.map(([, { Properties }]) => {
      expect(Properties).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: 'cognito-idp.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { 'Fn::Sub': expect.stringMatching(/:userpool\/eu-central-1_AbCdEfGhI$/) },
      });
      return JSON.stringify(Properties?.FunctionName);
    });
    expect(new Set(invoked).size).toBe(4);
  });

  test('references the shared secret, and sets every variable that the functions read', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      const { Variables } = z.object({ Variables: z.record(z.string(), z.string()) }).parse(Properties?.Environment);
      expect(Variables.FACESTEP_REQUEST_SECRET).toMatch(/^\{\{resolve:secretsmanager:[^}]+\}\}$/);
      expect(Object.keys(Variables).toSorted()).toEqual(
        [
          'ATTRIBUTE',
          'CLIENT_IDS',
          'CONNECTION',
          'MODE',
          'PASSWORDLESS',
          'PUBLIC_URL',
          'RECEIPT_KEYS',
          'REQUEST_SECRET',
          'USER_POOL_ID',
        ].map((name) => `FACESTEP_${name}`),
      );
      expect(JSON.stringify(Variables).length).toBeLessThan(4096);
    }
    const log = ofType('AWS::Logs::LogGroup');
    expect(log.map(([, { Properties }]) => Properties?.RetentionInDays)).toEqual([30, 30, 30, 30]);
  });
});
