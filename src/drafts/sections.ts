import { applyEdits, modify } from 'jsonc-parser';
import { z } from 'zod';
import type { Problem } from '../config/problem.js';
import { referenceKinds } from '../config/references.js';
import { type JsonObject, parseJsonAs } from '../core/base/json.js';
import { FaceError, type Json } from '../errors.js';
import type { EditableSection, SectionName } from './replies.js';

/*
 * Sections of the configuration file that a draft can replace. A secret in the file is never shown: `{"unchanged":
 * true}` stands for it, and can be sent back in its place.
 */

/** Settings of the section `server`. The others name places on this machine, keys or the store. */
export const serverSettings = [
  'publicUrl',
  'proxyHops',
  'delivery',
  'securityEvents',
  'webhooks',
  'telemetry',
  'console',
  'limits',
  'webPush',
  'contactCodes',
  'retention',
] as const;

export const jsonGuard: z.ZodType<Json> = z.json();

const connectionsGuard = z
  .array(z.object({ id: z.string(), kind: jsonGuard.optional() }).catchall(jsonGuard))
  .default([]);
const fileGuard = z.looseObject({ connections: connectionsGuard });

type Key = string | number;

/** A change of the file. `undefined` means that the setting is absent. */
export interface Change {
  readonly path: readonly Key[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pickServer = (file: JsonObject): JsonObject =>
  Object.fromEntries(serverSettings.flatMap((name) => (file[name] === undefined ? [] : [[name, file[name]]])));

/** Names the setting of a connection that a section is in the file. */
export const toSetting = (section: SectionName, { kind }: { readonly kind?: Json | undefined }): string =>
  section === 'provider' && typeof kind === 'string' ? kind : section;

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** Reads a section as it is in the file. @throws `connection_unknown`, except for a whole connection */
export function readSection(text: string, connection: string, section: SectionName): Json | undefined {
  if (section === 'server') return pickServer(parseSection(text));
  const found = readConnections(text).find(({ id }) => id === connection);
  if (section === 'connection') return found;
  if (found === undefined) throw new FaceError('connection_unknown');
  return section === 'secrets' ? undefined : found[toSetting(section, found)];
}

/** @throws `config_invalid` if the file is not JSON with connections */
function readConnections(text: string): z.output<typeof connectionsGuard> {
  const file = parseJsonAs(withoutMark(text), fileGuard);
  if (file !== undefined) return file.connections;
  throw new FaceError('config_invalid', { problems: [{ path: 'FACESTEP_CONFIG', reason: 'cannot be read' }] });
}

const unchanged = { unchanged: true } as const;

const isUnchanged = (value: Json | undefined): boolean =>
  isJsonObject(value) && value.unchanged === true && Object.keys(value).length === 1;

export const isReference = (value: Json): boolean =>
  isJsonObject(value) && Object.keys(value).length === 1 && referenceKinds.some((kind) => kind in value);

export const isSealed = (value: Json | undefined): boolean =>
  value !== undefined && isReference(value) && isJsonObject(value) && 'sealed' in value;

/** Stands for a secret that is not set, such as a key in base64. */
export const placeholder = 'A'.repeat(43);

/** Lists the elements of a list with their indexes, or the settings of an object with their names. */
function childrenOf(value: Json): readonly (readonly [Key, Json])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return isJsonObject(value) ? Object.entries(value) : [];
}

/** Maps the children of a list or object. Other values remain. */
function mapChildren(value: Json, map: (child: Json, key: Key) => Json): Json {
  const mapped = childrenOf(value).map(([key, each]) => [key, map(each, key)] as const);
  if (Array.isArray(value)) return mapped.map(([, each]) => each);
  return isJsonObject(value) ? Object.fromEntries(mapped) : value;
}

/** Replaces each reference to a variable or file by a text, so that the other values can be checked without it. */
export const replaceReferences = (value: Json, text: string): Json =>
  isReference(value) ? text : mapChildren(value, (each) => replaceReferences(each, text));

export const childOf = (value: unknown, key: Key): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === String(key))?.[1]
    : undefined;

/**
 * Replaces each text that the loaded configuration does not contain as it is, because it is or may be a secret.
 * @param loaded - the same section after it was loaded, with secrets as branded types
 */
export function maskSecrets(value: Json, loaded: unknown): Json {
  if (isSealed(value)) return unchanged;
  if (isReference(value)) return value;
  if (typeof value === 'string') return loaded === value ? value : unchanged;
  return mapChildren(value, (each, key) => maskSecrets(each, childOf(loaded, key)));
}

const setGuard = z.object({ sealed: z.object({ by: z.string() }) });

/** Replaces each sealed secret. @param show - receives who set it */
function replaceSealed(value: Json, show: (by: string) => Json): Json {
  const { data } = setGuard.safeParse(value);
  return data === undefined ? mapChildren(value, (each) => replaceSealed(each, show)) : show(data.sealed.by);
}

