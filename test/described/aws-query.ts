import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Exchange } from '../../simulators/exchanges.js';
import type { Judgement } from './judgement.js';
import { differencesOf, kinds, type Reference, referenceGuard, resolve, schemaGuard } from './smithy.js';

/*
 * Compares AWS Query calls with the shapes in AWS's SDK. All values used here are texts.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

type Tree = { [name: string]: Tree | string };

const xml = new XMLParser({ ignoreAttributes: false, parseTagValue: false, isArray: () => false });

function toTree(fields: URLSearchParams): Tree {
  const tree: Tree = {};
  for (const [path, value] of fields) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at = tree;
    for (const name of names) {
      const next = at[name] ?? {};
      if (typeof next === 'string') throw new Error(`${path} is a part of a text`);
      at[name] = next;
      at = next;
    }
    if (last in at) throw new Error(`${path} comes twice`);
    at[last] = value;
  }
  return tree;
}

const traitsGuard = z.object({ xmlName: z.string() });

/** Returns the wire name of a map entry's key or value. */
const nameOf = (reference: Reference, otherwise: string): string =>
  Array.isArray(reference) && reference.length === 2
    ? (traitsGuard.safeParse(reference[1]).data?.xmlName ?? otherwise)
    : otherwise;

function toValue(tree: Tree | string, reference: Reference): unknown {
  const schema = resolve(reference);
  if (typeof schema === 'number' || typeof tree === 'string') return tree;
  const [kind, , , , first, second] = schemaGuard.parse(schema);
  if (kind === kinds.map) {
    const [key, value] = [referenceGuard.parse(first), referenceGuard.parse(second)];
    const { entry = {}, ...others } = tree;
    const entries = Object.entries(entry).map(([number, each]) => {
      const {
        [nameOf(key, 'key')]: name,
        [nameOf(value, 'value')]: held,
        ...rest
      } = z.record(z.string(), treeGuard).parse(each);
      if (!/^[1-9]\d*$/.test(number) || Object.keys(rest).length > 0) throw new Error(`entry ${number} is none`);
      return [z.string().parse(name), toValue(held ?? {}, value)] as const;
    });
    if (Object.keys(others).length > 0) throw new Error('a map has entries alone');
    return Object.fromEntries(entries);
  }
  if (kind !== kinds.structure) throw new Error(`a kind that is not known here: ${kind}`);
  const names = z.array(z.string()).parse(first);
  const references = z.array(referenceGuard).parse(second);
  return Object.fromEntries(
    Object.entries(tree).map(([name, each]) => {
      const at = references[names.indexOf(name)];
      return [name, at === undefined ? each : toValue(each, at)];
    }),
  );
}

const treeGuard: z.ZodType<Tree | string> = z.lazy(() => z.union([z.string(), z.record(z.string(), treeGuard)]));

export interface AwsQueryService {
  readonly name: string;
  readonly version: string;
  readonly sdk: Readonly<Record<string, unknown>>;
}

export function judgeAwsQueryCall({ request, response }: Exchange, { version, sdk }: AwsQueryService): Judgement {
  const fields = new URLSearchParams(request.body);
  const operation = fields.get('Action') ?? '';
  const found = sdk[`${operation}$`];
  if (found === undefined) return { operation: null, differences: [] };
  const [, , , , input, output] = schemaGuard.parse(found);
  const versioned = fields.get('Version') === version ? [] : [`request: not of version ${version}`];
  fields.delete('Action');
  fields.delete('Version');
  const asked = referenceGuard.parse(input);
  const sent = differencesOf(toValue(toTree(fields), asked), asked, 'request');
  const told = z.record(z.string(), z.unknown()).parse(xml.parse(response.body));
  const answered =
    response.status < 300
      ? differencesOfAnswer(told, operation, referenceGuard.parse(output))
      : differencesOfError(told, response.status, sdk);
  return { operation, differences: [...versioned, ...sent, ...answered] };
}

const metadataGuard = z.object({ RequestId: z.string().min(1) });

function differencesOfAnswer(told: Readonly<Record<string, unknown>>, operation: string, output: Reference): string[] {
  const shape = z.strictObject({
    [`${operation}Response`]: z.strictObject({
      '@_xmlns': z.url(),
      [`${operation}Result`]: z.unknown(),
      ResponseMetadata: metadataGuard,
    }),
  });
  const parsed = shape.safeParse(told);
  if (!parsed.success) return [`answer: no ${operation}Response with result and metadata`];
  return differencesOf(parsed.data[`${operation}Response`]?.[`${operation}Result`], output, 'answer');
}

const errorGuard = z.strictObject({
  ErrorResponse: z.strictObject({
    '@_xmlns': z.url(),
    Error: z.strictObject({ Type: z.enum(['Sender', 'Receiver']), Code: z.string(), Message: z.string() }),
    RequestId: z.string().min(1),
  }),
});

/** Error schema: wire name, status and fault. */
const errorSchemaGuard = z
  .tuple([
    z.literal(kinds.error),
    z.string(),
    z.string(),
    z.object({ awsQueryError: z.tuple([z.string(), z.number()]), error: z.enum(['client', 'server']) }),
  ])
  .rest(z.unknown());

function differencesOfError(told: unknown, status: number, sdk: AwsQueryService['sdk']): string[] {
  const parsed = errorGuard.safeParse(told);
  if (!parsed.success) return ['answer: no ErrorResponse'];
  const { Code: code, Type: type } = parsed.data.ErrorResponse.Error;
  const traits = Object.values(sdk)
    .map((schema) => errorSchemaGuard.safeParse(schema).data?.[3])
    .find((each) => each?.awsQueryError[0] === code);
  if (traits === undefined) return [`answer: ${code} is no error of this service`];
  const expected = traits.error === 'client' ? 'Sender' : 'Receiver';
  return [
    ...(traits.awsQueryError[1] === status ? [] : [`answer: ${code} has the status ${traits.awsQueryError[1]}`]),
    ...(expected === type ? [] : [`answer: ${code} is the fault of the ${expected}`]),
  ];
}
