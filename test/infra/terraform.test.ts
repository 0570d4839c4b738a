import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { triggerSettingsGuard } from '../../adapters/cognito/trigger-settings.js';
import { tokenAttribute } from '../../adapters/okta/provision-attribute.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { faceErrorCodes } from '../../src/errors.js';
import { readPage } from '../../support/benches/page.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { projectRoot } from '../../support/run/paths.js';
import { type Module, readModule, sources } from './terraform.js';

/** Everything in a source that refers to something: no comments, and of texts only what is put into them. */
function expressionsOf(source: string): string {
  const code = source.replace(/^\s*#.*$/gm, '');
  return code.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    [...text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map(([, inner]) => inner).join(' ; '),
  );
}

const referencesTo = (source: string, pattern: RegExp): Set<string> =>
  new Set([...expressionsOf(source).matchAll(pattern)].map(([, name]) => name!));

const addressesOf = (kinds: Module['resource']): string[] =>
  Object.entries(kinds).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));

describe.each(Object.keys(sources))('the module %s', (folder) => {
  const source = sources[folder]!;

  test('pins Terraform and its providers, and lists every provider in use', () => {
    const [{ required_version, required_providers }] = readModule(folder).terraform!;
    expect(required_version).toMatch(/^>= 1\.\d+$/);
    const [providers] = required_providers;
    for (const { version } of Object.values(providers)) expect(version).toMatch(/^~> \d+\.\d+$/);
    const { resource, data, ephemeral } = readModule(folder);
    const types = [resource, data, ephemeral].flatMap((kinds) => Object.keys(kinds));
    const used = new Set(types.map((type) => type.split('_')[0]!));
    const ofModules = folder.startsWith('examples') ? Object.keys(providers) : [...used];
    expect(Object.keys(providers).toSorted()).toEqual([...new Set([...ofModules, ...used])].toSorted());
  });

  test('defines every resource, data source and module that it references', () => {
    const { resource, data, ephemeral, module } = readModule(folder);
    for (const name of referencesTo(source, /(?<![\w.])((?:aws|azuread|okta|random)_\w+\.\w+)/g))
      expect(addressesOf(resource)).toContain(name);
    for (const name of referencesTo(source, /\bdata\.(\w+\.\w+)/g)) expect(addressesOf(data)).toContain(name);
    for (const name of referencesTo(source, /\bephemeral\.(\w+\.\w+)/g)) expect(addressesOf(ephemeral)).toContain(name);
    for (const name of referencesTo(source, /\bmodule\.(\w+)/g)) expect(Object.keys(module)).toContain(name);
  });
});

