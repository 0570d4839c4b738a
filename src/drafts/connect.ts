import { applyEdits, modify } from 'jsonc-parser';
import type { ConnectionGuide, GuideField, GuideSecret } from '../connections/guide.js';
import type { JsonObject } from '../core/base/json.js';
import { hexDigestOf } from '../core/secrets.js';
import { FaceError, type Json } from '../errors.js';
import { parseSection } from './sections.js';

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

interface Stated {
  readonly id: string;
  readonly kind: string;
  readonly values: Values;
  /** Secrets, by their setting. One that is not stated comes from a variable. */
  readonly secrets?: Values;
}

/**
 * Returns the environment variable of a secret, such as `FACESTEP_API_SECRET_ACME_0W8B1D5AQ60CZ_2E9741KX0PB7`. It ends in
 * 128 bits of a digest of the stated values. Otherwise a draft could send a secret that was prepared for one address to another.
 */
export function toVariable(variable: GuideSecret['variable'], { id, kind, values }: Omit<Stated, 'secrets'>): string {
  const stated = Object.entries(values).map(([setting, value]) => [setting, value.trim()]);
  const bits = BigInt(`0x${hexDigestOf(JSON.stringify([kind, ...stated.toSorted()])).slice(0, 32)}`);
  const digest = bits.toString(36).padStart(25, '0');
  // In parts, as the loader shows only names of short words.
  const words = [digest.slice(0, 13), digest.slice(13)].join('_');
  return `FACESTEP_${variable}_${id.replaceAll('-', '_')}_${words}`.toUpperCase();
}

/**
 * Returns a new connection in shadow mode. Its secrets are to be sealed, or references to variables that only a connection with
 * these values has, so that a draft cannot send the secret of another one to an address of its own.
 * @throws `request_malformed` with the field, if a value is missing or not asked for
 */
export function toNewConnection({ fields, secrets, fixed }: ConnectionGuide, stated: Stated): JsonObject {
  const { id, kind, values } = stated;
  const unknown = Object.keys(values).find((name) => !fields.some(({ setting }) => setting === name));
  if (unknown !== undefined) throw new FaceError('request_malformed', { field: 'values' });
  const settings: readonly (readonly [string, Json | undefined])[] = [
    ['id', id],
    ['kind', kind],
    ['policy.mode', 'shadow'],
    ...Object.entries(fixed),
    ...fields.map((field) => [field.setting, toValue(field, values)] as const),
    ...secrets.map(({ setting, variable }) => {
      const seal = stated.secrets?.[setting]?.trim() ?? '';
      return [setting, seal === '' ? { env: toVariable(variable, stated) } : { seal }] as const;
    }),
  ];
  const text = settings.reduce(
    (json, [path, value]) =>
      value === undefined ? json : applyEdits(json, modify(json, path.split('.'), value, { formattingOptions: {} })),
    '{}',
  );
  return parseSection(text);
}
