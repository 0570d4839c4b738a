import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { type JsonObject, parseJson } from '../core/base/json.js';
import type { Json } from '../errors.js';
import { type Call, callServer, type Fields, readPages } from './call-server.js';
import { UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { readGivenFile } from './named-file.js';
import { type Columns, printRows, toFactLines, toPrintable } from './table.js';

/** Creates the command that calls an endpoint of the admin API and prints the reply, for scripts and rare tasks. */
export const createApiCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('api')
    .summary('call an endpoint of the admin API, or list the endpoints')
    .description(
      'Calls the running server. Without a method, lists the endpoints for administrators. Prints lists as tables with all their pages, and other replies as names and values or as JSON. Exits with 1 if the server says that not all, or nothing, was done. Changes are made at once: nothing is asked.',
    )
    .addArgument(new Argument('[method]').choices(['GET', 'POST', 'PATCH', 'DELETE']))
    .argument('[path]', 'path in docs/reference/api.md, such as /people/find')
    .argument('[fields...]', 'name=TEXT, name:=JSON (a number, true, a list), or name=@FILE as Base64')
    .action(async (method, path = '', given) => {
      if (method === undefined) return listEndpoints(deps);
      if (path === '') throw new UsageError('a path such as /people/find is missing');
      const reply = await readReply(`${method} /${path.replace(/^\//, '')}`, await readFields(given), deps);
      if (isUndone(reply)) deps.endWith(1);
      if (!deps.printJson(reply)) printReply(reply, deps);
    });

/** @throws UsageError */
async function readFields(given: readonly string[]): Promise<Fields> {
  const fields: Record<string, Json> = {};
  for (const each of given) {
    const { name, kind, value = '' } = /^(?<name>\w+)(?<kind>=@|:=|=)(?<value>.*)$/s.exec(each)?.groups ?? {};
    if (name === undefined) throw new UsageError(`“${each}” is not a field such as name=TEXT`);
    if (kind === '=@') fields[name] = (await readGivenFile(value)).toString('base64');
    else fields[name] = kind === '=' ? value : parseValue(name, value);
  }
  return fields;
}

function parseValue(name: string, text: string): Json {
  const { data } = z.json().safeParse(parseJson(text));
  if (data === undefined) throw new UsageError(`the value of ${name} is not JSON`);
  return data;
}

/** Reads all pages of a list as one reply. */
async function readReply(call: Call, fields: Fields, deps: CliDeps): Promise<JsonObject> {
  const whole: Record<string, Json> = {};
  for await (const page of readPages(call, () => fields, z.record(z.string(), z.json()), deps))
    for (const [name, value] of Object.entries(page)) {
      const former = whole[name];
      whole[name] = Array.isArray(former) && Array.isArray(value) ? [...former, ...value] : value;
    }
  return whole;
}

const cellGuard = z.union([z.string(), z.number(), z.null(), z.boolean().transform(String)]);
const objectGuard = z.record(z.string(), z.json());

const toCell = (value: Json): string | number | null => {
  const cell = cellGuard.safeParse(value);
  if (cell.success) return cell.data;
  const texts = z.array(z.string()).safeParse(value);
  return texts.success ? texts.data.join(' ') || 'none' : JSON.stringify(value);
};

/** Returns true if the server says that not all was done, or that none of the things of a list was. */
const isUndone = (reply: JsonObject): boolean =>
  reply.complete === false ||
  Object.values(reply).some((value) => toRows(value)?.every(({ code = null }) => code !== null) === true);

function printReply({ ok, cursor: _, ...reply }: JsonObject, deps: CliDeps): void {
  // A reply of one object, such as `{ campaign: {…} }`, is shown as the fields of that object.
  const only = objectGuard.safeParse(Object.values(reply).length === 1 ? Object.values(reply)[0] : null);
  const values = Object.entries(only.success ? only.data : reply);
  const facts =
    values.length === 0 ? Object.entries({ ok: ok ?? null }) : values.filter(([, value]) => toRows(value) === null);
  for (const line of toFactLines(facts.map(([name, value]) => [name, toCell(value)]))) deps.print(line);
  const lists = values
    .flatMap(([name, value]) => ({ name, rows: toRows(value) ?? [] }))
    .filter(({ rows }) => rows.length > 0);
  for (const { name, rows } of lists) {
    if (lists.length > 1) deps.print(`${name}:`);
    printRows(rows, deps, toColumns(rows));
  }
}

/** Returns a list of objects; `null` for an empty list and other values. */
function toRows(value: Json): readonly JsonObject[] | null {
  const rows = z.array(objectGuard).min(1).safeParse(value);
  return rows.success ? rows.data : null;
}

/** Returns a column for each property that a row has. */
function toColumns(rows: readonly JsonObject[]): Columns<JsonObject> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = names.filter((name) => rows.some((row) => row[name] !== null && row[name] !== undefined));
  return Object.fromEntries(shown.map((name) => [name, (row: JsonObject) => toCell(row[name] ?? null)]));
}

const descriptionGuard = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ summary: z.string().default(''), security: z.array(z.record(z.string(), z.unknown())).default([]) }),
    ),
  ),
});

async function listEndpoints(deps: CliDeps): Promise<void> {
  const { paths } = await callServer('GET /openapi.json', descriptionGuard, deps);
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => security.some((scheme) => 'adminKey' in scheme))
      .map(([method, { summary }]) => ({ method: method.toUpperCase(), path, summary: toPrintable(summary) })),
  );
  printRows(rows, deps, { method: 'method', path: 'path', summary: 'summary' });
}