/** Masks sealed secrets of a draft, so that an owner cannot send one that another stated elsewhere. */
export const maskSealed = (value: Json): Json => replaceSealed(value, () => unchanged);

/** Shows who set a sealed secret, in place of its text. */
export const describeSealed = (value: Json): Json => replaceSealed(value, (by) => `set by ${by}`);

/** Finds what a changed child stands for: in a list, the element with its id, or else at its place. */
function formerOf(child: Json, key: Key, former: Json | undefined): Json | undefined {
  if (typeof key === 'string') return isJsonObject(former) ? former[key] : undefined;
  if (!Array.isArray(former)) return undefined;
  const id = isJsonObject(child) ? child.id : undefined;
  return id === undefined ? former[key] : former.find((each) => isJsonObject(each) && each.id === id);
}

/** Puts the secrets of the file in the place of their masks. @throws `config_invalid` for a mask without a secret */
export function restoreSecrets(value: Json, former: Json | undefined): Json {
  if (isUnchanged(value)) {
    if (former !== undefined && (typeof former === 'string' || isSealed(former) || isUnchanged(former))) return former;
    throw new FaceError('config_invalid', { problems: [{ path: 'unchanged', reason: 'stands for no secret' }] });
  }
  return mapChildren(value, (each, key) => restoreSecrets(each, formerOf(each, key, former)));
}

const isSame = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Settings of providers that say where a secret is sent, and are no URL. */
const placeNames = /^(?:tenantId|cloud|externalDomain|userPoolId)$/;

const isAddress = (value: string, name: string): boolean =>
  placeNames.test(name) || (URL.canParse(value) && !/^(?:urn|arn):/i.test(value));

/** Finds where a section has sealed secrets. */
export const listSealed = (value: Json, path: readonly string[] = []): readonly (readonly string[])[] =>
  isSealed(value)
    ? [path]
    : childrenOf(value).flatMap(([key, each]) => listSealed(each, [...path, ...String(key).split('.')]));

const keepsSecret = (value: Json): boolean =>
  isUnchanged(value) ||
  (isReference(value) && !isSealed(value)) ||
  (isJsonObject(value) && Object.values(value).some(keepsSecret));

/** Finds an address that was not there before, also in a part. A part with a secret has its own addresses. */
const hasNewAddress = (value: JsonObject, former: Json | undefined): boolean =>
  Object.entries(value).some(([key, each]) => {
    const before = formerOf(each, key, former);
    if (typeof each === 'string') return isAddress(each, key) && !isSame(each, before);
    const isOpen = isJsonObject(each) && !keepsSecret(each) && listSealed(each).length === 0;
    return isOpen && hasNewAddress(each, before);
  });

const secretNames =
  /^(?:secret|previousSecret|clientSecret|privateKey|token|authorization|password|secretAccessKey|sessionToken|requestSecret|previousRequestSecret)$/;

/** Returns true for a text that is a secret by the name of its setting, or is an address with a password. */
const isSecretText = (text: string, name: string | undefined): boolean =>
  secretNames.test(name ?? '') || (URL.canParse(text) && new URL(text).password !== '');

/**
 * Finds what a draft may not do with secrets: contain them as text, read a variable or file into a setting that is
 * shown or sent, or send a secret elsewhere. An owner could otherwise read every secret of this server. It is called
 * before a draft is loaded, because loading reads what the draft refers to.
 * @param former - the section in the file, with masks
 * @param loaded - the section after it was loaded, with secrets as branded types. `undefined` before
 */
export function findSecretProblems(
  section: EditableSection,
  value: Json,
  { former, loaded }: { readonly former: Json | undefined; readonly loaded?: unknown },
  path: readonly string[] = [],
): readonly Problem[] {
  const at = path.join('.');
  const problem = (reason: string): readonly Problem[] => [{ path: at, reason }];
  if (isUnchanged(value) || isSame(value, former)) return [];
  if (isSealed(value)) return [];
  if (isReference(value)) return problem('a variable or file can only be named in the file');
  if (typeof value === 'string') {
    const isSecret = isSecretText(value, path.at(-1)) || (typeof loaded === 'object' && loaded !== null);
    return isSecret ? problem('set it as a secret, not as text') : [];
  }
  const isSent = section === 'provider' || (section !== 'oidc' && path.length > 0);
  if (isSent && isJsonObject(value) && keepsSecret(value) && hasNewAddress(value, former))
    return problem('has another address: state its secret again');
  return childrenOf(value).flatMap(([key, each]) => {
    const known = { former: formerOf(each, key, former), loaded: childOf(loaded, key) };
    return findSecretProblems(section, each, known, [...path, String(key)]);
  });
}

