import { beforeEach, describe, expect, test } from '@jest/globals';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { variants } from '../../support/data/scim-servers.js';
import { name, openScimBench, type ScimBench, schema } from '../../test/contract/scim.js';
import { createScimProvisioning } from './provision.js';

const publicUrl = 'https://face.example.com';

let bench: ScimBench;
beforeEach(async () => {
  bench = await openScimBench();
  bench.server.addUser('ada@example.com');
});

const provision = (scim: Record<string, unknown> = {}) =>
  createScimProvisioning({ ...bench.core, settings: bench.configure({ scim }), publicUrl, fetch });
const check = (title: RegExp, scim: Record<string, unknown> = {}) =>
  provision(scim)
    .checks.find((each) => title.test(each.title))!
    .run();
const attribute = () => bench.server.directory.extensions.get(schema)![0]!;

describe('the steps', () => {
  test('are manual with exact instructions; the attribute step is ready if the attribute exists', async () => {
    const inspect = () => Promise.all(provision().steps.map((step) => step.inspect()));
    expect(await inspect()).toEqual([{ state: 'ready' }, expect.objectContaining({ state: 'manual' })]);
    bench.server.directory.extensions.set(schema, []);
    const [step] = await inspect();
    expect(step).toMatchObject({ state: 'manual' });
    expect(JSON.stringify(step)).toContain(schema);
    bench.server.directory.extensions.clear();
    expect(await inspect()).toMatchObject([{ state: 'manual' }, { state: 'manual' }]);
    bench.server.directory.servesSchemas = false;
    expect(await inspect()).toMatchObject([{ state: 'manual' }, { state: 'manual' }]);
  });
});

test('by hand, each step has the instructions of the plan, and a server that follows them is ready', async () => {
  const { steps } = provision();
  bench.server.directory.extensions.clear();
  for (const step of steps) expect(await step.inspect()).toMatchObject({ state: 'manual', instructions: step.byHand });
  const [lines = [], rights = []] = steps.map(({ byHand }) => byHand);
  expect([lines.length, rights.length]).not.toContain(0);
  expect(JSON.stringify([lines, rights])).not.toContain(bench.server.bearer);
  const { name: attributeName, returned, ...others } = defineAttribute(name);
  const text = lines.join('\n');
  expect(text).toContain(`schema extension ${schema},`);
  expect(text).toContain(`the attribute ${attributeName}: `);
  expect(text).toContain(`"returned" to "${returned}"`);
  for (const [characteristic, value] of Object.entries(others)) expect(text).toContain(`${characteristic} ${value}`);
  bench.server.directory.extensions.set(schema, [defineAttribute(name)]);
  expect(await steps[0]!.inspect()).toEqual({ state: 'ready' });
});

describe('the checks', () => {
  test('pass on a configured server and leave no data', async () => {
    const verdicts = await Promise.all(
      provision().checks.map(async (each) => [each.title, (await each.run()).verdict]),
    );
    expect(Object.fromEntries(verdicts)).toEqual({
      Credentials: 'pass',
      'What the server supports': 'pass',
      [`Attribute ${schema}:token`]: 'pass',
      'Resource type User': 'pass',
      'A user': 'pass',
      'Write and read': 'pass',
      'Other access to the attribute': 'manual',
    });
    for (const id of bench.server.directory.users.keys()) expect(bench.readAttribute(id)).toBeNull();
  });

  describe('that write and remove a value', () => {
    const wrote = () => check(/Write and read/);

    test.each<[string, () => unknown, string]>([
      [
        'truncates values',
        () => (bench.server.directory.attributeMaxCharacters = 200),
        '256 characters.*200 different',
      ],
      ['changes the case of values', () => (attribute().caseExact = false), '256 different'],
      ['refuses the change', () => (attribute().mutability = 'readOnly'), 'status 400'],
      ['never returns the attribute', () => (attribute().returned = 'never'), 'returned no value'],
    ])('report a server that %s', async (_, spoil, found) => {
      spoil();
      expect(await wrote()).toMatchObject({ verdict: 'fail', found: expect.stringMatching(found) });
    });

    test('use an inactive user first, and never a user with a token', async () => {
      const { users } = bench.server.directory;
      const [ada] = users.keys();
      users.get(ada!)!.extensions.set(schema, new Map([['token', 'FV1.abc']]));
      expect(await wrote()).toMatchObject({ verdict: 'pass', found: expect.stringMatching(/^Nothing was written/) });
      bench.server.addUser('berta@example.com');
      const carl = bench.server.addUser('carl@example.com');
      users.get(carl)!.active = false;
      expect(await wrote()).toMatchObject({ verdict: 'pass', found: expect.stringContaining(carl) });
      expect([...users.keys()].map(bench.readAttribute)).toEqual(['FV1.abc', null, null]);
    });
  });

  test.each(Object.entries(variants))('pass on a server of the kind %s', async (_kind, variant) => {
    const { schema: urn, ...traits } = variant;
    const { directory } = bench.server;
    directory.extensions.clear();
    directory.extensions.set(urn, [defineAttribute('token')]);
    Object.assign(directory, traits);
    const scim = { attribute: `${urn}:token` };
    expect(await provision(scim).steps[0]!.inspect()).toMatchObject({
      state: traits.servesSchemas ? 'ready' : 'manual',
    });
    const titles = [/supports/, /^Attribute/, /Resource type/, /A user/, /Write/];
    const verdicts = await Promise.all(titles.map(async (title) => (await check(title, scim)).verdict));
    const attributeVerdict = traits.servesSchemas ? 'pass' : 'manual';
    const typeVerdict = traits.servesSchemas && !('tellsPlainSchemas' in traits) ? 'pass' : 'manual';
    expect(verdicts).toEqual(['pass', attributeVerdict, typeVerdict, 'pass', 'pass']);
    if (!traits.servesSchemas) return;
    directory.extensions.get(urn)![0]!.caseExact = false;
    expect(await check(/^Attribute/, scim)).toMatchObject({ verdict: 'warn' });
    directory.extensions.get(urn)![0]!.mutability = 'readOnly';
    expect(await check(/^Attribute/, scim)).toMatchObject({ verdict: 'fail' });
    directory.extensions.clear();
    expect(await check(/^Attribute/, scim)).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('missing'),
    });
  });
});