describe('the modules match the service', () => {
  test('AWS: the configuration passes the guard, and the table has the keys, index and protection of the store', async () => {
    const { config: local } = Object.assign({}, ...readModule('modules/aws').locals);
    const config = z.record(z.string(), z.unknown()).parse(local);
    const guard = createConfigGuard(connectionGuards);
    const put = { port: 8080, region: 'eu-central-1', arn: 'arn:aws:kms:eu-central-1:123456789012:key/1' };
    const filled = guard.parse({
      ...config,
      publicUrl: 'https://face.example.com',
      stopDelaySec: 15,
      connections: [],
      verifier: { ...(config.verifier as object), workers: 2 },
      state: { ...(config.state as object), table: 'facestep-state', region: put.region },
      keys: {
        ...(config.keys as object),
        region: put.region,
        current: 1,
        sealing: [{ version: 1, keyId: put.arn }],
        signing: { keyId: put.arn },
        oidc: { keyId: put.arn },
      },
    });
    expect([filled.state.kind, filled.keys.kind]).toEqual(['dynamodb', 'aws-kms']);
    // A new sealing key takes two steps: known to every task first, sealing after that.
    expect(config.keys).toMatchObject({ current: expect.stringContaining('var.current_sealing_key_version') });
    const [table] = readModule('modules/aws').resource.aws_dynamodb_table!.state!;
    expect(table).toMatchObject({ hash_key: 'pk', ttl: [{ enabled: true, attribute_name: 'ttl' }] });
    const index = { name: 'ledger', hash_key: 'lp', range_key: 'ls', projection_type: 'ALL' };
    expect(table).toMatchObject({ global_secondary_index: [index] });
    expect(table).toMatchObject({ point_in_time_recovery: [{ enabled: true }], deletion_protection_enabled: true });
  });

  test('AWS: the service role has no wildcard and no create or delete actions', () => {
    const statements = z
      .array(z.object({ sid: z.string(), actions: z.array(z.string()), resources: z.unknown() }))
      .parse(readModule('modules/aws').data.aws_iam_policy_document!.service![0]!.statement);
    expect(
      statements
        .flatMap(({ actions }) => actions)
        .filter((action) => /\*|Create|Delete(?!Item)|Put(?!Item)/.test(action)),
    ).toEqual([]);
    for (const { resources } of statements) expect(JSON.stringify(resources)).not.toContain('"*"');
  });

  test('AWS: the alarms count log lines and error codes that exist, and link to runbooks that exist', () => {
    const { log_metrics, log_alarms } = z
      .object({
        log_metrics: z.record(z.string(), z.string()),
        log_alarms: z.record(z.string(), z.object({ runbook: z.string() })),
      })
      .parse(Object.assign({}, ...readModule('modules/aws').locals));
    expect(Object.keys(log_alarms).toSorted()).toEqual(Object.keys(log_metrics).toSorted());
    const patterns = Object.values(log_metrics).join('\n');
    for (const [, code] of patterns.matchAll(/\$\.code = "(\w+)"/g)) expect(faceErrorCodes).toContain(code);
    const sources = ['src/telemetry/telemetry.ts', 'src/core/jobs.ts'].map(readPage).join('\n');
    const messages = [...patterns.matchAll(/\$\.msg = "([^"]+)"/g)];
    expect(messages.length).toBeGreaterThan(2);
    for (const [, message] of messages) expect(sources).toMatch(new RegExp(`log\\.\\w+\\('${message}'`));
    const runbooks = readPage('docs/runbooks.md').toLowerCase();
    for (const { runbook } of Object.values(log_alarms)) expect(runbooks).toContain(`## ${runbook}\n`);
  });

  test('Okta: the attribute and hooks have the names of provisioning', () => {
    const { resource, variable } = readModule('modules/okta');
    const { title, description, maxLength, name } = tokenAttribute(String(variable.attribute![0]!.default));
    expect(name).toBe('facestepToken');
    expect(resource.okta_user_schema_property!.token![0]).toMatchObject({ title, description, max_length: maxLength });
    expect(resource.okta_inline_hook!.token![0]!.name).toMatch(/^Face step-up \(\$\{var\.connection\}, token\)$/);
    expect(resource.okta_event_hook!.users_who_leave![0]!.name).toMatch(
      /^Face step-up \(\$\{var\.connection\}, events\)$/,
    );
  });

  test('Okta: the service application has the role USER_ADMIN by default', () => {
    const { resource, variable } = readModule('modules/okta');
    expect(resource.okta_app_oauth_role_assignment!.service![0]).toMatchObject({
      client_id: expect.stringContaining('okta_app_oauth.service.client_id'),
      type: expect.stringContaining('var.admin_role'),
    });
    // It reads users, edits their profiles and ends their sessions; super and organization administrators do far more.
    expect(variable.admin_role![0]!.default).toBe('USER_ADMIN');
  });

  test('Cognito: the service may set passwords only if account recovery is wanted', () => {
    const { data, variable } = readModule('modules/cognito');
    expect(variable.account_recovery![0]!.default).toBe(false);
    const { statement, dynamic } = z
      .object({ statement: z.json(), dynamic: z.json() })
      .parse(data.aws_iam_policy_document!.service![0]);
    expect(JSON.stringify(statement)).not.toMatch(/Password|MFA/);
    expect(JSON.stringify(dynamic)).toMatch(
      /AdminSetUserPassword.*AdminSetUserMFAPreference.*var\.account_recovery \?/,
    );
  });

  test('Cognito: the service may read the mode of its own four functions and the log of two, and change nothing', () => {
    const statements = z
      .object({ statement: z.array(z.object({ actions: z.array(z.string()), resources: z.json() })) })
      .parse(readModule('modules/cognito').data.aws_iam_policy_document!.service![0]).statement;
    const ofLambda = statements.filter(({ actions }) => actions.some((action) => action.startsWith('lambda:')));
    expect(ofLambda).toEqual([
      {
        actions: ['lambda:GetFunctionConfiguration'],
        resources: expect.stringMatching(
          /for key in keys\(local\.handlers\).*facestep-\$\{var\.connection\}-\$\{key\}"\]/,
        ),
      },
    ]);
    expect(JSON.stringify(statements)).toContain('cognito-idp:DescribeUserPool');
    const ofLogs = statements.filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
    expect(ofLogs).toEqual([
      {
        actions: ['logs:FilterLogEvents'],
        resources: expect.stringMatching(/for key in \["define", "verify"\].*aws_cloudwatch_log_group\.this\[key\]/),
      },
    ]);
  });

  test('Cognito: the functions have the same environment as in serverless.yml, without a default mode', () => {
    const { environment } = z
      .object({ environment: z.tuple([z.object({ variables: z.record(z.string(), z.string()) })]) })
      .parse(readModule('modules/cognito').resource.aws_lambda_function!.this![0]);
    const serverless = readFileSync(join(projectRoot, 'serverless.yml'), 'utf8');
    const names = [...serverless.matchAll(/^ {4}(FACESTEP_\w+):/gm)].map(([, name]) => name!);
    expect(names.length).toBe(Object.keys(triggerSettingsGuard.shape).length);
    expect(Object.keys(environment[0].variables).toSorted()).toEqual(names.toSorted());
    const handlers = readModule('modules/cognito').locals[0]!.handlers as Record<string, string>;
    // Neither chooses the mode: "shadow" lets every sign-in through.
    expect(readModule('modules/cognito').variable.mode![0]).not.toHaveProperty('default');
    expect(serverless).toMatch(/^ {4}FACESTEP_MODE: \$\{param:mode, env:FACESTEP_MODE\}$/m);
    for (const handler of Object.values(handlers)) expect(serverless).toContain(`triggers/dist/index.${handler}`);
  });
});