/** Finds secrets of a section that the draft changes too, in which another owner may have stated another address. */
export const findSecretsOfSections = (
  { connection, value }: { readonly connection: string; readonly value: Json },
  prefixes: readonly string[],
): Problem[] =>
  Object.keys(Object(value))
    .map((setting) => `${connection}.${setting}`)
    .filter((path) => prefixes.includes(path.split('.', 2).join('.')))
    .map((path) => ({
      path,
      reason: 'activate or discard the draft before you change this secret and its other settings',
    }));

/** Finds another address of this server. Checks and providers send the secrets of hooks there. */
export const findNewPublicUrl = (value: Json, former: Json | undefined): readonly Problem[] =>
  childOf(value, 'publicUrl') === childOf(former, 'publicUrl')
    ? []
    : [{ path: 'publicUrl', reason: 'once there is a connection, it can only be changed in the file' }];

/** Lists the changed settings: those of a new object one by one, and a list whose length changes as one change. */
export function findChanges(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly Key[] = [],
): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isSealed(before) || isSealed(after)) return [{ path, before, after }];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return after.flatMap((each, index) => findChanges(before[index], each, [...path, index]));
  const isNew = before === undefined && isJsonObject(after) && Object.keys(after).length > 0;
  const own = isNew ? {} : before;
  if (isJsonObject(own) && isJsonObject(after)) {
    const names = new Set([...Object.keys(own), ...Object.keys(after)]);
    return [...names].flatMap((name) => findChanges(own[name], after[name], [...path, name]));
  }
  return [{ path, before, after }];
}

/** A text of the file, and what was loaded of it, in which secrets have their own types. */
interface LoadedText {
  readonly text: string;
  readonly config: { readonly connections: readonly { readonly id: string }[] };
}

/** Returns a file with its connections by id, so that another order is no change. */
export function toTree(text: string): JsonObject {
  const connections = Object.fromEntries(readConnections(text).map((each) => [each.id, each]));
  return { ...parseSection(text), connections };
}

/** Lists the settings that differ between two texts of the file. A text that may be a secret is shown as `…`. */
export function compareFiles(before: LoadedText, after: LoadedText) {
  const show = ({ text, config }: LoadedText) => {
    const loaded = { ...config, connections: Object.fromEntries(config.connections.map((each) => [each.id, each])) };
    const masked = maskSecrets(toTree(text), loaded);
    return (path: Change['path']): string | null => {
      const found = path.reduce<unknown>(childOf, masked);
      return found === undefined ? null : JSON.stringify(found).replaceAll(JSON.stringify(unchanged), '…');
    };
  };
  const showBefore = show(before);
  const showAfter = show(after);
  return findChanges(toTree(before.text), toTree(after.text)).map(({ path }) => ({
    path: path.join('.'),
    before: showBefore(path),
    after: showAfter(path),
  }));
}

/** Writes a section into the file, or adds a new connection to it. Everything else, and the order of the settings, remains as it is. */
export function writeSection(text: string, connection: string, section: SectionName, value: Json): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  const write = (written: string, { path, after }: FileChange): string => {
    try {
      return applyEdits(written, modify(written, [...path], after, { formattingOptions }));
    } catch (cause) {
      // A path may lead into a list, in which entries have no names.
      const reason = 'there is no such setting';
      throw new FaceError('draft_secret', { reason: `${path.slice(2).join('.')}: ${reason}` }, { cause });
    }
  };
  return findFileChanges(text, connection, section, value).reduce(write, text);
}

type FileChange = Pick<Change, 'path' | 'after'>;

function findFileChanges(text: string, connection: string, section: SectionName, value: Json): readonly FileChange[] {
  if (section === 'server') return findChanges(readSection(text, connection, section), value);
  const connections = readConnections(text);
  if (section === 'connection') return [{ path: ['connections', connections.length], after: value }];
  const index = connections.findIndex(({ id }) => id === connection);
  const found = connections[index];
  if (found === undefined) throw new FaceError('connection_unknown');
  const setting = toSetting(section, found);
  if (section !== 'secrets') return findChanges(found[setting], value, ['connections', index, setting]);
  return Object.entries(isJsonObject(value) ? value : {}).map(([setting, after]) => ({
    path: ['connections', index, ...setting.split('.')],
    after: after === null ? undefined : after,
  }));
}

/** @throws `request_malformed` for a setting that no draft may change */
export function checkServerSettings(value: Json): void {
  const known: readonly string[] = serverSettings;
  const other = Object.keys(Object(value)).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new FaceError('request_malformed', { field: 'settings', reason: `${other} can only be changed in the file.` });
}

/** Parses the text of a section. @throws `request_malformed` with the field `settings` and the reason */
export function parseSection(text: string): JsonObject {
  const value = parseJsonAs(withoutMark(text), jsonGuard);
  if (value !== undefined && isJsonObject(value)) return value;
  throw new FaceError('request_malformed', { field: 'settings', reason: 'The text is not a JSON object.' });
}
