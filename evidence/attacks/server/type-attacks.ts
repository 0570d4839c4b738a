import type { Hostile } from './hostile.js';
import { one } from './hostile.js';
import type { Request } from './request.js';
import type { Schema } from './surface.js';
import { open, type Target } from './target.js';

/** Which JSON types a field may have, by its schema; empty where it may have any. */
function typesOf(schema: Schema): readonly string[] {
  const own = Array.isArray(schema.type) ? schema.type : [schema.type];
  const named = own.filter((type) => typeof type === 'string');
  const parts = [schema.anyOf, schema.oneOf].flatMap((each) => (Array.isArray(each) ? each : []));
  const inParts = parts.flatMap((part) => (isSchema(part) ? typesOf(part) : []));
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : [];
  return [...named, ...inParts, ...values.map((value) => typeof value)];
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values by their JSON type, as text: some cannot be said as values of JavaScript. */
const byType: readonly (readonly [type: string, variant: string, json: string])[] = [
  ['null', 'null', 'null'],
  ['boolean', 'true', 'true'],
  ['number', 'a number', '7'],
  ['number', 'a negative number', '-1'],
  ['number', 'a fraction', '0.5'],
  ['number', 'a huge number', '1e400'],
  ['number', 'a number beyond 2^53', '9007199254740993'],
  ['number', 'minus nothing', '-0'],
  ['array', 'an array of nothing', '[]'],
  ['array', 'an array of arrays', '[[[]]]'],
  ['array', 'an array of itself twice', '["a","a"]'],
  ['object', 'an object', '{}'],
  ['object', 'an object of objects', '{"a":{"a":{"a":{}}}}'],
  ['object', 'an operator of a database', '{"$ne":null}'],
  ['object', 'a prototype', '{"__proto__":{"isAdmin":true}}'],
];

/** Texts that no field takes: not JSON, or no text that could be kept. */
const never: readonly (readonly [variant: string, json: string])[] = [
  ['half a surrogate pair', '"\\ud800"'],
  ['the other half', '"a\\udfff"'],
  ['1 MB of text', `"${'a'.repeat(1024 * 1024)}"`],
  ['a text without end', '"a'],
  ['a word without quotes', 'NaN'],
  ['nothing', ''],
  ['a comment', '/* */ 1'],
  ['a name of a prototype beside it', '"a","__proto__":{"isAdmin":true}'],
  ['a constructor beside it', '"a","constructor":{"prototype":{}}'],
  ['a field nobody knows beside it', '"a","isAdmin":true'],
  ['a thousand brackets', '['.repeat(1000)],
];

/** Texts that a field of free text may take: told apart from those that break something. */
const strange: readonly (readonly [variant: string, json: string])[] = [
  ['no text', '""'],
  ['NUL', '"a\\u0000b"'],
  ['the name of a prototype', '"__proto__"'],
  ['the name of a constructor', '"constructor"'],
  ['a path', '"../../../../etc/passwd"'],
  ['a template', `"$${'{process.exit()}{{7*7}}<%= 7 %>'}"`],
  ['markup', '"<script>alert(1)</script>"'],
  ['lines of a header', '"a\\r\\nX-Admin-Key: a"'],
  ['letters that turn the line round', '"\\u202eabc"'],
  ['wildcards', '"*"'],
  ['a query', '"\' or eq \\"a\\" or (1 eq 1)"'],
  ['a colon and bars', '"a:b|c[d]"'],
  ['6 KB of text', `"${'é'.repeat(3000)}"`],
];

const isWritable = (schema: Schema, type: string): boolean => {
  const types = typesOf(schema);
  return types.length === 0 || types.includes(type) || (type === 'number' && types.includes('integer'));
};

/** Whether a text may be taken. */
function fits(schema: Schema, json: string): boolean {
  const { pattern, format, enum: values } = schema;
  if (!typesOf(schema).includes('string') || format !== undefined || values !== undefined) return false;
  return typeof pattern !== 'string' || new RegExp(pattern).test(String(JSON.parse(json)));
}

export function wrongTypes(target: Target): readonly Hostile[] {
  const { fields } = target;
  const common = { endpoint: target.name, class: 'wrong type', weight: 'light' } as const;
  if (fields === null || Object.keys(fields.schemas).length === 0) return withoutFields(target);
  return Object.entries(fields.schemas).flatMap(([name, schema]): readonly Hostile[] => [
    ...byType
      .filter(([type]) => !isWritable(schema, type))
      .map(([, variant, json]) => ({
        ...common,
        variant: `${name}: ${variant}`,
        judge: target.refusedRequest,
        wires: () => one(fields.replace(name, json)),
      })),
    ...never.map(([variant, json]) => ({
      ...common,
      variant: `${name}: ${variant}`,
      judge: target.refusedRequest,
      wires: () => one(fields.replace(name, json)),
    })),
    ...strange.map(([variant, json]) => ({
      // What is taken as a text is looked at by what it does: faults, leaks, and what stands afterwards.
      ...common,
      variant: `${name}: ${variant}`,
      judge: fits(schema, json) ? open : target.refusedRequest,
      weight: target.looksAtFaces && fits(schema, json) ? ('face' as const) : ('light' as const),
      wires: () => one(fields.replace(name, json)),
    })),
    {
      ...common,
      variant: `${name}: twice`,
      judge: target.refusedRequest,
      wires: () => one(fields.replace(name, `"a","${name}":"a"`)),
    },
    ...strange.flatMap(([variant, json]): Hostile[] => {
      const request = fields.replaceInForm(name, String(JSON.parse(json)));
      if (request === null) return [];
      // A form repeats a field for a list, so that one text is a list of one.
      const taken = isSchema(schema.items) ? schema.items : schema;
      return [
        {
          ...common,
          variant: `${name} of a form: ${variant}`,
          judge: fits(taken, json) ? open : target.refusedRequest,
          weight: target.looksAtFaces && fits(taken, json) ? 'face' : 'light',
          wires: () => one(request),
        },
      ];
    }),
  ]);
}

/** Where nothing is asked for, something is sent. */
function withoutFields(target: Target): readonly Hostile[] {
  const common = { endpoint: target.name, class: 'wrong type', weight: 'light' } as const;
  const bodies: readonly (readonly [string, string])[] = [
    ['null', 'null'],
    ['an array', '[]'],
    ['a text', '"a"'],
    ['a number', '1e400'],
    ['a prototype', '{"__proto__":{"isAdmin":true}}'],
    ['a field nobody knows', '{"isAdmin":true}'],
    ['objects in objects', '{"a":{"a":{}}}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
    ['no JSON', '{'],
  ];
  const queries = ['?__proto__[a]=1', '?a[]=1&a[]=2', '?a=%00', '?a=%ff%fe', '?%', '??', `?${'a=1&'.repeat(1000)}`];
  const asked = target.valid();
  return [
    ...(asked.method === 'GET' && asked.body === null ? [] : bodies).map(
      ([variant, text]): Hostile => ({
        ...common,
        variant: `a body: ${variant}`,
        judge: target.refusedRequest,
        wires: () => one({ ...target.valid(), body: { type: 'application/json', bytes: Buffer.from(text) } }),
      }),
    ),
    ...queries.map(
      (query): Hostile => ({
        ...common,
        variant: `a query: ${query.slice(0, 20)}`,
        judge: target.bad.length > 0 ? target.refusedCaller : open,
        wires: () => one(addQuery(badly(target), query)),
      }),
    ),
  ];
}

/** Without the credential it needs: a query may not stand in its place. */
function badly(target: Target): Request {
  const [bad] = target.bad;
  return bad === undefined ? target.valid() : target.as(bad);
}

const addQuery = (request: Request, query: string): Request => ({
  ...request,
  path: request.path.includes('?') ? `${request.path}&${query.slice(1)}` : request.path + query,
});
