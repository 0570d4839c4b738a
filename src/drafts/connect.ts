import { applyEdits, modify } from 'jsonc-parser';
import type { ConnectionGuide, GuideField, GuideSecret } from '../connections/guide.js';
import type { Json, JsonObject } from '../core/base/json.js';
import { FaceError } from '../errors.js';
import { parseSection, readSection } from './sections.js';

/** Values that an administrator states, by the setting of their field. */
type Values = Readonly<Record<string, string>>;

function toValue({ setting, type, isOptional }: GuideField, values: Values): Json | undefined {
  const text = (values[setting] ?? '').trim();
  if (text === '' && !isOptional) throw new FaceError('request_malformed', { field: `values.${setting}` });
  if (text === '') return undefined;
  if (type === 'list') return text.split(/[\s,]+/).filter((each) => each !== '');
  // Text that is no number is refused when the draft is loaded, which names the setting.
  return type === 'number' && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Returns the environment variable of a connection's secret, such as `FACESTEP_API_SECRET_ACME_EU`. */
const toVariable = (variable: GuideSecret['variable'], connection: string): string =>
  `FACESTEP_${variable}_${connection.toUpperCase().replaceAll('-', '_')}`;

/**
 * Returns true if a text of the configuration file has a connection with this id, or names a variable of its secrets: a
 * new connection could send that secret to an address of its own.
 */
export const isTakenIn = (text: string, { secrets }: ConnectionGuide, id: string): boolean =>
  readSection(text, id, 'connection') !== undefined ||
  secrets.some(({ variable }) => text.includes(JSON.stringify(toVariable(variable, id))));

/**
 * Returns a new connection in shadow mode. Its secrets are references to variables that only this connection has, so
 * that a draft cannot send the secret of another one to an address of its own.
 * @throws `request_malformed` with the field, if a value is missing or not asked for
 */
export function toNewConnection(
  { fields, secrets, fixed }: ConnectionGuide,
  { id, kind, values }: { readonly id: string; readonly kind: string; readonly values: Values },
): JsonObject {
  const unknown = Object.keys(values).find((name) => !fields.some(({ setting }) => setting === name));
  if (unknown !== undefined) throw new FaceError('request_malformed', { field: 'values' });
  const settings: readonly (readonly [string, Json | undefined])[] = [
    ['id', id],
    ['kind', kind],
    ['policy.mode', 'shadow'],
    ...Object.entries(fixed),
    ...fields.map((field) => [field.setting, toValue(field, values)] as const),
    ...secrets.map(({ setting, variable }) => [setting, { env: toVariable(variable, id) }] as const),
  ];
  const text = settings.reduce(
    (json, [path, value]) =>
      value === undefined ? json : applyEdits(json, modify(json, path.split('.'), value, { formattingOptions: {} })),
    '{}',
  );
  return parseSection(text);
}
