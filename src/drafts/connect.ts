import { applyEdits, modify } from 'jsonc-parser';
import type { ConnectionGuide } from '../connections/guide.js';
import type { JsonObject } from '../core/base/json.js';
import { FaceError, type Json } from '../errors.js';
import { parseSection } from './sections.js';

/** Values that an administrator states, by the setting of their field. */
type Values = Readonly<Record<string, string>>;

function toValue({ setting, type, isOptional }: ConnectionGuide['fields'][number], values: Values): Json | undefined {
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
  /** Secrets, by their setting. */
  readonly secrets: Values;
}

/**
 * Returns a new connection in shadow mode, whose secrets are to be sealed.
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
    ...secrets.map(({ setting }) => {
      const seal = (stated.secrets[setting] ?? '').trim();
      if (seal === '') throw new FaceError('request_malformed', { field: `secrets.${setting}` });
      return [setting, { seal }] as const;
    }),
  ];
  const text = settings.reduce(
    (json, [path, value]) =>
      value === undefined ? json : applyEdits(json, modify(json, path.split('.'), value, { formattingOptions: {} })),
    '{}',
  );
  return parseSection(text);
}
