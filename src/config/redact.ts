import type { Json } from '../core/base/json.js';

export function redact(value: unknown): Json {
  if (value === null || value === undefined) return '[unset]';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || !isPlain(value)) return '[set]';
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redact(entry)]));
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};
